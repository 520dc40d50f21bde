"""What tests of the log formats share: a line in, its row or its reason out."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from footfall.importers.fields import Lines, Parsed, ReadOptions
from footfall.importers.formats import Recognised, WrappedParser
from footfall.importers.formats.operator import format_of

OPTIONS = ReadOptions(946_684_800_000, 1_780_000_300_000)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"
ABSENT = {
    "user_id": "", "host": "", "bytes": 0, "duration_us": 0, "protocol": "", "user_agent": "", "referer": "",
    "provider": "",
}  # fmt: skip


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


def parsed(name: str, *lines: str) -> Parsed:
    return read(Recognised(format_of(name)).begin(), *lines)


def read(parser: WrappedParser, *lines: str) -> Parsed:
    return parser.parse(Lines(pl.Series("line", lines, dtype=pl.String)), OPTIONS)


def row(name: str, *lines: str) -> dict[str, object]:
    """The one accepted row, without the line index."""
    found = parsed(name, *lines)
    assert found.rejects == []
    [only] = found.frame.drop("line").to_dicts()
    return only


def combined(request: str = "GET / HTTP/1.1", rest: str = '200 5 "-" "-"', who: str = "192.0.2.1 - -") -> str:
    return f'{who} [10/Oct/2024:13:55:36 +0000] "{request}" {rest}'


BASE = ABSENT | {
    "timestamp": at(2024, 10, 10, 13, 55, 36), "method": "GET", "endpoint": "/", "status": 200, "bytes": 5,
    "protocol": "HTTP/1.1", "ip_address": "192.0.2.1",
}  # fmt: skip
