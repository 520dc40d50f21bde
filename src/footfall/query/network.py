"""Figures of the network surface: requests, sessions and bytes over time, in total and by nine groupings."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from footfall.catalog.rollups import GROUPINGS, NETWORK
from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period
from footfall.query.ast import Breakdowns, Query
from footfall.query.fetch import fetch_frame
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
    return fetch_frame(store, _from_cells(store, asked, bucket) if bots else asked)  # cells count all requests


def _from_cells(store: Reader, asked: Breakdowns, bucket: Bucket) -> Breakdowns:
    """Each bucket is one cell, or read from requests: its sessions are not those of shorter cells added up."""
    names = (NETWORK + name for name in ("", *asked.groupings))
    tiling = covered(store, asked.base, Table.REQUESTS, *names, grain=bucket)
    if not tiling.cells:
        return asked
    return replace(asked, base=replace(asked.base, windows=tiling.gaps), cells=cells_of((NETWORK,), tiling.cells))
