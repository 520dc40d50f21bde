"""The queries of the surfaces, built from a base: a `Query` with project, table, period and filters only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from footfall.catalog.columns import HUMAN
from footfall.catalog.dimensions import DIMENSIONS, TOP_LISTS, Level
from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import (
    ConversionRevenue,
    Conversions,
    DetailedLabels,
    Funnel,
    Keys,
    Order,
    Pick,
    Position,
    Query,
    Retention,
    SessionRevenue,
    Term,
    equals,
)
from footfall.query.passes.clamp import EARLIEST, LATEST

NEWEST = (Order("timestamp", descending=True), Order("id_hi", descending=True), Order("id_lo", descending=True))
OLDEST = tuple(Order(order.name) for order in NEWEST)
PAGEVIEW = equals("event_type", "pageview")
CUSTOM = equals("event_type", "custom")
VIEWED = equals("viewed", "yes")
PEOPLE = equals("traffic", HUMAN)


@dataclass(frozen=True, slots=True)
class TopList:
    """A ranking: labels of `dimension` by the metric `count`, over the rows of `table` that match `only`.

    `figures` are the metrics that it shows beside that, `before` those that it shows of the compared period beside its
    count. Highest `order` first (by default `count`), ties by label.
    `search` keeps the labels that contain it, `skip` passes over the first ones. Of `many` labels, figures are read of
    those that are shown only, by a second statement.
    """

    dimension: str
    count: str = "events"
    table: Table = Table.EVENTS
    only: tuple[Term, ...] = ()
    figures: tuple[str, ...] = ("visitors",)
    before: tuple[str, ...] = ()
    order: str = ""
    search: str = ""
    skip: int = 0
    many: bool = False


TOP_PAGES = TopList("path", only=(PAGEVIEW,))
TOP_REFERRERS = TopList("referrer", "sessions", Table.SESSIONS)
TOP_ENTRY_PAGES = TopList("entry_page", "sessions", Table.SESSIONS, only=(VIEWED,))
TOP_EXIT_PAGES = TopList("exit_page", "sessions", Table.SESSIONS, only=(VIEWED,))
CUSTOM_EVENTS = TopList("custom_event_name", only=(CUSTOM,))
PROPERTIES = TopList("property")

ENDPOINT_FIGURES = ("hits", "visitors", "first", "last", "answered", "failed", "bytes", "durations")


def with_value(dimension: str) -> Term:
    """That a row has a value there."""
    return replace(equals(dimension, ""), negated=True)


def declared(dimension: str) -> TopList:
    """The ranking that a dimension declares: rows without a value are left out where they have no label."""
    row = DIMENSIONS[dimension]
    only = () if row.empty or row.choices else (with_value(dimension),)
    if row.level is Level.SESSION:
        return TopList(dimension, "sessions", Table.SESSIONS, only)
    pageviews = dict(TOP_LISTS)[dimension].pageviews
    return TopList(dimension, only=(PAGEVIEW, *only) if pageviews else only)


_FIXED = {
    ranking.dimension: ranking
    for ranking in (TOP_PAGES, CUSTOM_EVENTS, PROPERTIES, TOP_REFERRERS, TOP_ENTRY_PAGES, TOP_EXIT_PAGES)
}


def ranking_of(dimension: str) -> TopList:
    """The list of a dimension's labels."""
    return _FIXED.get(dimension) or declared(dimension)


def totals(base: Query, *metrics: str) -> Query:
    return replace(base, metrics=metrics)


def series(base: Query, starts: tuple[int, ...], *metrics: str, newest_first: bool = False) -> Query:
    """Figures by the buckets that begin at `starts`; buckets without rows are left out."""
    return replace(base, buckets=starts, metrics=metrics, order=(Order("bucket", newest_first),))


def top(base: Query, ranking: TopList, limit: int) -> Query:
    order = (Order(ranking.order or ranking.count, descending=True), Order(ranking.dimension))
    found = replace(of_ranking(base, ranking), metrics=(ranking.count, *ranking.figures), order=order, limit=limit)
    return replace(found, search=ranking.search, skip=ranking.skip)


