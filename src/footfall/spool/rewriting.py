"""Removes records from a spool's file, of rows that are drained and of rows that wait."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from footfall.errors import TransientError
from footfall.model.raw import Record, size
from footfall.spool.salvage import transaction

Change = Callable[[list[Record]], list[Record]]
"""Records without those, or those of their rows, that are to go."""

_encode = msgspec.msgpack.Encoder().encode
_rows = msgspec.msgpack.Decoder(list[Record])
_record: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


def rewrite(db: sqlite3.Connection, signs: Sequence[bytes], change: Change) -> int:
    """How many events went; what they were is overwritten in the file, and its log is emptied.

    `events` and `total` of a row go on to say what was acknowledged. A row that is damaged stays for the drain to find.
    """
    db.execute("PRAGMA secure_delete = ON")
    gone = 0
    for seq, crc, body in _found(db, "rows", "seq, crc, body", signs):
        if zlib.crc32(body) != crc:
            continue
        records = _rows.decode(body)
        rest = change(records)
        if (lost := _events(records) - _events(rest)) > 0:
            gone += lost
            fresh = _encode(rest)
            with transaction(db):
                db.execute("UPDATE rows SET crc = ?, body = ? WHERE seq = ?", (zlib.crc32(fresh), fresh, seq))
    for number, body in _found(db, "rejected", "id, body", signs):
        if not change([_record.decode(body)]):
            with transaction(db):
                db.execute("DELETE FROM rejected WHERE id = ?", (number,))
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise TransientError("a spool is being read, so its log can't be emptied yet")
    return gone


def _found(db: sqlite3.Connection, table: str, columns: str, signs: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
    """Rows whose body contains one of the signs: one at a time, since they may be large."""
    key = columns.partition(",")[0]
    condition = " OR ".join("instr(body, ?)" for _ in signs) or "TRUE"
    keys = db.execute(f"SELECT {key} FROM {table} WHERE {condition}", signs).fetchall()  # noqa: S608 - of this module
    for (number,) in keys:
        yield from db.execute(f"SELECT {columns} FROM {table} WHERE {key} = ?", (number,))  # noqa: S608 - as above


def _events(records: Sequence[Record]) -> int:
    return sum(map(size, records))
