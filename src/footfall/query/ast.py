"""What is asked, as frozen values. Surfaces build them (`build`), passes rewrite them, `sql` compiles them."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Keeps the rows whose session is (or, negated, is not) among the answers of any of `queries`."""

    queries: tuple[Query, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One SELECT on one table for one project and period.

    With metrics: one row per combination of bucket and dimensions (one row in all where there is neither).
    Without metrics: the rows themselves, showing the dimensions.
    """

    project: int
    table: Table
    period: Period
    dimensions: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    bucket: Bucket | None = None
    filters: tuple[Term, ...] = ()
    bots: bool | None = None  # None: as the catalogue says for the table
    only: tuple[str, ...] = ()  # labels of the first dimension; none: all of them
    after: Position | None = None
    within: tuple[Member, ...] = ()
    since: Query | None = None  # a single instant that replaces the period's start
    having: tuple[Term, ...] = ()  # terms on aggregate dimensions
    order: tuple[Order, ...] = ()
    limit: int | None = None