def detailed(
    base: Query, ranking: TopList, limit: int, starts: tuple[int, ...] = (), *, totals: bool = False
) -> DetailedLabels:
    """The same of events, with what each label earned, and its counts by the buckets that begin at `starts`."""
    return DetailedLabels(top(base, replace(ranking, only=()), limit), ranking.only, starts, totals)


def among(query: Query, labels: tuple[Any, ...]) -> Query:
    """The same of these labels of the first dimension only."""
    if query.dimensions[0] == "visitor":
        return of_visitors(query, labels)
    return replace(query, only=labels)


def counts_of(base: Query, ranking: TopList, labels: tuple[str, ...], *metrics: str) -> Query:
    """The counts of these labels only, with other metrics beside them, in any order."""
    return replace(of_ranking(base, ranking), metrics=(ranking.count, *metrics), only=labels)


def series_of(base: Query, ranking: TopList, labels: tuple[str, ...], starts: tuple[int, ...]) -> Query:
    """The counts of these labels by bucket, in any order."""
    return replace(counts_of(base, ranking, labels), buckets=starts)


def revenue_of(
    base: Query, ranking: TopList, labels: tuple[str, ...] = (), limit: int | None = None
) -> Query | SessionRevenue:
    """What these labels earned (none: all), by currency, at most `limit` rows: the label's column, currency, earned.

    Of all events with the label, also where the ranking counts some of them, as pageviews by path.
    """
    if ranking.table is Table.SESSIONS:
        return SessionRevenue(base, ranking.dimension, labels, ranking.only, limit)
    order = (Order(ranking.dimension), Order("currency"))
    dimensions = (ranking.dimension, "currency")
    return replace(base, dimensions=dimensions, metrics=("earned",), only=labels, order=order, limit=limit)


def values_of(base: Query, names: tuple[str, ...], limit: int) -> Query:
    """The most frequent values of each of these properties; ties by value."""
    dimensions = ("property", "property_value")
    order = (Order("events", descending=True), Order("property_value"))
    return replace(base, dimensions=dimensions, metrics=("events",), only=names, order=order, each=limit)


def of_ranking(base: Query, ranking: TopList) -> Query:
    """The rows that a ranking counts, by its labels."""
    filters = (*base.filters, *ranking.only)
    return replace(base, table=ranking.table, filters=filters, dimensions=(ranking.dimension,))


def endpoints(base: Query, limit: int) -> Query:
    """One row per (endpoint, method), most hits first."""
    return replace(
        base,
        dimensions=("endpoint", "method"),
        metrics=ENDPOINT_FIGURES,
        order=(Order("hits", descending=True), Order("endpoint"), Order("method")),
        limit=limit,
    )


def newest(base: Query, dimensions: tuple[str, ...], limit: int, after: Position | None = None) -> Query:
    """Rows, newest first, with the columns that order them."""
    shown = (*dimensions, *(order.name for order in NEWEST))
    return replace(base, dimensions=shown, order=NEWEST, limit=limit, after=after)


LATEST_OF_VISITOR = ("country", "region", "city", "latitude", "longitude", "path", "browser", "os", "device")


def newest_visitors(base: Query, limit: int) -> Query:
    """Visitors (by key) with the time of their latest event, latest first: read backwards until they are found."""
    order = (Order("timestamp", descending=True),)
    return replace(base, dimensions=("visitor", "timestamp"), order=order, each=1, limit=limit)


def latest_visitors(base: Query, limit: int) -> Query:
    """Visitors (by key), latest first, with what their latest event says about them; ties by visitor id."""
    order = (Order("last", descending=True), Order("visitor_id"))
    picks = tuple(Pick(name, name) for name in ("visitor_id", *LATEST_OF_VISITOR))
    return replace(base, dimensions=("visitor",), metrics=("last",), picks=picks, order=order, limit=limit)


