"""Spool records to frames: rows become columns some at a time, imports are columns already."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from msgspec.structs import asdict, astuple

from footfall.catalog.columns import COLUMNS, Column, Kind
from footfall.catalog.tables import Table
from footfall.model.flat import FLAGS, FLOATS, NUMBERS, SEPARATED, Flat, joined, listed
from footfall.model.raw import (
    EngagementRows,
    EventColumns,
    EventRows,
    ProxyLogs,
    RawEngagement,
    RawEvent,
    RawRequest,
    Record,
    RequestColumns,
    RequestRows,
)
from footfall.pipeline.frames import REQUEST_COLUMNS, schema

_AT_ONCE = 200
"""Rows that are transposed at once: their fields are still in the processor's cache when they become columns."""

_HELD = 10_000
"""Rows that are kept as Python's values. To make a column of as many holds the interpreter for one or two milliseconds,
and what they took of the heap is free for the next ones."""

_MOST = 50_000
"""Rows of a piece of the frame, flat columns included: a piece is there twice while it is made."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The spooled columns of facts by their table, with a frame for each table of facts.

    Of the requests the last ones, `imported` in number, came as files of columns.
    """

    frames: Mapping[Table, pl.DataFrame]
    imported: int


_TABLES = {EventRows: Table.EVENTS, RequestRows: Table.REQUESTS, EngagementRows: Table.ENGAGEMENTS}


def facts(records: Iterable[Record]) -> Facts:
    """Every fact in the records, in order, imported requests last.

    Nothing is kept of a record that has been taken, so that records which are made one by one are never there together.
    """
    gathered = {table: _Gathered(table) for table in (*_TABLES.values(), Table.PROXY_LOGS)}
    imported: list[pl.DataFrame] = []
    for record in records:
        if isinstance(record, RequestColumns):
            imported.append(_read(record))
        elif isinstance(record, EventColumns):
            gathered[Table.EVENTS].add_columns(record.project_id, record.count, asdict(record.fields))
        elif isinstance(record, ProxyLogs):
            gathered[Table.PROXY_LOGS].add_columns(record.project_id, record.count, asdict(record.columns))
        else:
            gathered[_TABLES[type(record)]].add_rows(record.project_id, record.rows)
    found = {table: one.frame() for table, one in gathered.items()}
    found[Table.REQUESTS] = pl.concat([found[Table.REQUESTS], *imported])
    return Facts(found, sum(map(len, imported)))


def _read(record: RequestColumns) -> pl.DataFrame:
    frame = pl.read_ipc(io.BytesIO(record.ipc)).with_columns(project_id=pl.lit(record.project_id, pl.UInt32))
    # Spools that an earlier version wrote lack the columns that were added since.
    added = {name: "" if dtype == pl.String else 0 for name, dtype in REQUEST_COLUMNS.items() if name not in frame}
    return frame.with_columns(**{name: pl.lit(absent) for name, absent in added.items()}).select(
        pl.col(name).cast(dtype) for name, dtype in REQUEST_COLUMNS.items()
    )


