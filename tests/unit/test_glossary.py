"""docs/glossary.md names what there is, and retired words stay away."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tools.docs import ROOT

import footfall
import footfall.catalog
import footfall.model
from footfall.catalog.tables import Table
from footfall.query import ast, plan

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| \*\*(.+?)\*\* \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
SOURCE = Path(footfall.__file__).parent

RETIRED = {
    r"\bquestions?\b": "query",
    r"\bcountings\b|\ba counting\b": "roll-up",
    r"\beditions?\b": "version",
    r"\bseals?\b": "validity marker",
    r"\bbusy.?hours\b": "hours to roll up",
    r"\bwhole\(\)": "quiesced",
    r"\bweigh\b": "evaluate",
    r"\bmost_": "max_",
    r"\bWindow\b": "TimeRange",
    r"\bFailure\b": "what failed",
    r"of before\b": "superseded, earlier",
    r"\bprolong": "renew",
    r"\bTable\.TRAFFIC\b|\bTRAFFIC_": "PROXY_LOGS",
    r"\bspeaks? against\b|\bword stands\b|\bat it\b|clothes": "plain English",
}
"""Regular expressions, any case unless they hold a capital letter, and what is said instead."""

OF_THE_WIRE = {r"\bvisits?\b": "session", r"\breferer\b|\breferring_url\b": "referrer_url"}
"""Words of contracts and stored columns: retired where no contract and no column is near."""

WITHOUT_WIRE = ("query/", "rollups/", "api/web/")

ALLOWED = {
    ("query/cursor.py", 'tag="visits"'): "in cursors that clients hold",
    ("catalog/", '"referring_url"'): "in stored roll-ups",
}
"""By file (or folder) and text of the line: why a retired word stays."""


def references() -> list[str]:
    return [name for *_, place in ROWS for name in re.findall(r"(?<!table )`([\w.]+)`", place)]


def resolve(name: str) -> object:
    """The module, class, function or constant at a path below `footfall`."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(["footfall", *parts[:length]]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise AssertionError(name)


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(info.name)


def classes() -> set[str]:
    """The public classes of the pure data and of the queries, as the glossary names them."""
    found = set()
    for module in (*modules(footfall.model), *modules(footfall.catalog), ast, plan):
        for name, value in inspect.getmembers(module, inspect.isclass):
            if value.__module__ == module.__name__ and not name.startswith("_"):
                found.add(f"{module.__name__.removeprefix('footfall.')}.{name}")
    return found


def test_terms_are_explained_once():
    terms = [term.strip() for names, *_ in ROWS for term in names.split(",")]
    assert len(terms) == len(set(terms)) > 50
    assert PAGE.count("\n| **") == len(ROWS), "every row has a term, a meaning and a place"


@pytest.mark.parametrize("name", sorted(set(references())))
def test_places_exist(name):
    resolve(name)


def test_tables_are_named():
    assert set(re.findall(r"table `(\w+)`", PAGE)) == set(Table)


def test_classes_are_named():
    assert classes() <= set(references())


def files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_retired_words_stay_away(path):
    name = path.relative_to(SOURCE).as_posix()
    allowed = [text for (place, text) in ALLOWED if name.startswith(place)]
    check(path, RETIRED | (OF_THE_WIRE if name.startswith(WITHOUT_WIRE) else {}), allowed)


def pages() -> list[Path]:
    """What people read beside the source; decisions are history."""
    patterns = ("*.md", "docs/*.md", "docs/[!a]*/*.md", "docs/api/*.md", "bench/*.py", "tools/*.py", "sdk/src/**/*.py")
    found = {path for pattern in patterns for path in ROOT.glob(pattern)}
    return sorted(found - {ROOT / "docs" / "glossary.md"})


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_retired_words_stay_away_from_pages_and_tools(path):
    check(path, RETIRED, ["most_common("])


def check(path: Path, retired: dict[str, str], allowed: list[str]) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        for word, instead in retired.items():
            case = 0 if re.search("[A-Z]", word) else re.IGNORECASE
            found = re.search(word, line, case)
            assert not found or any(text in line for text in allowed), f"{found[0]} → {instead}: {line.strip()}"


def test_exceptions_are_needed():
    lines = [(path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")) for path in files()]
    for place, text in ALLOWED:
        assert any(name.startswith(place) and text in content for name, content in lines), (place, text)
