"""What the rows of uneven sessions tell of their events: how many have which properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from footfall.catalog.columns import NO_VARIANTS, VARIANT, VARIES, varies_in
from footfall.catalog.tables import Table
from footfall.query.ast import Term
from footfall.query.plan import Variants
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import condition
from footfall.query.sql.select import inside_of, where

OPEN = f"length(variants) <= {len(NO_VARIANTS)}"
"""The variants of an uneven session are not told."""


def _tuples(names: Sequence[str]) -> str:
    """An array of tuples of these of VARIANT.

    What a filter reads and an aggregate reads should differ: the engine computes what they share for every row.
    """
    kinds = (f"{name} {'LowCardinality(String)' if name in VARIES else 'UInt32'}" for name in names)
    return f"JSONExtract(variants, 'Array(Tuple({', '.join(kinds)}))')"


def differ(bits: int) -> str:
    """The events of a session differ in one of these."""
    return f"bitAnd(varies, {bits}) != 0"


def alike(bits: int) -> str:
    """They differ in none."""
    return f"bitAnd(varies, {bits}) = 0"


def events(told: Variants, members: str, binder: Binder) -> str:
    """Rows of events, as far as variants know their columns; of no sessions among `members`."""
    keys = "project_id, visitor, session, session_id"
    rows = [where(told.base, binder), differ(told.differing), f"NOT {OPEN}", *inside_of(told.base, binder)]
    if members:
        rows.append(f"session NOT IN {members}")
    shown = ", ".join([f"{keys}, start AS timestamp", *(f"variant.{name} AS {name}" for name in VARIES)])
    told_by = f"SELECT {keys}, start, arrayJoin({_tuples(VARIANT)}) AS variant FROM sessions WHERE {' AND '.join(rows)}"
    return (
        f"SELECT {shown}, if(place < variant.pageviews, 'pageview', 'custom') AS event_type FROM ({told_by})"
        " ARRAY JOIN range(variant.events) AS place"
    )


@dataclass(frozen=True, slots=True)
class Matching:
    """Which sessions match terms about properties that vary within one: by their rows, or by one of their variants.

    `differing` are the bits of `varies` of these properties, and others.
    """

    terms: tuple[Term, ...]
    differing: int
    binder: Binder

    def condition(self, inside: list[str]) -> str:
        """By variants only sessions for which `inside` holds."""
        found = [f"NOT {OPEN}", *inside, self._of_variants("arrayExists({} -> {}, {})", self._row())]
        return self._either(self._row(), " AND ".join(found))

    def pageviews(self) -> str:
        """Those of a session that match."""
        weighed = f"pageviews * ({self._row()})"
        return self._either("pageviews", self._of_variants("arraySum({} -> {}, {})", weighed, "pageviews"))

    def _either(self, even: str, uneven: str) -> str:
        return f"if({differ(self.differing)}, {uneven}, {even})"

    def _row(self) -> str:
        """The terms, of columns by their names: those of a row, or arguments that are named alike."""
        return " AND ".join(condition(term, Table.SESSIONS, self.binder) for term in self.terms) or "1"

    def _of_variants(self, function: str, text: str, *others: str) -> str:
        bits = varies_in(term.key for term in self.terms)
        names = [*(name for bit, name in enumerate(VARIES) if bits >> bit & 1), *others] or ["events"]
        columns = ", ".join(f"{_tuples(names)}.{name}" for name in names)
        return function.format(f"({', '.join(names)})", text, columns)
