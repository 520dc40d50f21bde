"""Queries as they are asked, frozen values: surfaces build them, passes rewrite them, and `sources` plan them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar

from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period


@dataclass(frozen=True, slots=True)
class Pattern:
    """The texts between a value's wildcards: one text is a literal; `("/blog/", "")` is `/blog/*`."""

    parts: tuple[str, ...]

    @property
    def literal(self) -> bool:
        return len(self.parts) == 1


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `key`, a filter key or dimension of the catalogue, matches at least one of `values`."""

    key: str
    values: tuple[Pattern, ...]
    negated: bool = False


def equals(key: str, *texts: str) -> Term:
    """The term that holds where `key` is one of `texts`."""
    return Term(key, tuple(Pattern((text,)) for text in texts))


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the order of a listing: newest first, equal times by id descending. Milliseconds and id halves."""

    timestamp: int
    id_hi: int
    id_lo: int


@dataclass(frozen=True, slots=True)
class Order:
    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Keeps the rows whose session is (or, negated, is not) in the result of `query`."""

    query: Query
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """Keeps the rows whose `column` holds one of these keys: keys are indexed, the texts that terms compare are not."""

    column: Literal["visitor", "session"]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """A dimension of the newest (else the oldest) row of each group, among the rows that match `among`."""

    name: str
    dimension: str
    newest: bool = True
    among: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One SELECT on one table for one project and period.

    With metrics or picks: one row per combination of bucket and dimensions (a single row if there is neither).
    Without: the rows themselves, showing the dimensions. `buckets` are the starts of the time buckets, ascending; the
    first is not after the period's start. `search` keeps the labels of the first dimension that contain it, ignoring
    case. `each` limits the rows per value of the first dimension; `skip` drops that many rows before `limit` applies.
    """

    project: int
    table: Table
    period: Period
    dimensions: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    picks: tuple[Pick, ...] = ()
    buckets: tuple[int, ...] = ()
    filters: tuple[Term, ...] = ()
    bots: bool | None = None  # None: the table's default in the catalogue
    only: tuple[str, ...] = ()  # labels of the first dimension; none: all of them
    search: str = ""
    keys: tuple[Keys, ...] = ()
    windows: tuple[Period, ...] = ()  # parts of the period that are read; none: all of it
    hours: tuple[int, ...] = ()  # of events, those since 1970 (UTC) that are read; none: all
    after: Position | None = None
    within: tuple[Member, ...] = ()
    order: tuple[Order, ...] = ()
    each: int | None = None
    limit: int | None = None
    skip: int = 0
    longest: int | None = None  # no session lasts longer than so many milliseconds; None: not known


# Queries that group twice, or join. `map_queries` applies a rule to each `Query` in them.


@dataclass(frozen=True, slots=True)
class Kpis:
    """Key figures of the events of `base` and of their sessions, in one row, named after their metrics."""

    base: Query


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """The key figures of the sessions that the events of each label of `base` belong to, named after their metrics.

    `base` groups events by a dimension, which is the first column, and by session.
    """

    base: Query


@dataclass(frozen=True, slots=True)
class BucketFigures:
    """The same by the buckets of `base`: the first column is the bucket."""

    base: Query


@dataclass(frozen=True, slots=True)
class FiguresOfSource:
    """The same, without visitors, by a dimension of sessions: of these labels, and of sessions that match `only`."""

    base: Query
    dimension: str
    labels: tuple[str, ...]
    only: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class DetailedLabels:
    """The list `listed` of the events that match `only`: columns label, count, visitors, earned, counts.

    `earned` is by currency, of all events of `listed` that have the label; `counts` are the events by the buckets that
    begin at `buckets`, if there are any. With `totals` also the columns of `TotalledLabels`.
    """

    listed: Query
    only: tuple[Term, ...] = ()
    buckets: tuple[int, ...] = ()
    totals: bool = False


