"""Funnels of events in the order of their times; ids are read only of events that this leaves open."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from footfall.query.ast import Funnel, Keys
from footfall.query.passes import complete
from footfall.query.plan import FunnelByTime
from footfall.query.rows import Row, read
from footfall.store.protocol import Reader

MAX_TIED = 1_000
"""Of as many visitors, or more, all events are read with their ids."""


def by_time(query: Funnel) -> FunnelByTime:
    return FunnelByTime(complete(query), MAX_TIED)


def counted(store: Reader, funnel: FunnelByTime) -> list[Row]:
    """The rows of `asked`."""
    asked, rows = funnel.asked, read(store, funnel)
    tied = tuple(sorted(visitor for row in rows for visitor in row["tied"]))
    if len(tied) >= funnel.most:
        return read(store, asked)
    if tied:
        base = replace(asked.base, keys=(*asked.base.keys, Keys("visitor", tied)))
        rows += read(store, replace(asked, base=base))
    visitors = Counter[int]()
    for row in rows:
        visitors[row["level"]] += row["visitors"]
    return [{"level": level, "visitors": count} for level, count in visitors.items()]
