"""Records without the rows of those that are to be erased."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence

import msgspec
import polars as pl

from footfall.model.erasure import Forgotten, Subject, mark_of
from footfall.model.raw import (
    EventColumns,
    EventRows,
    ProxyLogs,
    RawEngagement,
    RawEvent,
    RawRequest,
    Record,
    RequestColumns,
    size,
)
from footfall.pipeline.keys import hash_of, text_keys, visitor_keys

_ARROW = b"ARROW1"
"""What a record with columns contains, whose texts may be packed."""


def without(records: Sequence[Record], subjects: Collection[Subject | Forgotten]) -> list[Record]:
    """The records, in order, without the rows of the subjects; those that have none left are missing."""
    projects = {subject.project for subject in subjects if isinstance(subject, Subject) and not subject.visitor}
    kept = [record for record in records if record.project_id not in projects]
    for subject in subjects:
        if isinstance(subject, Subject) and subject.visitor:
            kept = _rests(kept, _Named(subject))
    forgotten = [subject for subject in subjects if isinstance(subject, Forgotten)]
    return _rests(kept, _Late(forgotten)) if forgotten else kept


def signs(subject: Subject) -> list[bytes]:
    """Bytes of which an encoded record contains one or more if it has rows of the subject; none for a whole project."""
    if not subject.visitor:
        return []
    keys = [key.to_bytes(8).lstrip(b"\0") for key in visitor_keys(subject.visitor)]
    return [subject.visitor.encode("utf-8", "surrogatepass"), *keys, _ARROW]


class _Named:
    """Tells the rows of a visitor whose name is known."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project
        self._name = subject.visitor
        self._keys = visitor_keys(subject.visitor)

    def concerns(self, record: Record) -> bool:
        return record.project_id == self._project

    def has(self, row: RawEvent | RawRequest | RawEngagement) -> bool:
        name = row.user_id if isinstance(row, RawRequest) else row.visitor_id
        return name == self._name if name else row.visitor in self._keys

    def of_columns(self, frame: pl.DataFrame) -> pl.Series:
        names = text_keys(frame["user_id"].cast(pl.String))
        key = frame.select(pl.when(pl.col("user_id") != "").then(names).otherwise("visitor")).to_series()
        return key.is_in(self._keys)


class _Late:
    """Tells those of visitors of whose names only marks are left, in what was received before it was asked for."""

    def __init__(self, forgotten: Sequence[Forgotten]) -> None:
        self._forgotten = forgotten
        self._concerned: Sequence[Forgotten] = ()

    def concerns(self, record: Record) -> bool:
        self._concerned = [
            one for one in self._forgotten if record.project_id == one.project and record.received_at <= one.until
        ]
        return bool(self._concerned)

    def has(self, row: RawEvent | RawRequest | RawEngagement) -> bool:
        name = row.user_id if isinstance(row, RawRequest) else row.visitor_id
        return self._was(name or hash_of(row.visitor))

    def of_columns(self, frame: pl.DataFrame) -> pl.Series:
        rows = frame.select("user_id", "visitor").iter_rows()
        return pl.Series([self._was(name or hash_of(visitor)) for name, visitor in rows], dtype=pl.Boolean)

    def _was(self, name: str) -> bool:
        return any(mark_of(name, one.salt) == one.mark for one in self._concerned)


def _rests(records: Sequence[Record], who: _Named | _Late) -> list[Record]:
    """The records without the rows of one visitor; those that do not concern it stay as they are."""
    return [rest for record in records if size(rest := _rest(record, who) if who.concerns(record) else record)]


def _rest(record: Record, who: _Named | _Late) -> Record:
    if isinstance(record, ProxyLogs):
        return record  # they have no visitors
    if isinstance(record, RequestColumns):
        return _rest_of_columns(record, who)
    if isinstance(record, EventColumns):
        record = EventRows(record.project_id, record.received_at, record.rows)
    rows = [row for row in record.rows if not who.has(row)]
    return record if len(rows) == len(record.rows) else msgspec.structs.replace(record, rows=rows)


def _rest_of_columns(record: RequestColumns, who: _Named | _Late) -> RequestColumns:
    frame = pl.read_ipc(io.BytesIO(record.ipc))
    rest = frame.filter(~who.of_columns(frame))
    if len(rest) == len(frame):
        return record
    file = io.BytesIO()
    rest.write_ipc(file, compression="zstd", compat_level=pl.CompatLevel.oldest())
    return RequestColumns(record.project_id, record.received_at, len(rest), file.getvalue())
