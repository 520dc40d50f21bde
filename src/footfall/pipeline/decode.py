"""Spool records to frames: lists of structs become columns in one transposition, imports are columns already."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from operator import attrgetter
from typing import Any

import msgspec
import polars as pl

from footfall.model.raw import (
    EngagementRows,
    EventRows,
    ProxyLogs,
    RawEngagement,
    RawEvent,
    RawRequest,
    Record,
    RequestColumns,
    RequestRows,
)
from footfall.pipeline.frames import ENGAGEMENT_COLUMNS, EVENT_COLUMNS, REQUEST_COLUMNS, TRAFFIC_COLUMNS

_EVENT_FIELDS = tuple(field.name for field in msgspec.structs.fields(RawEvent))
_REQUEST_FIELDS = tuple(field.name for field in msgspec.structs.fields(RawRequest))
_ENGAGEMENT_FIELDS = tuple(field.name for field in msgspec.structs.fields(RawEngagement))


def events(records: Iterable[Record]) -> pl.DataFrame:
    """EVENT_COLUMNS of every event in the records, in order."""
    found = [record for record in records if isinstance(record, EventRows)]
    return _transpose(found, _EVENT_FIELDS, EVENT_COLUMNS)


def requests(records: Iterable[Record]) -> pl.DataFrame:
    """REQUEST_COLUMNS of every request in the records; rows first, then imported columns."""
    records = list(records)
    frames = [_transpose([r for r in records if isinstance(r, RequestRows)], _REQUEST_FIELDS, REQUEST_COLUMNS)]
    frames += [_read(record) for record in records if isinstance(record, RequestColumns)]
    return pl.concat(frames)


def engagements(records: Iterable[Record]) -> pl.DataFrame:
    """ENGAGEMENT_COLUMNS of every engagement in the records, in order."""
    found = [record for record in records if isinstance(record, EngagementRows)]
    return _transpose(found, _ENGAGEMENT_FIELDS, ENGAGEMENT_COLUMNS)


def proxy_logs(records: Iterable[Record]) -> pl.DataFrame:
    """TRAFFIC_COLUMNS of every proxy log in the records, in order."""
    found = [record for record in records if isinstance(record, ProxyLogs)]
    columns = {
        name: list(chain.from_iterable(getattr(record.columns, name) for record in found))
        for name in TRAFFIC_COLUMNS
        if name != "project_id"
    }
    columns["project_id"] = list(chain.from_iterable(repeat(record.project_id, record.count) for record in found))
    return pl.DataFrame([pl.Series(name, columns[name], dtype=kind) for name, kind in TRAFFIC_COLUMNS.items()])


def _read(record: RequestColumns) -> pl.DataFrame:
    frame = pl.read_ipc(io.BytesIO(record.ipc)).with_columns(project_id=pl.lit(record.project_id, pl.UInt32))
    if "provider" not in frame.columns:  # a spool of before there were providers
        frame = frame.with_columns(provider=pl.lit(""))
    return frame.select(pl.col(name).cast(dtype) for name, dtype in REQUEST_COLUMNS.items())


def _transpose(
    records: Sequence[EventRows] | Sequence[RequestRows] | Sequence[EngagementRows],
    fields: Sequence[str],
    schema: dict[str, pl.DataType],
) -> pl.DataFrame:
    rows = list(chain.from_iterable(record.rows for record in records))
    columns: dict[str, Sequence[Any]] = {name: list(map(attrgetter(name), rows)) for name in fields}
    columns["project_id"] = list(chain.from_iterable(repeat(record.project_id, len(record.rows)) for record in records))
    series = []
    for name, dtype in schema.items():
        # Properties travel as bytes: JSON that was encoded here, so it is UTF-8.
        made = pl.Series(name, columns[name], dtype=pl.Binary if name == "properties" else dtype, strict=True)
        series.append(made.cast(dtype))
    return pl.DataFrame(series)
