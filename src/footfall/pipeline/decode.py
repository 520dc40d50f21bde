"""Spool records to frames: lists of structs become columns in one transposition, imports are columns already."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice, repeat, starmap
from typing import Any

import polars as pl
from msgspec.structs import astuple

from footfall.catalog.columns import ENGAGEMENTS, EVENTS, PROXY_LOGS, REQUESTS, Column, Kind
from footfall.model.raw import (
    EngagementRows,
    EventRows,
    ProxyLogs,
    Record,
    RequestColumns,
    RequestRows,
)
from footfall.pipeline.frames import REQUEST_COLUMNS, schema

_AT_ONCE = 200
"""Rows that are transposed at once."""

_HELD = 10_000
"""Values that become a column in one call, which holds the interpreter for one or two milliseconds."""


def events(records: Iterable[Record]) -> pl.DataFrame:
    """The spooled columns of every event in the records, in order."""
    return _transpose([record for record in records if isinstance(record, EventRows)], EVENTS)


def requests(records: Iterable[Record]) -> pl.DataFrame:
    """The spooled columns of every request in the records; rows first, then imported columns."""
    records = list(records)
    frames = [_transpose([record for record in records if isinstance(record, RequestRows)], REQUESTS)]
    frames += [_read(record) for record in records if isinstance(record, RequestColumns)]
    return pl.concat(frames)


def engagements(records: Iterable[Record]) -> pl.DataFrame:
    """The spooled columns of every engagement in the records, in order."""
    return _transpose([record for record in records if isinstance(record, EngagementRows)], ENGAGEMENTS)


def proxy_logs(records: Iterable[Record]) -> pl.DataFrame:
    """The spooled columns of every proxy log in the records, in order."""
    found = [record for record in records if isinstance(record, ProxyLogs)]

    def values(name: str) -> list[Any]:
        return list(chain.from_iterable(getattr(record.columns, name) for record in found))

    return _frame(PROXY_LOGS, values, [(record.project_id, record.count) for record in found])


def _read(record: RequestColumns) -> pl.DataFrame:
    frame = pl.read_ipc(io.BytesIO(record.ipc)).with_columns(project_id=pl.lit(record.project_id, pl.UInt32))
    # Spools that an earlier version wrote lack the columns that were added since.
    added = {name: "" if dtype == pl.String else 0 for name, dtype in REQUEST_COLUMNS.items() if name not in frame}
    return frame.with_columns(**{name: pl.lit(absent) for name, absent in added.items()}).select(
        pl.col(name).cast(dtype) for name, dtype in REQUEST_COLUMNS.items()
    )


def _transpose(
    records: Sequence[EventRows] | Sequence[RequestRows] | Sequence[EngagementRows], columns: Iterable[Column]
) -> pl.DataFrame:
    rows = chain.from_iterable(record.rows for record in records)
    found: dict[str, list[Any]] = defaultdict(list)
    # Some at a time: their fields are still in the processor's cache when they become columns.
    while some := list(islice(rows, _AT_ONCE)):
        for name, values in zip(some[0].__struct_fields__, zip(*map(astuple, some), strict=True), strict=True):
            found[name] += values
    return _frame(
        columns, lambda name: found.pop(name, []), [(record.project_id, len(record.rows)) for record in records]
    )


def _frame(
    columns: Iterable[Column], values: Callable[[str], list[Any]], projects: Iterable[tuple[int, int]]
) -> pl.DataFrame:
    """The spooled ones of `columns`; `projects` gives each record's project and the number of its rows."""
    spooled = [column for column in columns if column.spooled]
    types = schema(spooled)
    series = []
    for column in spooled:
        is_project = column.name == "project_id"
        found = list(chain.from_iterable(starmap(repeat, projects))) if is_project else values(column.name)
        if types[column.name] == pl.String and not any(found):
            series.append(pl.Series(column.name, [""], dtype=pl.String).new_from_index(0, len(found)))
            continue
        # JSON travels as bytes: it was encoded by the collector, so it is UTF-8.
        sent = pl.Binary if column.kind is Kind.JSON else types[column.name]
        series.append(_series(column.name, found, sent).cast(types[column.name]))
    return pl.DataFrame(series)


def _series(name: str, values: list[Any], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Made in pieces, between which other threads run."""
    pieces = [
        pl.Series(name, values[start : start + _HELD], dtype=dtype, strict=True)
        for start in range(0, max(len(values), 1), _HELD)
    ]
    return pieces[0] if len(pieces) == 1 else pl.concat(pieces, rechunk=True)
