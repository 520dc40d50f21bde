"""The questions of the surfaces, made from a base: a `Query` that says project, table, period and filters only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period
from footfall.query.ast import Order, Position, Query, Term, equals
from footfall.query.passes.clamp import EARLIEST, LATEST

NEWEST = (Order("timestamp", descending=True), Order("id_hi", descending=True), Order("id_lo", descending=True))


@dataclass(frozen=True, slots=True)
class TopList:
    """A ranking: labels of `dimension` by `count`. `only` narrows it to the rows that it is about."""

    dimension: str
    count: str = "events"
    table: Table = Table.EVENTS
    only: tuple[Term, ...] = ()


TOP_PAGES = TopList("path", only=(equals("event_type", "pageview"),))
TOP_REFERRERS = TopList("referrer", "sessions", Table.SESSIONS)
TOP_COUNTRIES = TopList("country")
TOP_BROWSERS = TopList("browser")
TOP_OS = TopList("os")
TOP_DEVICES = TopList("device")


def totals(base: Query, *metrics: str) -> Query:
    return replace(base, metrics=metrics)


def visits(base: Query) -> Query:
    """Whole sessions, of which at least one event in the period matches."""
    return replace(base, table=Table.SESSIONS, metrics=("sessions", "bounces", "duration_ms"))


def series(base: Query, bucket: Bucket, *metrics: str, newest_first: bool = False) -> Query:
    return replace(base, bucket=bucket, metrics=metrics, order=(Order("bucket", newest_first),))


def top(base: Query, ranking: TopList, limit: int) -> Query:
    order = (Order(ranking.count, descending=True), Order(ranking.dimension))
    return replace(_ranked(base, ranking), metrics=(ranking.count, "visitors"), order=order, limit=limit)


def counts_of(base: Query, ranking: TopList, labels: tuple[str, ...]) -> Query:
    """The counts of these labels alone, in any order."""
    return replace(_ranked(base, ranking), metrics=(ranking.count,), only=labels)


def _ranked(base: Query, ranking: TopList) -> Query:
    filters = (*base.filters, *ranking.only)
    return replace(base, table=ranking.table, filters=filters, dimensions=(ranking.dimension,))


def endpoints(base: Query, limit: int) -> Query:
    """One row per (endpoint, method), most hits first."""
    return replace(
        base,
        dimensions=("endpoint", "method"),
        metrics=("hits", "visitors", "first", "last"),
        order=(Order("hits", descending=True), Order("endpoint"), Order("method")),
        limit=limit,
    )


def newest(base: Query, dimensions: tuple[str, ...], limit: int, after: Position | None = None) -> Query:
    """Rows, newest first; the columns that order them are shown, too."""
    shown = (*dimensions, *(order.name for order in NEWEST))
    return replace(base, dimensions=shown, order=NEWEST, limit=limit, after=after)


def first(project: int, table: Table) -> Query:
    """The time of a project's first row, bots included."""
    period = Period(EARLIEST, LATEST)
    order = (Order("timestamp"),)
    return Query(
        project=project, table=table, period=period, dimensions=("timestamp",), order=order, limit=1, bots=True
    )


def everything(project: int) -> Query:
    """A base over all events of a project, bots included."""
    return Query(project=project, table=Table.EVENTS, period=Period(EARLIEST, LATEST), bots=True)


def by_category(base: Query) -> Query:
    return replace(base, dimensions=("category",), metrics=("events",), order=(Order("category"),))
