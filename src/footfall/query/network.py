"""Figures of the network surface: requests, sessions and bytes over time, in total and by nine groupings."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from footfall.catalog.rollups import GROUPINGS, NETWORK
from footfall.catalog.tables import Table
from footfall.clock import HOUR, SECOND
from footfall.model.period import Bucket, Period
from footfall.query import build
from footfall.query.ast import Breakdowns, Query, RolledUpHours, ValidityMarkers
from footfall.query.fetch import fetch, fetch_frame
from footfall.query.sources.covering import cells_of, covered
from footfall.store.protocol import Reader

MAX_LABELS = 100
"""Labels of a grouping."""


def analytics(store: Reader, project: int, period: Period, bucket: Bucket, *, bots: bool = True) -> pl.DataFrame:
    """Columns dimension (`""`: total), label, bucket (Unix milliseconds), hits, sessions, bytes.

    Ordered by dimension, bucket, most hits, label; buckets without requests are left out.
    """
    base = Query(project=project, table=Table.REQUESTS, period=period, buckets=bucket.starts(period), bots=bots)
    asked = Breakdowns(base, GROUPINGS, MAX_LABELS)
    if bots:  # roll-ups count all requests
        asked = _by_days(store, asked) if bucket is Bucket.DAY else _by_hours(store, asked, bucket)
    return fetch_frame(store, asked)


def _by_days(store: Reader, asked: Breakdowns) -> Breakdowns:
    """A day's sessions are not those of its hours added up: each bucket is one cell, or read from requests."""
    tiling = covered(store, asked.base, Table.REQUESTS, *(NETWORK + name for name in ("", *asked.groupings)))
    if not tiling.cells:
        return asked
    return replace(asked, base=replace(asked.base, windows=tiling.gaps), days=cells_of((NETWORK,), tiling.cells))


def _by_hours(store: Reader, asked: Breakdowns, bucket: Bucket) -> Breakdowns:
    rolled_up = valid_hours(store, replace(asked.base, buckets=()))
    return replace(asked, step=bucket.next(0) // SECOND, rolled_up=rolled_up)


def valid_hours(store: Reader, base: Query) -> RolledUpHours:
    """The whole hours of the base's period that have a valid roll-up.

    A roll-up is valid while its marker agrees with the requests: as many of them, and the same newest batch.
    """
    hours = Period(Bucket.HOUR.next(Bucket.HOUR.floor(base.period.start - 1)), Bucket.HOUR.floor(base.period.end))
    if hours.length <= 0:
        return RolledUpHours()
    markers = fetch(store, ValidityMarkers(replace(base, period=hours)))
    if not markers:
        return RolledUpHours()
    now = {row["bucket"]: (row["hits"], row["last_batch"]) for row in _requests_by_hour(store, base, hours)}
    valid = [row for row in markers if now.get(row["hour"]) == (row["hits"], row["last_batch"])]
    return RolledUpHours(tuple(row["hour"] for row in valid), tuple(row["version"] for row in valid))


def _requests_by_hour(store: Reader, base: Query, hours: Period) -> list[dict[str, int]]:
    return fetch(store, build.series(replace(base, period=hours), Bucket.HOUR.starts(hours), "hits", "last_batch"))


def hour_of(project: int, hour: int) -> Query:
    """A base over the requests of an hour."""
    return Query(project=project, table=Table.REQUESTS, period=Period(hour, hour + HOUR), bots=True)
