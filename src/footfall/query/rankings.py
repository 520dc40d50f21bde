"""Lists of labels: how they rank, what they earned, what they were before, and what all of them sum up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Generic, TypeVar

from footfall.catalog.tables import Table
from footfall.errors import QueryMemoryError
from footfall.query import build
from footfall.query.ast import Query, TotalledLabels
from footfall.query.compared import Compared
from footfall.query.fetch import Row, fetch, planned, read
from footfall.query.plan import AnyPlan, TotalledWhole, Whole
from footfall.query.together import both
from footfall.store.protocol import Reader

MAX_EARNING = 5_000
"""Of so many labels and currencies, what they earned is asked for before it is known which of them are shown."""

Labels = tuple[str, ...]
Before = dict[str, Row]
Earned = Mapping[str, Mapping[str, Decimal]]
Details = TypeVar("Details")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class RankedLabel:
    """`revenue` is by currency, `unknown` where none was sent; empty where nothing was earned.

    `visitors_before` is None where the ranking doesn't show them, or there is no previous period.
    """

    label: str
    visitors: int
    count: Compared[int]
    visitors_before: int | None = None
    revenue: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A ranked name with its counts by bucket, oldest first."""

    ranked: RankedLabel
    counts: list[int]


@dataclass(frozen=True, slots=True)
class RankedProperty:
    """A ranked name with its most frequent values and their counts."""

    ranked: RankedLabel
    values: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class ListTotals:
    """`labels` counts those that match the search; `count` and `visitors` are over all labels."""

    labels: int
    count: int
    visitors: int


@dataclass(frozen=True, slots=True)
class Ranked(Generic[Item]):
    """A list in its order. `totals` are None where they were not asked for, and where the list does not tell them."""

    items: list[Item]
    totals: ListTotals | None = None


def top(
    store: Reader, base: Query, ranking: build.TopList, limit: int, previous: Query | None = None
) -> list[RankedLabel]:
    """The `limit` labels with the highest counts; ties by label."""
    plan = planned(store, build.top(base, ranking, limit))
    rows, before = _with_details(store, plan, partial(_before, store, previous, ranking))
    return [_ranked(row, ranking, before) for row in rows]


def top_with_revenue(
    store: Reader,
    base: Query,
    ranking: build.TopList,
    limit: int,
    previous: Query | None = None,
    *,
    totals: bool = False,
) -> Ranked[RankedLabel]:
    """The same, with what the labels earned in the period of `base`, and maybe with totals."""
    if ranking.table is Table.EVENTS:
        found = _asked(partial(_of_events, store, base, previous, (), limit, ranking), ranking, totals=totals)
        return Ranked([item.ranked for item in found.items], found.totals)
    return _asked(partial(_of_sessions, store, base, ranking, limit, previous), ranking, totals=totals)


def _of_sessions(
    store: Reader, base: Query, ranking: build.TopList, limit: int, previous: Query | None, *, totals: bool
) -> Ranked[RankedLabel]:
    asked = build.top(base, ranking, limit)
    plan = planned(store, TotalledLabels(asked) if totals else asked)
    listed = partial(_with_details, store, plan, partial(_before, store, previous, ranking))
    labels = plan.asked.only if isinstance(plan, Whole) else ()
    rows, before, earned = _beside_revenue(store, base, ranking, listed, labels)
    told = isinstance(plan, TotalledLabels | TotalledWhole)
    items = [_ranked(_named(row, ranking) if told else row, ranking, before, earned) for row in rows]
    return Ranked(items, _totals(rows) if told else None)


def sparklines(
    store: Reader,
    base: Query,
    previous: Query | None,
    starts: tuple[int, ...],
    limit: int,
    ranking: build.TopList,
    *,
    totals: bool = False,
) -> Ranked[Sparkline]:
    """The labels of a list of events, each with its counts by the buckets that begin at `starts`."""
    return _asked(partial(_of_events, store, base, previous, starts, limit, ranking), ranking, totals=totals)


def _asked(ask: Callable[..., Ranked[Item]], ranking: build.TopList, *, totals: bool) -> Ranked[Item]:
    """With its totals, if they are wanted and the search leaves them as they are.

    They keep visitors of all labels in memory: of ten million, say, the list alone has room.
    """
    if totals and not ranking.search:
        with suppress(QueryMemoryError):
            return ask(totals=True)
    return ask(totals=False)


def _of_events(
    store: Reader,
    base: Query,
    previous: Query | None,
    starts: tuple[int, ...],
    limit: int,
    ranking: build.TopList,
    *,
    totals: bool,
) -> Ranked[Sparkline]:
    plan = planned(store, build.detailed(base, ranking, limit, starts, totals=totals))
    if isinstance(plan, Whole):
        return Ranked(_sparklines_of_cells(store, base, previous, ranking, plan, starts))
    rows = read(store, plan)
    before = _before(store, previous, ranking, _labels(rows))
    earned = {row["label"]: _by_currency(row["earned"].items()) for row in rows}
    items = [
        Sparkline(
            _ranked(_named(row, ranking), ranking, before, earned), [row["counts"].get(start, 0) for start in starts]
        )
        for row in rows
    ]
    return Ranked(items, _totals(rows) if totals else None)


