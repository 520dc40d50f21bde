"""A column that browsers send is written by hand in six files of the product; the rest of the product derives it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from footfall.catalog.columns import COLUMNS, EVENTS, TEXT_CAPS, Column, Kind, Origin, stored
from footfall.catalog.dimensions import DIMENSIONS, FILTER_KEYS, TOP_LISTS
from footfall.catalog.tables import Table

ROOT = Path(__file__).parents[3]
PRODUCT = ("src/footfall/**/*.py", "src/footfall/**/*.sql", "tracker/src/**/*.ts", "sdk/src/**/*.py")

BY_HAND = {
    "core.ts",  # the tracker sends it
    "beacon.py",  # the tracker's wire format
    "bulk.py",  # the servers' wire format
    "raw.py",  # the spooled struct
    "columns.py",  # the declaration
    "0011_timezone.sql",  # the migration
}
OF_SESSIONS = {"0013_session_facts.sql"}
"""Its column of `sessions`, which any first-touch column has."""

WRITTEN = {"schema.sql"}
"""By a tool, from the migrations."""

# The same word for zones that are parameters of endpoints, projects and commands, and no column.
PARAMETER = re.compile(
    r"/(api/(web/(parse|limits)|tracking/endpoints|projects/\w+|session/\w+|sharing/\w+|sites/\w+)|query/timerange|model/(project|upload)|runtime/upload_work|rollups/expiry|meta/.+|cli/\w+|importers/\w+|demo/\w+)\.py$"
)

MENTION = re.compile(
    r"""
    \btimezones?\b (?! \.utc | \( )  # Python's class of that name apart
    | top_timezones
    | \btz: | "tz"  # the tracker's short name
    """,
    re.VERBOSE,
)


def mentions(text: str) -> bool:
    imports = re.compile(r"^from datetime import .*$", re.MULTILINE)
    return MENTION.search(imports.sub("", text)) is not None


def test_the_time_zone_is_written_in_six_files() -> None:
    assert len(BY_HAND) == 6
    files = [path for pattern in PRODUCT for path in ROOT.glob(pattern) if not PARAMETER.search(path.as_posix())]
    assert {
        path.name for path in files if mentions(path.read_text(encoding="utf-8"))
    } == BY_HAND | OF_SESSIONS | WRITTEN


@pytest.mark.parametrize("text", ['"timezone"', "event.timezone", "tz: zone", 'field(name="tz")', "top-timezones"])
def test_a_seventh_file_would_be_seen(text: str) -> None:
    assert mentions(text)


def test_everything_else_is_derived() -> None:
    column = next(column for column in EVENTS if column.name == "timezone")
    assert column.spooled
    assert column.export == "timezone"
    assert column.name in stored(Table.EVENTS)
    assert column.name in stored(Table.SESSIONS)
    assert TEXT_CAPS[column.name] == column.cap
    assert column.name in FILTER_KEYS
    assert DIMENSIONS[column.name].expressions == dict.fromkeys((Table.EVENTS, Table.SESSIONS), "timezone")
    assert "timezone" in dict(TOP_LISTS)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_text_that_is_sent_has_a_cap_or_is_bounded_by_its_reader(table: Table) -> None:
    """Texts without a cap are checked or made where they are collected."""
    bounded = {"visitor_id", "session_id", "user_id", "country", "ip_address", "ip_from", "ip_out", "peer_id"}
    bounded |= {"domain", "worker", "protocol", "error"}  # of proxy logs
    texts = [column for column in COLUMNS[table] if column.origin is Origin.SENT and _is_text(column)]
    assert {column.name for column in texts if not column.cap} <= bounded


def _is_text(column: Column) -> bool:
    return column.kind in {Kind.LABEL, Kind.TEXT}