class _Gathered:
    """Facts of one table: finished pieces of the frame, columns that are to become the next one, rows before that."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = _spooled(table)
        self._pieces: list[pl.DataFrame] = []
        self._parts: defaultdict[str, list[Any]] = defaultdict(list)  # a column of each record
        self._counts: list[int] = []  # rows of each part
        self._rows: list[RawEvent | RawRequest | RawEngagement] = []
        self._projects: list[tuple[int, int]] = []  # each with the number of its facts
        self._count = 0  # of both
        self._held = 0  # of these, how many are Python's values

    def add_rows(self, project: int, rows: Sequence[RawEvent | RawRequest | RawEngagement]) -> None:
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            self._rows += some
            if len(self._rows) >= _AT_ONCE:
                self._transpose()
            self._add(project, len(some), held=True)

    def add_columns(self, project: int, count: int, columns: Mapping[str, Any]) -> None:
        """Lists are divided, so that no piece holds more Python values than it may."""
        self._transpose()
        if not any(isinstance(column, list) for column in columns.values()):
            self._keep(count, columns)
            self._add(project, count, held=False)
            return
        values = {name: listed(one, count) if isinstance(one, Flat) else one for name, one in columns.items()}
        start = 0
        while start < count:
            end = min(start + _HELD - self._held, count)
            some = {name: one[start:end] if isinstance(one, list) else one for name, one in values.items()}
            self._keep(end - start, some)
            self._add(project, end - start, held=True)
            start = end

    def frame(self) -> pl.DataFrame:
        if self._count:
            self._cut()
        pieces, self._pieces = self._pieces, []
        return pl.concat(pieces, rechunk=True) if pieces else _empty(self._table)

    def _keep(self, count: int, columns: Mapping[str, Any]) -> None:
        for name, column in columns.items():
            self._parts[name].append(column)
        self._counts.append(count)

    def _add(self, project: int, count: int, *, held: bool) -> None:
        self._projects.append((project, count))
        self._count += count
        self._held += count if held else 0
        if self._held >= _HELD or self._count >= _MOST:
            self._cut()

    def _transpose(self) -> None:
        if self._rows:
            names = self._rows[0].__struct_fields__
            columns = map(list, zip(*map(astuple, self._rows), strict=True))
            self._keep(len(self._rows), dict(zip(names, columns, strict=True)))
            self._rows = []

    def _cut(self) -> None:
        """A piece of all that is held."""
        self._transpose()
        types = schema(self._columns)
        whole = _with_texts({name: joined(parts, self._counts) for name, parts in self._parts.items()})
        projects, counts = zip(*self._projects, strict=True)
        whole["project_id"] = pl.Series(np.repeat(np.array(projects, "u4"), counts))
        found = (_series(one, whole.get(one.name, []), self._count, types[one.name]) for one in self._columns)
        self._pieces.append(pl.DataFrame(list(found)))
        self._parts.clear()
        self._counts = []
        self._projects = []
        self._count = self._held = 0


@cache
def _spooled(table: Table) -> tuple[Column, ...]:
    return tuple(column for column in COLUMNS[table] if column.spooled)


@cache
def _empty(table: Table) -> pl.DataFrame:
    """Made once: that takes some milliseconds, and most batches have facts of one table."""
    return pl.DataFrame(schema=schema(_spooled(table)))


def _series(column: Column, values: Any, count: int, dtype: pl.DataType) -> pl.Series:
    """Of a column of so many rows. ValueError for a value that is none of the column's choices."""
    # JSON travels as bytes: it was encoded by the collector, so it is UTF-8.
    sent = pl.Binary if column.kind is Kind.JSON else dtype
    if isinstance(values, Flat):
        values = _NUMBERS[values.code](bytes(values.data))
    if isinstance(values, pl.Series):
        series = values.cast(dtype).alias(column.name)
    elif isinstance(values, list) and not _are_alike(values):
        series = pl.Series(column.name, values, dtype=sent, strict=True).cast(dtype)
    else:
        one, rows = (values[:1], len(values)) if isinstance(values, list) else ([values], count)
        series = pl.Series(column.name, one, dtype=sent, strict=True).cast(dtype).new_from_index(0, rows)
    if column.choices and not series.is_in(column.choices).all():
        raise ValueError(f"{column.name} has a value that is none of {', '.join(column.choices)}")
    return series


def _are_alike(values: list[Any]) -> bool:
    # Most columns that differ do so between their ends.
    return bool(values) and values[0] == values[-1] and values.count(values[0]) == len(values)


def _with_texts(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns, flat texts as series: all in one go, since each step gives the interpreter away and waits for it.

    Raises where two of them have different numbers of values.
    """
    texts = {
        name: pl.Series([bytes(column.data)], dtype=pl.Binary)
        for name, column in columns.items()
        if isinstance(column, Flat) and column.code in SEPARATED
    }
    if not texts:
        return columns
    found = pl.DataFrame(texts).select(pl.all().cast(pl.String).str.split("\0").explode())
    return columns | {series.name: series for series in found}


_NUMBERS: Mapping[int, Callable[[bytes], pl.Series]] = {
    NUMBERS: lambda data: pl.Series(np.frombuffer(data, ">u8").astype("u8")),
    FLAGS: lambda data: pl.Series(np.frombuffer(data, "?")),
    FLOATS: lambda data: pl.Series(np.frombuffer(data, ">f8").astype("f8")).fill_nan(None),
}