def _totals(rows: list[Row]) -> ListTotals | None:
    """Each row of a list has them."""
    return ListTotals(rows[0]["labels"], rows[0]["all_count"], rows[0]["all_visitors"]) if rows else None


def _named(row: Row, ranking: build.TopList) -> Row:
    """A row of a list with details or totals, whose columns are named alike in all lists, as one of the ranking."""
    return {ranking.dimension: row["label"], ranking.count: row["count"], "visitors": row["visitors"]}


def _labels(rows: list[Row]) -> Labels:
    """Of rows of a list, whose first column is the label."""
    return tuple(next(iter(row.values())) for row in rows)


def _sparklines_of_cells(
    store: Reader,
    base: Query,
    previous: Query | None,
    ranking: build.TopList,
    plan: Whole,
    starts: tuple[int, ...],
) -> list[Sparkline]:
    def series(labels: Labels) -> list[Row]:
        return fetch(store, build.series_of(base, ranking, labels, starts)) if labels and starts else []

    def details(labels: Labels) -> tuple[Before | None, list[Row]]:
        return both(partial(_before, store, previous, ranking, labels), partial(series, labels))

    listed = partial(_with_details, store, plan, details)
    rows, (before, counted), earned = _beside_revenue(store, base, ranking, listed, plan.asked.only)
    counts: dict[str, dict[int, int]] = {row[ranking.dimension]: dict.fromkeys(starts, 0) for row in rows}
    for row in counted:
        if row[ranking.dimension] in counts:
            counts[row[ranking.dimension]][row["bucket"]] = row["events"]
    ranked = (_ranked(row, ranking, before, earned) for row in rows)
    return [Sparkline(row, list(counts[row.label].values())) for row in ranked]


def properties(
    store: Reader, base: Query, limit: int, values: int, ranking: build.TopList = build.PROPERTIES
) -> list[RankedProperty]:
    """Names by the number of events that have them, each with its most frequent values."""

    def of_names(names: Labels) -> list[Row]:
        return fetch(store, build.values_of(base, names, values)) if names else []

    rows, valued = _with_details(store, planned(store, build.top(base, ranking, limit)), of_names)
    found: dict[str, list[tuple[str, int]]] = {row[ranking.dimension]: [] for row in rows}
    for row in valued:
        if row["property"] in found:
            found[row["property"]].append((row["property_value"], row["events"]))
    return [RankedProperty(_ranked(row, ranking), found[row[ranking.dimension]]) for row in rows]


def _with_details(store: Reader, plan: AnyPlan, details: Callable[[Labels], Details]) -> tuple[list[Row], Details]:
    """The rows of a list, and the details of their labels, and maybe of others.

    Both at once, where labels are ranked before their figures are read.
    """
    if isinstance(plan, Whole) and plan.asked.only:
        return both(lambda: read(store, plan), partial(details, plan.asked.only))
    rows = read(store, plan)
    return rows, details(_labels(rows))


def _beside_revenue(
    store: Reader,
    base: Query,
    ranking: build.TopList,
    listed: Callable[[], tuple[list[Row], Details]],
    labels: Labels = (),
) -> tuple[list[Row], Details, Earned]:
    """The rows and details of a list, and what its labels earned, asked for at once.

    As long as `labels` are not known, that is asked of all that earned something: where many have, labels are ranked
    first, and so known.
    """
    if labels:
        (rows, details), earned = both(listed, partial(_earned, store, base, ranking, labels))
        return rows, details, earned
    (rows, details), of_any = both(listed, partial(_earned_by_any, store, base, ranking))
    return rows, details, _earned(store, base, ranking, _labels(rows)) if of_any is None else of_any


def _before(store: Reader, previous: Query | None, ranking: build.TopList, labels: Labels) -> Before | None:
    """The figures of the compared period by label, if there is one."""
    if previous is None:
        return None
    if not labels:
        return {}
    counts = build.counts_of(previous, ranking, labels, *ranking.before)
    return {row[ranking.dimension]: row for row in fetch(store, counts)}


def _earned(store: Reader, base: Query, ranking: build.TopList, labels: Labels) -> Earned:
    return _by_label(fetch(store, build.revenue_of(base, ranking, labels)) if labels else [])


def _earned_by_any(store: Reader, base: Query, ranking: build.TopList) -> Earned | None:
    """What all labels earned; None where too many did."""
    rows = fetch(store, build.revenue_of(base, ranking, limit=MAX_EARNING + 1))
    return _by_label(rows) if len(rows) <= MAX_EARNING else None


def _by_label(rows: list[Row]) -> Earned:
    earned: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in rows:
        label, currency, amount = row.values()
        earned[label].append((currency, amount))
    return {label: _by_currency(found) for label, found in earned.items()}


def _by_currency(found: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    return {currency or "unknown": amount for currency, amount in found}


def _ranked(
    row: Row, ranking: build.TopList, before: Before | None = None, earned: Earned | None = None
) -> RankedLabel:
    label, count = row[ranking.dimension], row[ranking.count]
    revenue = (earned or {}).get(label, {})
    if before is None:
        return RankedLabel(label, row["visitors"], Compared(count), revenue=revenue)
    then = before.get(label, {})
    visitors = then.get("visitors", 0) if "visitors" in ranking.before else None
    return RankedLabel(label, row["visitors"], Compared(count, then.get(ranking.count, 0)), visitors, revenue)
