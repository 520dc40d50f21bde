"""`python -m tools.docs`: write docs/openapi.json and the parts of the pages that come from the code.

A page marks such a part with `<!-- generated: NAME -->` and `<!-- end -->`; what stands between is replaced. NAME is
one of `PARTS`, or `answer` and the name of a case under tests/golden/json: its request, and the answer that a test
compares with the server's. A test compares the pages with what this would write.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import typer
from bench.recorded import table

from footfall.api.application import create_api
from footfall.api.state import State
from footfall.cli import app
from footfall.importers.formats import ENTRIES
from footfall.importers.formats.wrappers import WRAPPERS
from footfall.settings import InstallationSettings, Settings, variable

ROOT = Path(__file__).parent.parent
OPENAPI = ROOT / "docs" / "openapi.json"

_PART = re.compile(r"(<!-- generated: ([a-z]+)(?: ([a-z/-]+))? -->\n).*?(<!-- end -->)", re.DOTALL)
_WIDTH = 110
_METHODS = ("get", "put", "post", "delete", "patch")
_PAGES = {
    "/api/v1/analytics": "events.md",
    "/api/web-events": "web.md",
    "/api/tracking": "tracking.md",
    "/api/collect": "collect.md",
    "/api/event": "collect.md",
    "/api/send": "collect.md",
    "/api/batch": "collect.md",
    "/api/log-request": "collect.md",
    "/v2/apps": "network.md",
    "/analytics": "proxy.md",
    "/api/projects/{slug}/shares": "sharing.md",
    "/api/shares": "sharing.md",
    "/api/projects": "projects.md",
    "/api/tokens": "auth.md",
    "/api/installation": "installation.md",
    "/api/session": "session.md",
    "/api/sites": "session.md",
}
"""The page of each surface in docs/api, by how its paths begin."""


class Command(NamedTuple):
    """One command of the command line, as typed."""

    name: str
    help: str
    params: list[Any]


class Endpoint(NamedTuple):
    method: str
    path: str
    summary: str


def commands() -> list[Command]:
    """Every command, in the order of `footfall --help`."""
    return list(_commands(typer.main.get_command(app), "footfall"))


def _commands(command: Any, name: str) -> Iterator[Command]:
    children = getattr(command, "commands", {})
    if not children:
        yield Command(name, command.help or "", command.params)
    for child in children.values():
        yield from _commands(child, f"{name} {child.name}")


def endpoints() -> list[Endpoint]:
    return [
        Endpoint(method.upper(), path, operation.get("summary", ""))
        for path, operations in openapi()["paths"].items()
        for method, operation in operations.items()
        if method in _METHODS
    ]


def openapi() -> dict[str, Any]:
    return create_api(State()).openapi()


def page_of(path: str) -> str:
    """The page in docs/api that describes an endpoint's surface; `""` where there is none."""
    return next((page for prefix, page in _PAGES.items() if path.startswith(prefix)), "")


# What the parts are.


