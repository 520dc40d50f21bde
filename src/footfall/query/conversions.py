"""Conversions: how many visitors reached each goal, how often, and what that earned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from footfall.query import build, run
from footfall.query.ast import Query, Term
from footfall.query.compared import Compared, compare
from footfall.query.fetch import fetch
from footfall.query.shares import share
from footfall.store.protocol import Reader

Terms = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Events that match a goal, and their visitors."""

    events: int
    visitors: int


@dataclass(frozen=True, slots=True)
class Conversion:
    """One goal. `rate` is the share of all visitors, to 4 decimals; `revenue` is by currency, `unknown` without one."""

    counts: Compared[Counts]
    rate: float
    revenue: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class ConversionReport:
    """`goals` in the order in which they were asked about; `visitors` are all those of the range."""

    visitors: int
    goals: list[Conversion]


def report(store: Reader, base: Query, goals: Sequence[Terms], previous: Query | None) -> ConversionReport:
    """Each goal is the terms of a filter, which narrow the events of `base`."""
    everybody, asked = run.visitors(store, base), tuple(goals)
    if not asked:
        return ConversionReport(everybody, [])
    found = compare(base, previous, lambda query: _counts(store, query, asked))
    revenue = _revenue(store, base, asked)
    reports = []
    for place in range(len(asked)):
        now = found.current[place]
        before = None if found.previous is None else found.previous[place]
        reports.append(Conversion(Compared(now, before), share(now.visitors, everybody), revenue[place]))
    return ConversionReport(everybody, reports)


def _counts(store: Reader, base: Query, goals: tuple[Terms, ...]) -> list[Counts]:
    rows = {row["goal"]: row for row in fetch(store, build.conversions(base, goals))}
    none = {"events": 0, "visitors": 0}
    return [Counts(row["events"], row["visitors"]) for row in (rows.get(place, none) for place in range(len(goals)))]


def _revenue(store: Reader, base: Query, goals: tuple[Terms, ...]) -> dict[int, dict[str, Decimal]]:
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for row in fetch(store, build.conversion_revenue(base, goals)):
        found[row["goal"]][row["currency"] or "unknown"] = row["earned"]
    return found
