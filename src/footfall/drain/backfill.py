"""Facts of many months in one batch: older ones wait in a spool of their own, of which each round takes a few months.

Each month of a table is a part of its own, and a part costs time, for which all others would wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

import msgspec
import polars as pl
import structlog

from footfall.catalog.tables import Table
from footfall.model.flat import listed
from footfall.model.raw import (
    EngagementRows,
    EventColumns,
    EventRows,
    ProxyLogs,
    Record,
    RequestColumns,
    RequestRows,
    some,
)
from footfall.pipeline.decode import Facts
from footfall.spool.protocol import Spool, Submission

BACKFILL = "backfill"
"""The name of the spool."""

MAX_MONTHS = 6
"""Months that one batch writes to."""

_Rows = EventRows | EventColumns | RequestRows | ProxyLogs | EngagementRows
"""Files of columns stay in their batch: imports make them, in the order of time."""

_KEPT = -1
"""In place of a window's number: what stays in the batch."""

_timestamp = attrgetter("timestamp")


class _Apart(NamedTuple):
    """How far the rows of a batch are set apart. Months are counted from year 0."""

    number: int
    kept: int  # the oldest month that stays in the batch
    apart: int  # the oldest one that is in the spool, or `kept`


class Backfill:
    """Sets rows of a batch apart: once, however often the batch is planned, since the spool's note says how far it is.

    `spool` is opened when it is first needed: where `exists` says that it is there, or to make it.
    """

    def __init__(self, spool: Callable[[], Spool], exists: Callable[[], bool] = lambda: True) -> None:
        self._open = spool
        self._exists = exists
        self._spool: Spool | None = None

    def without_old(self, name: str, number: int, records: list[Record]) -> list[Record]:
        """Those of a batch's records that are of its newest months; at return, the others are in the spool, durably.

        Which months stay is settled when the batch is first planned: rows that are erased meanwhile change nothing.
        """
        rows = [record for record in records if not isinstance(record, RequestColumns)]
        done = self._note()
        said = done.get(name)
        if said is None or said.number != number:
            months = _months_of(rows)
            if len(months) <= MAX_MONTHS:
                return records
            oldest = months[MAX_MONTHS - 1]
            said = _Apart(number, oldest, oldest)
            structlog.get_logger("drain").info("rows of many months wait apart", batch=number, months=len(months))
        months = _months_of(rows)
        left = [month for month in months if month < said.apart]
        windows = [left[start : start + MAX_MONTHS] for start in range(0, len(left), MAX_MONTHS)]
        window_of = {month: window for window, chosen in enumerate(windows) for month in chosen}
        parts = _divided(rows, window_of | dict.fromkeys((month for month in months if month >= said.kept), _KEPT))
        for window, chosen in enumerate(windows):
            done[name] = said = said._replace(apart=chosen[-1])
            old = [Submission(record) for record in parts[window]]
            self._opened().append(old, note=msgspec.json.encode(done))
        columns = [record for record in records if isinstance(record, RequestColumns)]
        return columns + parts[_KEPT]

    def concerns(self, name: str, number: int, facts: Facts) -> bool:
        """Whether `without_old` would change the records that these facts were in."""
        said = self._note().get(name)
        if said is not None and said.number == number:
            return True
        requests = facts.frames[Table.REQUESTS]
        sent = {**facts.frames, Table.REQUESTS: requests.head(len(requests) - facts.imported)}
        months = _months(pl.concat([frame.get_column("timestamp") for frame in sent.values()]))
        return months.n_unique() > MAX_MONTHS

    def _note(self) -> dict[str, _Apart]:
        """By spool, the last batch of which rows were set apart."""
        if self._spool is None and not self._exists():
            return {}
        return msgspec.json.decode(self._opened().note() or b"{}", type=dict[str, _Apart])

    def _opened(self) -> Spool:
        if self._spool is None:
            self._spool = self._open()
        return self._spool


def _months_of(records: Sequence[_Rows]) -> list[int]:
    """Newest first."""
    return sorted({month for record in records for month in _months_of_rows(record)}, reverse=True)


def _months_of_rows(record: _Rows) -> list[int]:
    """The month of each row."""
    return _months(pl.Series(_instants(record), dtype=pl.Int64)).to_list()


def _instants(record: _Rows) -> list[int]:
    match record:
        case EventColumns(_, _, count, fields):
            return listed(fields.timestamp, count)
        case ProxyLogs():
            return record.columns.timestamp
    return [*map(_timestamp, record.rows)]


def _months(instants: pl.Series) -> pl.Series:
    at = instants.cast(pl.Datetime("ms"))
    return at.dt.year() * 12 + at.dt.month()


def _divided(records: Sequence[_Rows], window_of: Mapping[int, int]) -> defaultdict[int, list[Record]]:
    """By window, the rows of its months, in their order; other rows are left out. Each row is looked at once."""
    found: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        places: defaultdict[int | None, list[int]] = defaultdict(list)
        for place, month in enumerate(_months_of_rows(record)):
            places[window_of.get(month)].append(place)
        for window, chosen in places.items():
            if window is not None:
                found[window].append(some(record, chosen))
    return found
