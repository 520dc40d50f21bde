"""`make lists`: refresh the lists by which agents and referrers are labelled, and show what changes. See docs/lists.md.

Packages are fetched next to the installed ones, which stay as they are: the difference is between the two. Then the
pins in requirements/ are raised, for `make setup-dev` to install. Lists that are kept by hand are compared with public
ones and never written.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden" / "agents" / "agents.tsv"
PACKAGES = ("crawler-user-agents", "ua-parser", "ua-parser-builtins", "ua-parser-rs")
PUBLIC_LISTS = "https://github.com/matomo-org/searchengine-and-social-list"
REVIEWED = ROOT / "tools" / "lists-reviewed.tsv"
PUBLIC_FILES = {"SearchEngines.yml": "search", "Socials.yml": "social", "AIAssistants.yml": "ai"}

_HOST = re.compile(r"^\s*- ['\"]?(?:www\.)?([\w{}-]+(?:\.[\w{}-]+)+)['\"]?\s*$", re.MULTILINE)
_ALONE = ("--no-deps", *PACKAGES)
_FLAGS = ("-q", "--generate-hashes", "--no-emit-index-url", "--universal", "--python-version", "3.11")
_PINS = (
    ("pyproject.toml", "-o", "requirements/runtime.txt"),
    *(("pyproject.toml", "--extra", "dev", "-c", "requirements/runtime.txt", "-o", "requirements/dev.txt"),),
)


class Snapshot(msgspec.Struct):
    """What the packages that Python finds say: the crawler list's patterns, and the labels of agents."""

    patterns: dict[str, list[str]]
    labels: dict[str, list[str]]


def take_snapshot() -> Snapshot:
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # noqa: PLC0415 - the packages that this process finds

    from footfall.pipeline.agents import AgentParser  # noqa: PLC0415 - as above
    from footfall.pipeline.bots import TrafficClassifier  # noqa: PLC0415 - as above

    parser, classifier = AgentParser(), TrafficClassifier()
    agents = sorted({*golden_agents(), *(agent for row in CRAWLER_USER_AGENTS_DATA for agent in row["instances"])})
    return Snapshot(
        {row["pattern"]: sorted(row["tags"]) for row in CRAWLER_USER_AGENTS_DATA},
        {agent: [classifier.classify(agent), *parser.parse(agent)] for agent in agents},
    )


def golden_agents() -> list[str]:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[6] for line in lines if not line.startswith("#")]


def differences(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """One line for each pattern that is new, gone or tagged otherwise, and each agent that is labelled otherwise."""
    yield from _changes("pattern", before.patterns, after.patterns)
    known = before.labels.keys() & after.labels.keys()
    yield from _changes(
        "agent", {agent: before.labels[agent] for agent in known}, {agent: after.labels[agent] for agent in known}
    )


def _changes(kind: str, before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None:
            yield f"+ {kind} {name}  {', '.join(new or [])}"
        elif new is None:
            yield f"- {kind} {name}  {', '.join(old)}"
        elif old != new:
            yield f"~ {kind} {name}  {', '.join(old)}  ->  {', '.join(new)}"


def unlisted(folder: Path) -> Iterator[str]:
    """Hosts of the public lists in a folder that `channels.tsv` does not know, or knows as something else."""
    from footfall.pipeline.referrers import Channels  # noqa: PLC0415 - as in take_snapshot

    channels = Channels()
    for file, expected in PUBLIC_FILES.items():
        text = (folder / file).read_text(encoding="utf-8")
        for host in sorted({found.replace("{}", "de") for found in _HOST.findall(text)}):
            found = channels.of_host(host)
            if found != expected:
                yield f"{expected}\t{host}\t{found or 'not listed'}"


def _newest(folder: Path) -> Snapshot:
    """The snapshot with the newest packages, which are unpacked in `folder`."""
    _run(sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "download", "-d", str(folder), *_ALONE)
    for wheel in folder.glob("*.whl"):
        typer.echo(f"newest: {wheel.name}")
        zipfile.ZipFile(wheel).extractall(folder / "packages")
    paths = [str(folder / "packages"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    found = _run(sys.executable, "-m", "tools.lists", "--snapshot", env=environment, stdout=subprocess.PIPE)
    return msgspec.json.decode(found, type=Snapshot)


def _public_lists(given: Path | None, folder: Path) -> Path | None:
    if given:
        return given
    try:
        _run("git", "clone", "-q", "--depth", "1", PUBLIC_LISTS, str(folder / "public"))
    except (OSError, subprocess.CalledProcessError):
        return None
    return folder / "public"


def _run(*command: str, env: Mapping[str, str] | None = None, stdout: int | None = None) -> bytes:
    done = subprocess.run(command, check=True, cwd=ROOT, env=env, stdout=stdout)  # noqa: S603 - commands of this file
    return done.stdout or b""


def _raise_pins() -> None:
    uv = shutil.which("uv")
    if uv is None:
        typer.echo("uv is not installed: the pins in requirements/ stay as they are")
        return
    upgrades = [argument for package in PACKAGES for argument in ("--upgrade-package", package)]
    for arguments in _PINS:
        _run(uv, "pip", "compile", *_FLAGS, *upgrades, *arguments)
    typer.echo("requirements/ is raised: install it with `make setup-dev`, then run the tests")


def main(
    public: Annotated[Path | None, typer.Option(help="A copy of Matomo's lists, instead of cloning them.")] = None,
    *,
    reviewed: Annotated[
        bool, typer.Option(help="Note the hosts that are shown, so as not to show them again.")
    ] = False,
    snapshot: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    if snapshot:
        typer.echo(msgspec.json.encode(take_snapshot()))
        return
    with tempfile.TemporaryDirectory() as name:
        lines = list(differences(take_snapshot(), _newest(Path(name))))
        lists = _public_lists(public, Path(name))
        hosts = list(unlisted(lists)) if lists else []
    before = REVIEWED.read_text(encoding="utf-8").splitlines() if REVIEWED.exists() else []
    fresh = [host for host in hosts if host not in set(before)]
    if reviewed:
        REVIEWED.write_text("".join(f"{line}\n" for line in sorted({*before, *fresh})), encoding="utf-8")
    typer.echo("\n".join(["", "# What the newest packages change", *(lines or ["nothing"])]))
    typer.echo("\n".join(["", "# Hosts of public lists that channels.tsv labels otherwise", *(fresh or ["none"])]))
    if lists is None:
        typer.echo(f"{PUBLIC_LISTS} can't be reached: give a copy by --public")
    _raise_pins()


if __name__ == "__main__":
    typer.run(main)
