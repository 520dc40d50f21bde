"""Figures of an API from a base on its requests: over time, of its endpoints, and of who calls them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from footfall.pipeline.keys import hash_of, text_key, visitor_keys
from footfall.query import build
from footfall.query.ast import Order, Query
from footfall.query.compared import Compared, compare
from footfall.query.fetch import Row, fetch
from footfall.query.run import Limited, of_most
from footfall.store.protocol import Reader

FIGURES = ("hits", "visitors", "status_classes", "durations", "bytes")

WITH_TREND = 100
"""Endpoints that an answer counts by bucket: the ones with most hits."""

_MOST = 1_000
"""Visitors among whom the consumers with most hits are looked for."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Overview:
    """`points` are the buckets that have requests, ascending, each with `FIGURES`."""

    figures: Compared[Row]
    points: list[Row]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """`trends` has the hits by bucket of the first `WITH_TREND` rows, by endpoint and method."""

    found: Limited
    trends: dict[Key, list[int]]


def overview(store: Reader, base: Query, previous: Query | None, starts: tuple[int, ...]) -> Overview:
    found = compare(base, previous, lambda query: fetch(store, build.totals(query, *FIGURES))[0])
    return Overview(found, fetch(store, build.series(base, starts, *FIGURES)) if starts else [])


def endpoints(store: Reader, base: Query, limit: int, starts: tuple[int, ...]) -> Endpoints:
    """By endpoint and method, most hits first; ties by endpoint, then method."""
    rows = of_most(store, endpoints_of(base, limit))
    total = len(rows)
    if total == limit:
        total = fetch(store, build.totals(base, "endpoint_methods"))[0]["endpoint_methods"]
    return Endpoints(Limited(rows, total), _trends(store, base, rows[:WITH_TREND], starts) if starts else {})


def endpoints_of(base: Query, limit: int) -> Query:
    order = (Order("hits", descending=True), Order("endpoint"), Order("method"))
    metrics = (*FIGURES, "first", "last")
    return replace(base, dimensions=("endpoint", "method"), metrics=metrics, order=order, limit=limit)


def trend_of(base: Query, endpoints: tuple[str, ...], starts: tuple[int, ...]) -> Query:
    """Hits of these endpoints by method and bucket, in any order."""
    return replace(base, dimensions=("endpoint", "method"), metrics=("hits",), only=endpoints, buckets=starts)


def _trends(store: Reader, base: Query, rows: list[Row], starts: tuple[int, ...]) -> dict[Key, list[int]]:
    place = {start: number for number, start in enumerate(starts)}
    found: dict[Key, list[int]] = defaultdict(lambda: [0] * len(starts))
    names = list(dict.fromkeys(row["endpoint"] for row in rows))
    for row in fetch(store, trend_of(base, tuple(names), starts)) if names else ():
        found[row["endpoint"], row["method"]][place[row["bucket"]]] = row["hits"]
    return {key: found[key] for key in ((row["endpoint"], row["method"]) for row in rows)}


def consumers(store: Reader, base: Query, limit: int) -> list[Row]:
    """Who calls, most hits first; ties by name.

    First those with most hits are found, then their figures: a consumer is a visitor, whose key takes less time and
    memory than its name. A user who is named as another visitor's hash is the same consumer, found by the hits of the
    one that has more.
    """
    ranked = fetch(store, _ranked("visitor", base, _MOST))
    if len(ranked) <= limit:
        keys = tuple(row["visitor"] for row in ranked)
    elif len(ranked) < _MOST or ranked[-1]["hits"] < ranked[limit - 1]["hits"]:
        keys = tuple(row["visitor"] for row in ranked if row["hits"] >= ranked[limit - 1]["hits"])
    else:  # too many with as many hits as the last one: their names decide
        names = [row["consumer"] for row in fetch(store, _ranked("consumer", base, limit))]
        keys = tuple(key for name in names for key in visitor_keys(name))
    known = {*keys, *(text_key(hash_of(key)) for key in keys)}
    rows = _figures_of(store, base, limit, known) if known else []
    alike = {key for row in rows for key in visitor_keys(row["consumer"])} - known
    return _figures_of(store, base, limit, known | alike) if alike else rows


def _ranked(dimension: str, base: Query, limit: int) -> Query:
    order = (Order("hits", descending=True), Order(dimension))
    return replace(base, dimensions=(dimension,), metrics=("hits",), order=order, limit=limit)


def _figures_of(store: Reader, base: Query, limit: int, visitors: Iterable[int]) -> list[Row]:
    metrics = ("hits", "endpoints", "status_classes", "durations", "bytes", "named_user", "first", "last")
    among = build.of_visitors(base, tuple(sorted(visitors)))
    return fetch(store, replace(_ranked("consumer", among, limit), metrics=metrics))
