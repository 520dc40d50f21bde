"""Figures of the network surface: requests, sessions and bytes over time, in total and by nine groupings."""

from __future__ import annotations

import polars as pl

from footfall.catalog.rollups import GROUPINGS
from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period
from footfall.query.ast import Breakdowns, Query
from footfall.query.fetch import fetch_frame
from footfall.store.protocol import Reader

MAX_LABELS = 100
"""Labels of a grouping."""


def analytics(store: Reader, project: int, period: Period, bucket: Bucket, *, bots: bool = True) -> pl.DataFrame:
    """Columns dimension (`""`: total), label, bucket (Unix milliseconds), hits, sessions, bytes.

    Ordered by dimension, bucket, most hits, label; buckets without requests are left out.
    """
    base = Query(project=project, table=Table.REQUESTS, period=period, buckets=bucket.starts(period), bots=bots)
    return fetch_frame(store, Breakdowns(base, bucket, GROUPINGS, MAX_LABELS))
