"""What a spool's file tells without being opened for writing; beside the process that writes to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

LEFT = ("rejected", "damaged", "lost")
"""Tables of what never reached the store."""


def newest_receipt(path: Path) -> int:
    """When its newest row was received, in Unix milliseconds; 0 where there is none, or it can't be read."""
    return _numbers(path, "SELECT max(received_at) FROM rows")[0]


def left(path: Path) -> dict[str, int]:
    """Rows by table of `LEFT`; 0 where a table is missing or can't be read."""
    statements = [f"SELECT count(*) FROM {table}" for table in LEFT]  # noqa: S608 - of the list above
    return dict(zip(LEFT, _numbers(path, *statements), strict=True))


def rejections(path: Path) -> dict[str, int]:
    """Events that could not be processed, by reason; nothing where the file can't be read."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        try:
            return dict(db.execute("SELECT reason, sum(events) FROM rejected GROUP BY reason ORDER BY 2 DESC, 1"))
        except sqlite3.DatabaseError:
            return {}


def _numbers(path: Path, *statements: str) -> list[int]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        return [_number(db, sql) for sql in statements]


def _number(db: sqlite3.Connection, sql: str) -> int:
    try:
        return int(db.execute(sql).fetchone()[0] or 0)
    except sqlite3.DatabaseError:
        return 0