@dataclass(frozen=True, slots=True)
class TotalledLabels:
    """The list `listed`, each row with what all labels sum up to.

    Columns label, count, visitors, labels (how many there are), all_count, all_visitors.
    """

    listed: Query


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How many labels the list `base` has: one column, labels."""

    base: Query


@dataclass(frozen=True, slots=True)
class Flows:
    """Sessions by the paths of their first `depth` pageviews: columns steps, sessions, visitors; most sessions first.

    A session counts if at least one of its events is among those of `base`. `only` narrows the answer to these flows.
    """

    base: Query
    depth: int
    limit: int | None = None
    only: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class SessionRevenue:
    """Revenue of the events of `base` by a dimension of their sessions: columns label, currency, earned.

    Of these labels (none: of all), and of sessions that match `only`; at most `limit` rows.
    """

    base: Query
    dimension: str
    labels: tuple[str, ...]
    only: tuple[Term, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """One of `of` groups of visitors, about equally large: those whose key leaves `rest`."""

    rest: int
    of: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """Visitors by the number of steps that they took in order, within `window` milliseconds: columns level, visitors.

    The events of `base` are read in order of time and id, and each takes at most one step. There are two steps at
    least. Of the visitors in `slice` only.
    """

    base: Query
    steps: tuple[Query, ...]
    window: int
    slice: Slice | None = None


@dataclass(frozen=True, slots=True)
class Conversions:
    """The events of `base` that match each of `goals`, and their visitors: columns goal (its place), events, visitors.

    Goals without any are left out; an event counts for every goal that it matches.
    """

    base: Query
    goals: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class ConversionRevenue:
    """What these events earned: columns goal (its place), currency, earned."""

    base: Query
    goals: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Retention:
    """Visitors by the bucket of their first event and by the buckets they have events in.

    Columns cohort, bucket, visitors. The period of `base` reaches back to the earliest possible event; its buckets
    start at `since`. A visitor with an event before `since` belongs to no cohort. Of the visitors in `slice` only.
    """

    base: Query
    since: int
    slice: Slice | None = None


@dataclass(frozen=True, slots=True)
class SessionPosition:
    """A place in the order of a visitor's sessions: newest start first, equal starts by session id descending."""

    start: int
    session_id: str


@dataclass(frozen=True, slots=True)
class VisitorSessions:
    """The sessions that the events of `base` belong to: columns session, session_id, at (their start).

    A start is computed from the events up to batch `until`: later events may move it, and pages must not overlap.
    """

    base: Query
    until: int
    limit: int
    after: SessionPosition | None = None


@dataclass(frozen=True, slots=True)
class Engagement:
    """Engagement reports, added up for each path that `base` names.

    Columns path, engaged_ms, scroll, and the third quartile of each web vital.
    """

    base: Query


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """Requests of `base` by its buckets, in total (dimension and label `""`) and by each of `groupings`.

    Columns dimension, label, bucket, hits, sessions, bytes, ordered by dimension, bucket, most hits, label. Each
    dimension keeps its `labels` labels with most hits, ties by label. `bucket` says what the buckets of `base` are.
    """

    base: Query
    bucket: Bucket
    groupings: tuple[str, ...]
    labels: int


@dataclass(frozen=True, slots=True)
class SiteDays:
    """Projects of one zone, the starts of its last days, and the part of yesterday that today is compared with."""

    projects: tuple[int, ...]
    starts: tuple[int, ...]
    yesterday: Period


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """People of many projects, one row for each that has events of these days.

    Columns project, live (within `live` milliseconds), today, yesterday, week, previous_week, last (event).
    """

    zones: tuple[SiteDays, ...]
    now: int
    live: int


@dataclass(frozen=True, slots=True)
class SiteVisitors:
    """People of many projects by day: columns project, day (its start), visitors. Days without any are left out.

    Day 0 is what lies before the days of a project's zone and in those of another.
    """

    zones: tuple[SiteDays, ...]
    now: int


@dataclass(frozen=True, slots=True)
class SitesWithRows:
    """Which of these projects have any row of which of these tables: columns project, table."""

    projects: tuple[int, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class StoredRows:
    """What each table holds of a project: columns table, rows, first, last.

    `first` and `last` are instants of its rows (Unix milliseconds), 0 where it has none.
    """

    project: int


AnyQuery = (
    Query
    | Kpis
    | SessionFigures
    | BucketFigures
    | FiguresOfSource
    | DetailedLabels
    | TotalledLabels
    | LabelCount
    | Flows
    | SessionRevenue
    | Funnel
    | Conversions
    | ConversionRevenue
    | Retention
    | VisitorSessions
    | Engagement
    | Breakdowns
    | SiteFigures
    | SiteVisitors
    | SitesWithRows
    | StoredRows
)

QueryT = TypeVar("QueryT", bound=AnyQuery)


def map_queries(asked: QueryT, rule: Callable[[Query], Query]) -> QueryT:
    """The same query with `rule` applied to each `Query` that it holds, or that it is."""
    if isinstance(asked, Query):
        return rule(asked)  # type: ignore[return-value]  # a rule keeps the type
    changed: dict[str, Any] = {}
    for field in fields(asked):
        value = getattr(asked, field.name)
        if isinstance(value, Query):
            changed[field.name] = rule(value)
        elif isinstance(value, tuple):
            changed[field.name] = tuple(rule(item) if isinstance(item, Query) else item for item in value)
    return replace(asked, **changed)
