"""Records without the rows of those that are to be erased."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Sequence

import msgspec
import polars as pl

from footfall.model.erasure import Subject
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
from footfall.pipeline.keys import text_keys, visitor_keys

_ARROW = b"ARROW1"
"""What a record with columns contains, whose texts may be packed."""


def without(records: Sequence[Record], subjects: Collection[Subject]) -> list[Record]:
    """The records, in order, without the rows of the subjects; those that have none left are missing."""
    projects = {subject.project for subject in subjects if not subject.visitor}
    kept = [record for record in records if record.project_id not in projects]
    for subject in subjects:
        if subject.visitor:
            kept = _without_visitor(kept, subject)
    return kept


def signs(subject: Subject) -> list[bytes]:
    """Bytes of which an encoded record contains one or more if it has rows of the subject; none for a whole project."""
    if not subject.visitor:
        return []
    keys = [key.to_bytes(8).lstrip(b"\0") for key in visitor_keys(subject.visitor)]
    return [subject.visitor.encode("utf-8", "surrogatepass"), *keys, _ARROW]


def _without_visitor(records: Sequence[Record], subject: Subject) -> list[Record]:
    keys = visitor_keys(subject.visitor)

    def is_kept(row: RawEvent | RawRequest | RawEngagement) -> bool:
        name = row.user_id if isinstance(row, RawRequest) else row.visitor_id
        return name != subject.visitor if name else row.visitor not in keys

    return [
        rest
        for record in records
        if size(rest := _rest(record, keys, is_kept) if record.project_id == subject.project else record)
    ]


def _rest(record: Record, keys: Sequence[int], is_kept: Callable[..., bool]) -> Record:
    if isinstance(record, ProxyLogs):
        return record  # they have no visitors
    if isinstance(record, RequestColumns):
        return _rest_of_columns(record, keys)
    if isinstance(record, EventColumns):
        record = EventRows(record.project_id, record.received_at, record.rows)
    rows = [row for row in record.rows if is_kept(row)]
    return record if len(rows) == len(record.rows) else msgspec.structs.replace(record, rows=rows)


def _rest_of_columns(record: RequestColumns, keys: Sequence[int]) -> RequestColumns:
    frame = pl.read_ipc(io.BytesIO(record.ipc))
    key = pl.when(pl.col("user_id") != "").then(text_keys(frame["user_id"].cast(pl.String))).otherwise("visitor")
    rest = frame.filter(~key.is_in(pl.lit(pl.Series(keys, dtype=pl.UInt64)).implode()))
    if len(rest) == len(frame):
        return record
    file = io.BytesIO()
    rest.write_ipc(file, compression="zstd", compat_level=pl.CompatLevel.oldest())
    return RequestColumns(record.project_id, record.received_at, len(rest), file.getvalue())
