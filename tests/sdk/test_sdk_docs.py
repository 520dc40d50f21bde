"""docs/sdk.md: its snippets run as written, its options and defaults are the code's."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from footfall_client import Footfall, asgi, django, wsgi
from footfall_client._observer import Observer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sdk.md").read_text(encoding="utf-8")
README = (ROOT / "sdk" / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE + README, re.MULTILINE | re.DOTALL)
# What the snippets say, but on a port where nothing listens, and without waiting for it at the end.
SERVER = ("https://stats.example.org", "ff_pat_…")


def options(section: str) -> dict[str, str]:
    """The table below a heading: defaults by name."""
    rest = PAGE.partition(f"{section}\n")[2]
    return dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", re.split(r"^##", rest, flags=re.MULTILINE)[0], re.MULTILINE))


def defaults(function) -> dict[str, object]:
    parameters = inspect.signature(function).parameters.values()
    return {
        parameter.name: parameter.default
        for parameter in parameters
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.name != "route"
    }


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: text.splitlines()[0][:40])
def test_snippets_run(snippet):
    assert all(part in snippet for part in SERVER)
    script = snippet.replace(SERVER[0], "http://127.0.0.1:9").replace(SERVER[1], "token")
    script = script.replace('"token")', '"token", exit_timeout=0)')
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - the page's own
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["docs/sdk.md", "sdk/README.md", "web/src/parts/connect/snippets.ts"])
def test_the_package_is_installed_from_a_clone(page):
    """It is on no index yet."""
    commands = re.findall(r"pip install [^\s,]+", (ROOT / page).read_text(encoding="utf-8"))
    assert commands == ["pip install ./sdk"]
    assert (ROOT / "sdk" / "pyproject.toml").is_file()


def test_every_framework_has_a_snippet():
    for module in ("fastapi", "starlette", "litestar", "flask", "django", "asgi, wsgi"):
        assert any(f"footfall_client.{module}" in text or f"Footfall, {module}" in text for text in SNIPPETS), module


def test_options_of_the_client_are_on_the_page():
    page = options("## Options of the client")
    assert set(page) == set(defaults(Footfall))
    for name, default in defaults(Footfall).items():
        if default is not None:
            assert float(page[name].replace(",", "")) == default, name


def test_options_of_the_middlewares_are_on_the_page():
    page = options("### Options")
    wanted = defaults(Observer)
    assert set(page) == set(wanted)
    assert defaults(asgi.FootfallMiddleware) == defaults(wsgi.FootfallMiddleware) == wanted
    assert set(django._OPTIONS) == set(wanted)
    assert page["unmatched"].strip('`"') == wanted["unmatched"]
