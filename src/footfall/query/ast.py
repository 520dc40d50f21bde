"""Queries as frozen values. Surfaces build them (`build`), passes rewrite them, `sql` compiles them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar

from footfall.catalog.tables import Table
from footfall.model.period import Period


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
class Uneven:
    """Sessions that overlap the period of `base` and whose rows do not tell what figures need of their events.

    Their events differ, or pause for longer than a session without a name may (`varies`), or the store holds several
    versions of them; where it is asked (`across`), those too that reach beyond the period, or over a start of its
    buckets.

    Columns first, last (the earliest start and the latest end of those that start in one hour), sessions (their keys),
    superseded (the keys of those with several versions).
    """

    base: Query
    across: bool = False


@dataclass(frozen=True, slots=True)
class Mixed:
    """Sessions that overlap a window of `base`, whose events are of several classes of traffic or pause for long.

    None of those that begin and end in one of the cells that start at `cells`, of the tiles of the period that start
    at `tiles`: cells count them. Columns as those of `Uneven`; none is superseded.
    """

    base: Query
    tiles: tuple[int, ...] = ()
    cells: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rows that make up the figures of an answer: those of `query`, which names the figures it adds to.

    Of sessions in `among` only, and not of those in `without`. Rows of sessions count one each, or, `signed`, as their
    signs add up; `even` selects those that tell what figures need of their events, or the others. `inside` leaves out
    sessions that reach beyond the period, or over a start of its buckets.
    """

    query: Query
    among: Uneven | Keys | None = None
    without: Uneven | Keys | None = None
    even: bool | None = None
    signed: bool = False
    inside: bool = False


@dataclass(frozen=True, slots=True)
class UnmixedPart:
    """Sessions that are not `Mixed`: those that begin in the windows of `query`, and those that reach over an edge.

    Each counts in the bucket that it begins in, and in that of every edge that it began before and ends after.
    """

    query: Query
    edges: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchedPart:
    """Sessions that match `query` and have an event among `events`; of `among` only, where that is said.

    They count in the buckets of these events.
    """

    query: Query
    events: Query
    among: Mixed | Keys | None = None


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of roll-ups: their names, and the grain, start and version of each cell."""

    rollups: tuple[str, ...]
    grains: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    versions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CellPart:
    """The figures of `query` in these cells. A session counts in the cell that it begins in.

    Those that reach into a cell from before count in the cells that start at one of `opening`.
    """

    query: Query
    cells: Cells
    opening: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RevenuePart:
    """What labels of sessions earned in the windows of the base of `revenue`."""

    revenue: SessionRevenue


AnyPart = Part | UnmixedPart | MatchedPart | CellPart | RevenuePart


@dataclass(frozen=True, slots=True)
class Whole:
    """`asked`, put together from parts. Columns are those of `asked`."""

    asked: Query
    parts: tuple[AnyPart, ...]


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
class LabelCount:
    """How many labels the list `base` has: one column, labels."""

    base: Query | Whole


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
class UnknownFlows:
    """Sessions that overlap the period of `base` and whose rows don't tell whether they count there, or their flow.

    One row: first, last (their earliest start and latest end), sessions (their keys).
    """

    base: Query


@dataclass(frozen=True, slots=True)
class FlowsOfSessions:
    """The same as `asked`, from the rows of `sessions`, and from the events of the sessions in `besides`.

    All events of these lie in `span`. With `buckets`, flows whose hashes end otherwise are left out: none of
    them has more than `beyond` sessions.
    """

    asked: Flows
    sessions: Query
    besides: UnknownFlows | Keys | None = None
    span: Period | None = None
    buckets: tuple[int, ...] = ()
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class FlowBuckets:
    """Sessions by the last 16 bits of their flow's hash, the `limit` with most sessions: columns bucket, sessions."""

    flows: FlowsOfSessions
    limit: int


@dataclass(frozen=True, slots=True)
class SessionRevenue:
    """Revenue of the events of `base` by a dimension of their sessions: columns label, currency, earned.

    Of these labels, and of sessions that match `only`.
    """

    base: Query
    dimension: str
    labels: tuple[str, ...]
    only: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Funnel:
    """Visitors who took steps in order, within `window` milliseconds: columns level, visitors.

    Level 1 counts all who took the first step, each higher one those who took so many steps and no more. The events of
    `base` are read in order of time and id, and each takes at most one step. There are two steps at least.
    """

    base: Query
    steps: tuple[Query, ...]
    window: int


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
class Slice:
    """One of `of` groups of visitors, about equally large: those whose key leaves `rest`."""

    rest: int
    of: int


@dataclass(frozen=True, slots=True)
class Retention:
    """Visitors by the bucket of their first event and by the buckets they have events in.

    Columns cohort, bucket, visitors. The period of `base` reaches back to the earliest possible event; its buckets
    start at `since`. A visitor with an event before `since` belongs to no cohort. Of the visitors in `slice` only.
    """

    base: Query
    since: int
    slice: Slice | None = None
    windows: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownVisitors:
    """Visitors with a session whose row does not tell all that retention needs of its events.

    One row: visitors (their keys), firsts and lasts (starts and ends of such sessions that began before `since`, where
    their rows don't tell whether an event of theirs counts).
    `sessions` are those up to the end of the range, with its buckets.
    """

    sessions: Query
    since: int


@dataclass(frozen=True, slots=True)
class RetentionOfSessions:
    """The same as `asked`, from the rows of `sessions`, and from the events of the visitors in `besides`.

    Before the range, rows of sessions tell of these visitors, too, but for sessions that lie in the windows of `asked`.
    """

    asked: Retention
    sessions: Query
    besides: UnknownVisitors | Keys | None = None


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
    """Requests of `base` by bucket, in total (dimension and label `""`) and by each of `groupings`.

    Columns dimension, label, bucket, hits, sessions, bytes, ordered by dimension, bucket, most hits, label. Each
    dimension keeps its `labels` labels with most hits, ties by label. The buckets of `cells`, all of one grain, are
    read from these, the rest of the period, the windows of `base`, from the requests.
    """

    base: Query
    groupings: tuple[str, ...]
    labels: int
    cells: Cells = Cells(())


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
class SitesWithEvents:
    """Which of these projects have any event: one column, project."""

    projects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoredRows:
    """What each table holds of a project: columns table, rows, first, last.

    `first` and `last` are instants of its rows (Unix milliseconds), 0 where it has none.
    """

    project: int


@dataclass(frozen=True, slots=True)
class LongestSession:
    """How many days sessions of a project's events last at most: one column, days; 0 where none is longer than one."""

    project: int


AnyQuery = (
    Query
    | Kpis
    | Uneven
    | Mixed
    | Whole
    | SessionFigures
    | BucketFigures
    | FiguresOfSource
    | LabelCount
    | Flows
    | UnknownFlows
    | FlowsOfSessions
    | FlowBuckets
    | SessionRevenue
    | Funnel
    | Conversions
    | ConversionRevenue
    | Retention
    | UnknownVisitors
    | RetentionOfSessions
    | VisitorSessions
    | Engagement
    | Breakdowns
    | SiteFigures
    | SiteVisitors
    | SitesWithEvents
    | StoredRows
    | LongestSession
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
