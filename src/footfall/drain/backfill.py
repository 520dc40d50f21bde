"""Facts of many months in one batch: older ones wait in a spool of their own, of which each round takes a few months.

Each month of a table is a part of its own, and a part costs time, for which all others would wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from operator import attrgetter

import msgspec
import polars as pl
import structlog

from footfall.clock import DAY
from footfall.model.raw import (
    EngagementRows,
    EventRows,
    ProxyColumns,
    ProxyLogs,
    Record,
    RequestColumns,
    RequestRows,
    size,
)
from footfall.spool.protocol import Spool, Submission

BACKFILL = "backfill"
"""The name of the spool."""

MAX_MONTHS = 6
"""Months that one batch writes to."""

_Rows = EventRows | RequestRows | ProxyLogs | EngagementRows
"""Files of columns stay in their batch: imports make them, in the order of time."""

_timestamp = attrgetter("timestamp")


class Backfill:
    """Sets rows of a batch apart: once, however often the batch is planned, since the spool's note says how far it is.

    `spool` is opened when it is first needed.
    """

    def __init__(self, spool: Callable[[], Spool]) -> None:
        self._open = spool
        self._spool: Spool | None = None

    def without_old(self, name: str, number: int, records: list[Record]) -> list[Record]:
        """Those of a batch's records that are of its newest months; at return, the others are in the spool, durably."""
        rows = [record for record in records if not isinstance(record, RequestColumns)]
        instants = [instant for record in rows for instant in _ends(record)]
        if not instants or max(instants) - min(instants) < (MAX_MONTHS - 1) * 28 * DAY:
            return records
        months = sorted({month for record in rows for month in _months(record)}, reverse=True)
        if len(months) <= MAX_MONTHS:
            return records
        if self._spool is None:
            self._spool = self._open()
        done = msgspec.json.decode(self._spool.note() or b"{}", type=dict[str, tuple[int, int]])
        for start in range(MAX_MONTHS, len(months), MAX_MONTHS):
            if (number, start) > done.get(name, (0, 0)):
                done[name] = (number, start)
                some = _of_months(rows, months[start : start + MAX_MONTHS])
                self._spool.append([Submission(record) for record in some], note=msgspec.json.encode(done))
        structlog.get_logger("drain").info("rows of many months wait apart", batch=number, months=len(months))
        columns = [record for record in records if isinstance(record, RequestColumns)]
        return columns + _of_months(rows, months[:MAX_MONTHS])


def _instants(record: _Rows) -> Sequence[int]:
    return record.columns.timestamp if isinstance(record, ProxyLogs) else [*map(_timestamp, record.rows)]


def _ends(record: _Rows) -> tuple[int, ...]:
    instants = _instants(record)
    return (min(instants), max(instants)) if instants else ()


def _months(record: _Rows) -> list[int]:
    at = pl.Series(_instants(record), dtype=pl.Int64).cast(pl.Datetime("ms"))
    return (at.dt.year() * 12 + at.dt.month()).to_list()


def _of_months(records: Sequence[_Rows], months: Sequence[int]) -> list[Record]:
    wanted = {*months}
    kept: list[Record] = [_only(record, [month in wanted for month in _months(record)]) for record in records]
    return [record for record in kept if size(record)]


def _only(record: _Rows, wanted: list[bool]) -> _Rows:
    if isinstance(record, ProxyLogs):
        columns = (list(compress(column, wanted)) for column in msgspec.structs.astuple(record.columns))
        return msgspec.structs.replace(record, columns=ProxyColumns(*columns))
    return msgspec.structs.replace(record, rows=[*compress(record.rows, wanted)])
