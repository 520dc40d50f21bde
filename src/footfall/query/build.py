"""The questions of the surfaces, made from a base: a `Query` that says project, table, period and filters only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import (
    Flows,
    Funnel,
    Keys,
    Kpis,
    Order,
    Pick,
    Position,
    Query,
    Retention,
    Term,
    VisitPosition,
    Visits,
    equals,
)
from footfall.query.passes.clamp import EARLIEST, LATEST

NEWEST = (Order("timestamp", descending=True), Order("id_hi", descending=True), Order("id_lo", descending=True))
OLDEST = tuple(Order(order.name) for order in NEWEST)
PAGEVIEW = equals("event_type", "pageview")
CUSTOM = equals("event_type", "custom")
VIEWED = equals("viewed", "yes")


@dataclass(frozen=True, slots=True)
class TopList:
    """A ranking: labels of `dimension` by `count`. `only` narrows it to the rows that it is about."""

    dimension: str
    count: str = "events"
    table: Table = Table.EVENTS
    only: tuple[Term, ...] = ()


TOP_PAGES = TopList("path", only=(PAGEVIEW,))
TOP_REFERRERS = TopList("referrer", "sessions", Table.SESSIONS)
TOP_ENTRY_PAGES = TopList("entry_page", "sessions", Table.SESSIONS, only=(VIEWED,))
TOP_EXIT_PAGES = TopList("exit_page", "sessions", Table.SESSIONS, only=(VIEWED,))
CUSTOM_EVENTS = TopList("custom_event_name", only=(CUSTOM,))
PROPERTIES = TopList("property")


def totals(base: Query, *metrics: str) -> Query:
    return replace(base, metrics=metrics)


def kpis(base: Query) -> Kpis:
    return Kpis(base)


def series(base: Query, starts: tuple[int, ...], *metrics: str, newest_first: bool = False) -> Query:
    """Figures by the buckets that begin at `starts`, those without rows left out."""
    return replace(base, buckets=starts, metrics=metrics, order=(Order("bucket", newest_first),))


def top(base: Query, ranking: TopList, limit: int) -> Query:
    order = (Order(ranking.count, descending=True), Order(ranking.dimension))
    return replace(_ranked(base, ranking), metrics=(ranking.count, "visitors"), order=order, limit=limit)


def counts_of(base: Query, ranking: TopList, labels: tuple[str, ...]) -> Query:
    """The counts of these labels alone, in any order."""
    return replace(_ranked(base, ranking), metrics=(ranking.count,), only=labels)


def series_of(base: Query, ranking: TopList, labels: tuple[str, ...], starts: tuple[int, ...]) -> Query:
    """The counts of these labels by bucket, in any order."""
    return replace(counts_of(base, ranking, labels), buckets=starts)


def values_of(base: Query, names: tuple[str, ...], most: int) -> Query:
    """Of each of these properties the values with the highest counts; ties by value."""
    dimensions = ("property", "property_value")
    order = (Order("events", descending=True), Order("property_value"))
    return replace(base, dimensions=dimensions, metrics=("events",), only=names, order=order, each=most)


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


LATEST_OF_VISITOR = ("country", "region", "city", "latitude", "longitude", "path", "browser", "os", "device")


def latest_visitors(base: Query, limit: int) -> Query:
    """Visitors (by key) with their events and the time of their last one, latest first; ties by visitor id."""
    order = (Order("last", descending=True), Order("visitor_id"))
    metrics = ("events", "last")
    return replace(
        base,
        dimensions=("visitor",),
        metrics=metrics,
        picks=(Pick("visitor_id", "visitor_id"),),
        order=order,
        limit=limit,
    )


def places_of(base: Query, visitors: tuple[int, ...]) -> Query:
    """What the latest event of each of these visitors tells."""
    picks = tuple(Pick(name, name) for name in LATEST_OF_VISITOR)
    return replace(of_visitors(base, visitors), dimensions=("visitor",), picks=picks)


def events_by_visitor(base: Query, visitors: tuple[int, ...]) -> Query:
    return replace(of_visitors(base, visitors), dimensions=("visitor",), metrics=("events",))


def of_visitors(base: Query, visitors: tuple[int, ...]) -> Query:
    return replace(base, keys=(*base.keys, Keys("visitor", visitors)))


def profile(base: Query) -> Query:
    """One row about all events: how many, when, the latest metadata, first and last page, and the first session."""
    latest = tuple(Pick(name, name) for name in ("country", "browser", "os", "device"))
    pages = (
        Pick("entry_page", "path", newest=False, among=(PAGEVIEW,)),
        Pick("last_page", "path", among=(PAGEVIEW,)),
        Pick("first_session", "session", newest=False),
    )
    metrics = ("events", "pageviews", "sessions", "first", "last")
    return replace(base, metrics=metrics, picks=(*latest, *pages))


SESSION_DETAILS = (
    "session",
    "session_id",
    "start",
    "end",
    "event_count",
    "page_count",
    "entry_page",
    "exit_page",
    "referrer",
)


def sessions(base: Query, keys: tuple[int, ...]) -> Query:
    """The rows of these sessions, wherever in time."""
    return replace(everything(base.project), table=Table.SESSIONS, dimensions=SESSION_DETAILS, keys=_of_sessions(keys))


def events_of(base: Query, keys: tuple[int, ...], period: Period, each: int) -> Query:
    """At most `each` events of these sessions, all of which lie in `period`; oldest first."""
    shown = ("session", "path", "url", "event_type", "custom_event_name", "timestamp")
    whole = replace(everything(base.project), period=period, keys=(*base.keys, *_of_sessions(keys)))
    return replace(whole, dimensions=shown, order=OLDEST, each=each)


def _of_sessions(keys: tuple[int, ...]) -> tuple[Keys, ...]:
    return (Keys("session", keys),)


def last_batch(base: Query) -> Query:
    """The number of the newest batch among all there is of the base's visitors, whether it matches or not."""
    visitors = tuple(term for term in base.filters if term.key == "visitor_id")
    return replace(everything(base.project), filters=visitors, keys=base.keys, metrics=("last_batch",))


def visits_until(base: Query, until: int, limit: int, after: VisitPosition | None) -> Visits:
    return Visits(base, until, limit, after)


def flows(base: Query, depth: int, limit: int) -> Flows:
    return Flows(base, depth, limit)


def funnel(base: Query, steps: tuple[tuple[Term, ...], ...], window: int) -> Funnel:
    """Steps narrow the base's events, bots included where the base includes them."""
    step = Query(project=base.project, table=base.table, period=base.period, bots=True)
    return Funnel(base, tuple(replace(step, filters=terms) for terms in steps), window)


def retention(base: Query, starts: tuple[int, ...]) -> Retention:
    return Retention(replace(base, period=Period(EARLIEST, base.period.end), buckets=starts), base.period.start)


def between(base: Query, oldest: dict[str, int], newest: dict[str, int]) -> Query:
    """The base within the time of a listing's rows."""
    return replace(base, period=Period(oldest["timestamp"], newest["timestamp"] + 1))


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
