"""What is asked, as frozen values. Surfaces build them (`build`), passes rewrite them, `sql` compiles them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

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
    """One condition: `key` is a filter key or dimension of the catalogue; any of `values` suffices."""

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
    """Keeps the rows whose session is (or, negated, is not) among the answers of `query`."""

    query: Query
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """Keeps the rows whose `column` holds one of these keys; a term says the same in texts, this is what is indexed."""

    column: Literal["visitor", "session"]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """A dimension of the newest (else of the oldest) row of each group, of those rows that hold `among`."""

    name: str
    dimension: str
    newest: bool = True
    among: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One SELECT on one table for one project and period.

    With metrics or picks: one row per combination of bucket and dimensions (one row in all where there is neither).
    Without: the rows themselves, showing the dimensions. `buckets` are the starts, ascending, of what rows are
    gathered in by time; the first is not after the period's start. `each` bounds the rows of every value of the first
    dimension; `skip` leaves out as many before `limit` counts.
    """

    project: int
    table: Table
    period: Period
    dimensions: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    picks: tuple[Pick, ...] = ()
    buckets: tuple[int, ...] = ()
    filters: tuple[Term, ...] = ()
    bots: bool | None = None  # None: as the catalogue says for the table
    only: tuple[str, ...] = ()  # labels of the first dimension; none: all of them
    keys: tuple[Keys, ...] = ()
    after: Position | None = None
    within: tuple[Member, ...] = ()
    order: tuple[Order, ...] = ()
    each: int | None = None
    limit: int | None = None
    skip: int = 0

    def over(self, rule: Callable[[Query], Query]) -> Query:
        return rule(self)


# Questions that group twice, or join. `over` gives the same question with a rule applied to each query in it.


@dataclass(frozen=True, slots=True)
class Kpis:
    """Key figures of the events of `base` and of their sessions, in one row, by the names of their metrics."""

    base: Query

    def over(self, rule: Callable[[Query], Query]) -> Kpis:
        return replace(self, base=rule(self.base))


@dataclass(frozen=True, slots=True)
class Flows:
    """Visits by the paths of their first `depth` pageviews: columns steps, sessions, visitors; most sessions first.

    A visit counts where one of its events is among those of `base`. `only` narrows the answer to these flows.
    """

    base: Query
    depth: int
    limit: int | None = None
    only: tuple[tuple[str, ...], ...] = ()

    def over(self, rule: Callable[[Query], Query]) -> Flows:
        return replace(self, base=rule(self.base))


@dataclass(frozen=True, slots=True)
class Funnel:
    """Visitors by the number of steps that they took in order, within `window` milliseconds: columns level, visitors.

    Of the events of `base`, in order of time and id, each one takes one step at most. Levels begin at 1.
    """

    base: Query
    steps: tuple[Query, ...]
    window: int

    def over(self, rule: Callable[[Query], Query]) -> Funnel:
        return replace(self, base=rule(self.base), steps=tuple(rule(step) for step in self.steps))


@dataclass(frozen=True, slots=True)
class Retention:
    """Visitors by the bucket of their first event and by the buckets that they have events in.

    Columns cohort, bucket, visitors. The period of `base` reaches back to the first events there are; its buckets begin
    at `since`, before which a visitor of a cohort has no event.
    """

    base: Query
    since: int

    def over(self, rule: Callable[[Query], Query]) -> Retention:
        return replace(self, base=rule(self.base))


@dataclass(frozen=True, slots=True)
class VisitPosition:
    """A place in the order of a visitor's sessions: newest start first, equal starts by session id descending."""

    start: int
    session_id: str


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits that events of `base` belong to: columns session, session_id, at (their start).

    Starts are those of the events up to batch `until`: later events may move a start, and pages must not overlap.
    """

    base: Query
    until: int
    limit: int
    after: VisitPosition | None = None

    def over(self, rule: Callable[[Query], Query]) -> Visits:
        return replace(self, base=rule(self.base))


@dataclass(frozen=True, slots=True)
class Engagement:
    """What reports of engagement add up to, for the paths that `base` names.

    Columns path, engaged_ms, scroll, and the third quartile of each web vital.
    """

    base: Query

    def over(self, rule: Callable[[Query], Query]) -> Engagement:
        return replace(self, base=rule(self.base))


@dataclass(frozen=True, slots=True)
class Counting:
    """Hours (their starts) whose requests were counted before, and the number of each one's counting."""

    hours: tuple[int, ...]
    editions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """Requests of `base` by bucket, in all (dimension and label `""`) and by each of `dimensions`.

    Columns dimension, label, bucket, hits, sessions, bytes, in the order of dimension, bucket, most hits, label. Of
    each dimension the `labels` labels with most hits, ties by label; None: all. `counted` hours are read from their
    countings by `step` seconds, the rest of the period from the requests.
    """

    base: Query
    dimensions: tuple[str, ...]
    labels: int | None = None
    step: int = 0
    counted: Counting = Counting((), ())

    def over(self, rule: Callable[[Query], Query]) -> Breakdowns:
        return replace(self, base=rule(self.base))


@dataclass(frozen=True, slots=True)
class Seals:
    """The countings of a project's hours in a period: columns hour, hits, last_batch, edition; the newest of each."""

    base: Query

    def over(self, rule: Callable[[Query], Query]) -> Seals:
        return replace(self, base=rule(self.base))


@dataclass(frozen=True, slots=True)
class BusyHours:
    """Hours of all projects with at least `least` requests, all of batches before `settled`, and no seal that holds.

    Columns project, hour, hits, last_batch.
    """

    period: Period
    least: int
    settled: int

    def over(self, _: Callable[[Query], Query]) -> BusyHours:
        return self


Question = Query | Kpis | Flows | Funnel | Retention | Visits | Engagement | Breakdowns | Seals | BusyHours