def events_by_visitor(base: Query, visitors: tuple[int, ...]) -> Query:
    return replace(of_visitors(base, visitors), dimensions=("visitor",), metrics=("events",))


def of_visitors(base: Query, visitors: tuple[int, ...]) -> Query:
    return replace(base, keys=(*base.keys, Keys("visitor", visitors)))


def profile(base: Query) -> Query:
    """One row over all events: counts, times, the latest metadata, first and last page, and the first session."""
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
    """The rows of these sessions, whatever their time."""
    return replace(
        everything(base.project), table=Table.SESSIONS, dimensions=SESSION_DETAILS, keys=(Keys("session", keys),)
    )


def events_of(base: Query, keys: tuple[int, ...], period: Period, each: int) -> Query:
    """At most `each` events per session, oldest first; `period` must contain the sessions."""
    shown = ("session", "path", "url", "event_type", "custom_event_name", "timestamp")
    found = replace(everything(base.project), period=period, keys=(*base.keys, Keys("session", keys)))
    return replace(found, dimensions=shown, order=OLDEST, each=each)


def last_batch(base: Query) -> Query:
    """The newest batch among all events of the base's visitors, whether they match the filters or not."""
    visitors = tuple(term for term in base.filters if term.key == "visitor_id")
    return replace(everything(base.project), filters=visitors, keys=base.keys, metrics=("last_batch",))


def funnel(base: Query, steps: tuple[tuple[Term, ...], ...], window: int) -> Funnel:
    """Each step narrows the base's events; the base alone decides whether bots count."""
    return Funnel(base, _narrowing(base, steps), window)


def conversions(base: Query, goals: tuple[tuple[Term, ...], ...]) -> Conversions:
    """As with the steps of a funnel."""
    return Conversions(base, _narrowing(base, goals))


def conversion_revenue(base: Query, goals: tuple[tuple[Term, ...], ...]) -> ConversionRevenue:
    return ConversionRevenue(base, _narrowing(base, goals))


def _narrowing(base: Query, filters: tuple[tuple[Term, ...], ...]) -> tuple[Query, ...]:
    step = Query(project=base.project, table=base.table, period=base.period, bots=True)
    return tuple(replace(step, filters=terms) for terms in filters)


def retention(base: Query, starts: tuple[int, ...]) -> Retention:
    return Retention(replace(base, period=Period(EARLIEST, base.period.end), buckets=starts), base.period.start)


def between(base: Query, oldest: dict[str, int], newest: dict[str, int]) -> Query:
    """The base, narrowed to the time between two rows of a listing, both included."""
    return replace(base, period=Period(oldest["timestamp"], newest["timestamp"] + 1))


def first(project: int, table: Table) -> Query:
    """The time of a project's first row, bots included."""
    return _row_at(project, table, Order("timestamp"))


def last(project: int, table: Table) -> Query:
    """The time of a project's last row, bots included."""
    return _row_at(project, table, Order("timestamp", descending=True))


def _row_at(project: int, table: Table, order: Order) -> Query:
    return replace(everything(project), table=table, dimensions=("timestamp",), order=(order,), limit=1)


def everything(project: int) -> Query:
    """A base over all events of a project, bots included."""
    return Query(project=project, table=Table.EVENTS, period=Period(EARLIEST, LATEST), bots=True)


def by_class_of_traffic(base: Query) -> Query:
    """Events by class of visitor, humans included, most first; ties by class."""
    order = (Order("events", descending=True), Order("traffic"))
    return replace(base, dimensions=("traffic",), metrics=("events",), order=order, bots=True)


def engagements_by_class(base: Query) -> Query:
    """The same of engagements; the base's filters are those that engagements have."""
    order = (Order("engagements", descending=True), Order("traffic"))
    metrics = ("engagements",)
    return replace(base, table=Table.ENGAGEMENTS, dimensions=("traffic",), metrics=metrics, order=order, bots=True)


def by_category(base: Query) -> Query:
    return replace(base, dimensions=("category",), metrics=("events",), order=(Order("category"),))
