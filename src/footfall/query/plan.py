"""What queries are read as, once their sources are chosen, and what sources look up to choose."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.model.period import Period
from footfall.query.ast import AnyQuery, Breakdowns, Flows, Funnel, Keys, Query, Retention, SessionRevenue


@dataclass(frozen=True, slots=True)
class Uneven:
    """Sessions that overlap the period of `base` and whose rows do not tell what figures need of their events.

    The store holds several versions of them; or their events differ, or pause for longer than a session without a name
    may (`differing`, bits of `varies`), and either their variants are not told, or they reach beyond the period or over
    a start of its buckets; where it is asked (`across`), all that reach over these.

    Columns first, last (the earliest start and the latest end of those that start in one hour), sessions (their keys),
    superseded (the keys of those with several versions), told (how many others differ and tell variants, in rows of
    their own).
    """

    base: Query
    differing: int
    across: bool = False


@dataclass(frozen=True, slots=True)
class UnknownEarnings:
    """Sessions that overlap the period of `base` and earned something, and whose rows do not tell what counts of it.

    Their events differ (`differing`, bits of `varies`), they reach beyond the period, or it is in too many currencies.
    Columns first, last and sessions as those of `Uneven`, of `limit` sessions at most, and unknown: whether there is a
    session whose earnings an earlier version left open, in a row of its own.
    """

    base: Query
    differing: int
    limit: int


@dataclass(frozen=True, slots=True)
class Variants:
    """The events of the sessions that differ (`differing`) and are not `Uneven`, as the rows of `base` tell them.

    Each at the start of its session, with the columns of `catalog.columns.VARIES`.
    """

    base: Query
    differing: int
    without: Uneven | Keys | None = None


@dataclass(frozen=True, slots=True)
class Mixed:
    """Sessions that overlap a window of `base`, whose events are of several classes of traffic or pause for long.

    None of those that lie in one of the tiles of the period that start at `tiles`, if that is one of the cells that
    start at `cells`, which count them, or if their variants are told. Columns as those of `Uneven`; none is superseded,
    or told.
    """

    base: Query
    tiles: tuple[int, ...] = ()
    cells: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rows that make up the figures of an answer: those of `query`, which names the figures it adds to.

    Of sessions in `among` only, and not of those in `without`. Rows of sessions count one each, or, `signed`, as their
    signs add up; those with one of the bits of `differing` in `varies` are left out. `inside` leaves out sessions that
    reach beyond the period, or over a start of its buckets.

    With `told`, a part of events reads these variants in place of events. A part of sessions then counts uneven ones,
    too: those that have a variant for which the terms hold.
    """

    query: Query
    told: Variants | None = None
    among: Uneven | Keys | None = None
    without: Uneven | Keys | None = None
    differing: int = 0
    signed: bool = False
    inside: bool = False


@dataclass(frozen=True, slots=True)
class UnmixedPart:
    """Sessions that are not `Mixed`: those that begin in the windows of `query`, and those that reach over an edge.

    Each counts in the bucket that it begins in, and in that of every edge that it began before and ends after. Sessions
    of several classes of traffic, or with long pauses, are among them where they lie in one of the tiles that start at
    `tiles`, and have a variant for which the terms hold.
    """

    query: Query
    edges: tuple[int, ...] = ()
    tiles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchedPart:
    """Sessions that match `query` and have an event among `events`; of `among` only, where that is said.

    They count in the buckets of these events; of their pageviews, those among these events count.
    """

    query: Query
    events: Query
    among: Uneven | Mixed | Keys | None = None


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
    """What labels of sessions earned in the windows of the base of `revenue`.

    Events tell it. With `differing`, rows of sessions do, of those that are not among `UnknownEarnings`: `without` has
    the keys of these.
    """

    revenue: SessionRevenue
    differing: int | None = None
    without: Keys | None = None


AnyPart = Part | UnmixedPart | MatchedPart | CellPart | RevenuePart


@dataclass(frozen=True, slots=True)
class Whole:
    """`asked`, put together from parts. Columns are those of `asked`."""

    asked: Query
    parts: tuple[AnyPart, ...]


@dataclass(frozen=True, slots=True)
class TotalledWhole:
    """The list `whole` with the columns of `TotalledLabels`."""

    whole: Whole


@dataclass(frozen=True, slots=True)
class LabelsOfWhole:
    """How many labels the list `whole` has: one column, labels."""

    whole: Whole


@dataclass(frozen=True, slots=True)
class UnknownFlows:
    """Sessions that overlap the period of `base` and whose rows don't tell whether they count there, or their flow.

    One row: sessions (their keys), firsts and lasts (starts and ends of their rows).
    """

    base: Query


@dataclass(frozen=True, slots=True)
class FlowsOfSessions:
    """The same as `asked`, from the rows of `sessions`, and from the events of the sessions in `besides`.

    All events of these lie in `span` and, unless these are too many to be named, in `hours` (since 1970, in UTC). With
    `buckets`, flows whose hashes end otherwise are left out.
    """

    asked: Flows
    sessions: Query
    besides: UnknownFlows | Keys | None = None
    span: Period | None = None
    hours: tuple[int, ...] = ()
    buckets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowBuckets:
    """Sessions by the last 16 bits of their flow's hash, the `limit` with most sessions: columns bucket, sessions."""

    flows: FlowsOfSessions
    limit: int


@dataclass(frozen=True, slots=True)
class FunnelByTime:
    """The same as `asked`, from the times of events alone: columns level, visitors, tied.

    Visitors with several steps in one millisecond, whose order that leaves open, are not counted: `tied` has the keys
    of the first `most` of them, in the row of level 0.
    """

    asked: Funnel
    most: int


@dataclass(frozen=True, slots=True)
class UnknownReturns:
    """Sessions whose rows do not tell all that retention needs of their events.

    One row: sessions (their keys), firsts and lasts (starts and ends of their rows). `sessions` are those up to the end
    of the range, with its buckets, which begins at `since`.
    """

    sessions: Query
    since: int


@dataclass(frozen=True, slots=True)
class RetentionOfSessions:
    """The same as `asked`, from the rows of `sessions`, and from the events of the sessions in `besides`.

    All events of these lie in `hours` (since 1970, in UTC), unless these are too many to be named.
    """

    asked: Retention
    sessions: Query
    besides: UnknownReturns | Keys | None = None
    hours: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BreakdownsOfCells:
    """The same as `asked`, from `cells`, one a bucket, and, in the windows of its base, from the requests."""

    asked: Breakdowns
    cells: Cells


@dataclass(frozen=True, slots=True)
class LongestSession:
    """How many days sessions of a project's events last at most: one column, days; 0 where none is longer than one."""

    project: int


AnyPlan = (
    AnyQuery
    | Whole
    | TotalledWhole
    | LabelsOfWhole
    | FlowsOfSessions
    | FunnelByTime
    | RetentionOfSessions
    | BreakdownsOfCells
)
"""A query as it is read: as it was asked, from facts, or as another source answers it."""

LookUp = Uneven | UnknownEarnings | Mixed | UnknownFlows | FlowBuckets | UnknownReturns | LongestSession
"""What sources ask the store before they answer."""
