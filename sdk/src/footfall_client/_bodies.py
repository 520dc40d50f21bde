"""Turns rows into request bodies: at most 1,000 rows and 4 MiB each, built once and resent unchanged."""

from __future__ import annotations

import gzip
import json
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

ROWS = 1_000
_BYTES = 4 << 20
_GZIP_FROM = 1 << 10
_GZIP_LEVEL = 5
_EXTRA = len('{"events":[]}')


@dataclass(frozen=True, slots=True)
class Kind:
    """An endpoint: its path, the name of its list, and how the server recognises what it has stored.

    Events have ids; a body of visits has an idempotency key.
    """

    path: str
    rows: str
    keyed: bool


EVENTS = Kind("/api/collect/bulk", "events", keyed=False)
VISITS = Kind("/api/tracking/visits", "visits", keyed=True)

Row = tuple[Kind, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Body:
    """A body that is ready to be sent, any number of times."""

    kind: Kind
    rows: int
    content: bytes
    headers: dict[str, str]


def bodies(rows: Iterable[Row], unfit: Callable[[Exception], None]) -> Iterator[Body]:
    """The rows in order, by kind; `unfit` is called for each row that can't be encoded as JSON."""
    kinds: dict[Kind, list[dict[str, Any]]] = {}
    for kind, row in rows:
        kinds.setdefault(kind, []).append(row)
    for kind, those in kinds.items():
        for chunk in _chunks(_encoded(kind, those, unfit)):
            yield _body(kind, chunk)


def _encoded(kind: Kind, rows: list[dict[str, Any]], unfit: Callable[[Exception], None]) -> Iterator[bytes]:
    for row in rows:
        if not kind.keyed:
            row["event_id"] = event_id()
        try:
            text = json.dumps(row, separators=(",", ":"), allow_nan=False, default=_plain)
        except Exception as error:  # noqa: BLE001 - properties may hold the application's own classes
            unfit(error)
        else:
            yield text.encode("ascii")


def _chunks(encoded: Iterator[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    size = _EXTRA
    for row in encoded:
        if chunk and (len(chunk) == ROWS or size + len(row) >= _BYTES):
            yield chunk
            chunk, size = [], _EXTRA
        chunk.append(row)
        size += len(row) + 1
    if chunk:
        yield chunk


def _body(kind: Kind, chunk: list[bytes]) -> Body:
    content = b'{"%s":[%s]}' % (kind.rows.encode(), b",".join(chunk))
    headers = {"Content-Type": "application/json"}
    if kind.keyed:
        headers["Idempotency-Key"] = str(uuid.uuid4())
    if len(content) > _GZIP_FROM:
        content = gzip.compress(content, _GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Body(kind, len(chunk), content, headers)


def event_id() -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    value = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return str(uuid.UUID(int=value))


def _plain(value: object) -> object:
    """Values of properties that are not JSON types."""
    if isinstance(value, date):  # datetime is one, too
        return value.isoformat()
    if isinstance(value, (uuid.UUID, Decimal)):
        return str(value)
    raise TypeError(f"a {type(value).__name__} can't be encoded as JSON")