def _command_table() -> str:
    rows = [f"| `{command.name}` | {_cell(command.help)} |" for command in commands()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def _command_reference() -> str:
    return "\n\n".join(_section(command) for command in commands())


def _section(command: Command) -> str:
    arguments = "".join(f" {_shown(param)}" for param in command.params if param.param_type_name == "argument")
    rows = [f"| `{_shown(param)}` | {_cell(_meaning(param))} |" for param in command.params]
    table = "\n".join(["| parameter | meaning |", "|---|---|", *rows])
    return f"## `{command.name}{arguments}`\n\n{_plain(command.help)}\n\n{table}"


def _shown(param: Any) -> str:
    if param.param_type_name == "argument":
        return (param.metavar or param.name.rstrip("_").upper()) + ("…" if param.nargs == -1 else "")
    value = "" if param.is_flag else f" {param.metavar or param.name.rstrip('_').upper().replace('_', '-')}"
    return "/".join(param.opts) + value


def _meaning(param: Any) -> str:
    text: str = param.help or ""
    if param.required:
        return f"{text} Required."
    if param.default in (None, "", False) or "[default:" in text:
        return text
    return f"{text} [default: {param.default}]"


def _settings(*, of_installation: bool) -> str:
    rows = [
        f"| `{variable(name)}` | {_default(field.get_default())} | {_cell(field.description or '')} |"
        for name, field in Settings.model_fields.items()
        if (name in InstallationSettings.model_fields) is of_installation
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def _default(value: object) -> str:
    if value in (None, "", ()):
        return "unset"
    return f"`{','.join(map(str, value)) if isinstance(value, tuple) else value}`"


def _endpoints() -> str:
    rows = [f"| `{one.method}` | `{one.path}` | {_cell(one.summary)} | {_link(one.path)} |" for one in endpoints()]
    return "\n".join(["| method | path | what it does | page |", "|---|---|---|---|", *rows])


def _link(path: str) -> str:
    page = page_of(path)
    return f"[{page.removesuffix('.md')}]({page})" if page and (ROOT / "docs" / "api" / page).exists() else ""


def _formats() -> str:
    rows = []
    for one in ENTRIES:
        names = ", ".join(f"`{name}`" for name in (one.name, *one.aliases))
        rows.append(f"| {names} | {_cell(one.about)} | {_sample(one.sample)} |")
    return "\n".join(["| `--format` | what writes it | a line of it |", "|---|---|---|", *rows])


def _wrappers() -> str:
    rows = [f"| {_cell(one.about)} | {_sample(one.around.replace('{}', '…'))} |" for one in WRAPPERS]
    return "\n".join(["| what wraps it | a line of it |", "|---|---|", *rows])


def _sample(lines: str) -> str:
    """Lines in a cell of a table; a tab is shown as an arrow."""
    shown = lines.replace("\t", " → ").replace("|", "\\|").split("\n")
    return "<br>".join(f"`{line}`" for line in shown)


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|").replace("*.", "\\*.")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


PARTS: dict[str, Callable[[], str]] = {
    "commands": _command_table,
    "cli": _command_reference,
    "installation": partial(_settings, of_installation=True),
    "settings": partial(_settings, of_installation=False),
    "endpoints": _endpoints,
    "formats": _formats,
    "wrappers": _wrappers,
    "measured": table,
}


_PREFIXES = {
    "web": "/api/web-events/shop",
    "tracking": "/api/tracking",
    "network": "/v2/apps",
    "proxy": "/analytics",
}


def _part(name: str, argument: str | None) -> str:
    return PARTS[name]() if argument is None else _answer(argument)


def _answer(case: str) -> str:
    """Request and answer of a golden case."""
    found = json.loads((ROOT / "tests/golden/json" / f"{case}.json").read_text(encoding="utf-8"))
    prefix, query = _PREFIXES[case.partition("/")[0]], found["get"]
    answer = found["answer"]
    body, kind = ("\n".join(answer.splitlines()), "") if isinstance(answer, str) else (_json(answer), "json")
    return f"```\nGET {prefix}{'' if query.startswith('?') else '/'}{query}\n```\n```{kind}\n{body}\n```"


def _json(value: object, indent: int = 0) -> str:
    """What fits into a line stands in one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent <= _WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    inner, margin = indent + 2, " " * (indent + 2)
    if isinstance(value, list):
        items = [_json(item, inner) for item in value]
    else:
        items = [f"{json.dumps(key)}: {_json(item, inner)}" for key, item in value.items()]
    opened, closed = ("[", "]") if isinstance(value, list) else ("{", "}")
    return f"{opened}\n{margin}" + f",\n{margin}".join(items) + f"\n{' ' * indent}{closed}"


def rendered() -> dict[Path, str]:
    """What every generated file and every page with a generated part should hold."""
    found = {OPENAPI: json.dumps(openapi(), indent=2, ensure_ascii=False) + "\n"}
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if _PART.search(text):
            found[page] = _PART.sub(lambda part: f"{part[1]}{_part(part[2], part[3])}\n{part[4]}", text)
    return found


def pages() -> list[Path]:
    """Every Markdown file of the repository, committed or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603 - constant
    return [ROOT / name for name in sorted(filter(None, listed.split("\0"))) if (ROOT / name).exists()]


def main() -> None:
    for path, text in rendered().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
