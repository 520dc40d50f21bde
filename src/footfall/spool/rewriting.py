"""Removes records from a spool's file, of rows that are drained and of rows that wait."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from footfall.errors import TransientError
from footfall.model.raw import Record, size
from footfall.spool.body import decoded, encoded, unpacked
from footfall.spool.salvage import transaction

Change = Callable[[list[Record]], list[Record]]
"""Records without those, or those of their rows, that are to go."""

_record: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


def rewrite(db: sqlite3.Connection, signs: Sequence[bytes], change: Change) -> int:
    """How many events went; what they were is overwritten in the file, and its log is emptied.

    `events` and `total` of a row go on to say what was acknowledged. What can't be read stays for the drain.
    """
    db.execute("PRAGMA secure_delete = ON")
    gone = 0
    for seq, crc, body in _all(db, "rows", "seq, crc, body"):
        if zlib.crc32(body) != crc:
            continue
        try:
            records = decoded(body) if _has(unpacked(body), signs) else []
        except msgspec.DecodeError:
            continue
        rest = change(records)
        if (lost := _events(records) - _events(rest)) > 0:
            gone += lost
            fresh = encoded(rest)
            with transaction(db):
                db.execute("UPDATE rows SET crc = ?, body = ? WHERE seq = ?", (zlib.crc32(fresh), fresh, seq))
    for number, body in _all(db, "rejected", "id, body"):
        if _has(body, signs) and not change([_record.decode(body)]):
            with transaction(db):
                db.execute("DELETE FROM rejected WHERE id = ?", (number,))
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise TransientError("a spool is being read, so its log can't be emptied yet")
    return gone


def _has(body: bytes, signs: Sequence[bytes]) -> bool:
    """Whether a body, unpacked, may have what is to go: one of the signs, where there are any."""
    return not signs or any(sign in body for sign in signs)


def _all(db: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, one at a time, since they may be large."""
    key = columns.partition(",")[0]
    for (number,) in db.execute(f"SELECT {key} FROM {table}").fetchall():  # noqa: S608 - of this module
        yield from db.execute(f"SELECT {columns} FROM {table} WHERE {key} = ?", (number,))  # noqa: S608 - as above


def _events(records: Sequence[Record]) -> int:
    return sum(map(size, records))
