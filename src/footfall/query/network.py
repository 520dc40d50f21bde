"""What the network surface shows: requests, visits and bytes over time, in all and by ten dimensions."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from footfall.catalog.tables import Table
from footfall.clock import HOUR, SECOND
from footfall.model.period import Bucket, Period
from footfall.query import build
from footfall.query.ast import Breakdowns, Counting, Query, Seals
from footfall.query.fetch import fetch, fetch_frame
from footfall.store.protocol import Reader

DIMENSIONS = (
    "country",
    "device",
    "os",
    "browser",
    "scheme",
    "asked_method",
    "asked_path",
    "referring_url",
    "provider",
)
LABELS = 100
"""Most labels of a dimension."""


def analytics(store: Reader, project: int, period: Period, bucket: Bucket, *, bots: bool = True) -> pl.DataFrame:
    """Columns dimension (`""`: all), label, bucket (Unix milliseconds), hits, sessions, bytes.

    Ordered by dimension, bucket, most hits, label; buckets without requests are left out.
    """
    base = Query(project=project, table=Table.REQUESTS, period=period, buckets=bucket.starts(period), bots=bots)
    # Countings are of all requests.
    counted = holding(store, replace(base, buckets=())) if bots else Counting((), ())
    step = bucket.next(0) // SECOND
    return fetch_frame(store, Breakdowns(base, DIMENSIONS, LABELS, step, counted))


def holding(store: Reader, base: Query) -> Counting:
    """The countings of whole hours of the base's period that say what counting again would say."""
    whole = Period(Bucket.HOUR.next(Bucket.HOUR.floor(base.period.start - 1)), Bucket.HOUR.floor(base.period.end))
    if whole.length <= 0:
        return Counting((), ())
    sealed = fetch(store, Seals(replace(base, period=whole)))
    if not sealed:
        return Counting((), ())
    now = {row["bucket"]: (row["hits"], row["last_batch"]) for row in _hours(store, base, whole)}
    held = [row for row in sealed if now.get(row["hour"]) == (row["hits"], row["last_batch"])]
    return Counting(tuple(row["hour"] for row in held), tuple(row["edition"] for row in held))


def _hours(store: Reader, base: Query, period: Period) -> list[dict[str, int]]:
    return fetch(store, build.series(replace(base, period=period), Bucket.HOUR.starts(period), "hits", "last_batch"))


def hour_of(project: int, hour: int) -> Query:
    """A base over an hour's requests."""
    return Query(project=project, table=Table.REQUESTS, period=Period(hour, hour + HOUR), bots=True)
