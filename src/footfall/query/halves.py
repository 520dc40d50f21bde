"""Totals whose figures come from events and from sessions: two statements at once, since neither needs the other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from footfall.query.ast import Query
from footfall.query.plan import AnyPart, AnyPlan, CellPart, MatchedPart, Part, RevenuePart, UnmixedPart, Whole
from footfall.query.rows import Row, read
from footfall.query.sql.select import names
from footfall.query.together import both
from footfall.store.protocol import Reader


def read_at_once(store: Reader, plan: AnyPlan) -> list[Row]:
    """The rows of a plan, as `read` gives them."""
    if not isinstance(plan, Whole) or (halves := _halves(plan)) is None:
        return read(store, plan)
    first, second = both(*(partial(read, store, half) for half in halves))
    return _joined(plan.asked, first, second)


def _halves(whole: Whole) -> tuple[Whole, Whole] | None:
    """Some of the figures each; None where they are not those of two kinds of rows, or the rows are ranked."""
    asked = whole.asked
    kinds = [part.query.metrics for part in whole.parts if isinstance(part, Part | UnmixedPart | MatchedPart)]
    own = tuple(dict.fromkeys(kinds))
    if asked.dimensions or asked.limit is not None or len(own) != 2 or sorted(sum(own, ())) != sorted(asked.metrics):
        return None
    return _half(whole, own[0]), _half(whole, own[1])


def _half(whole: Whole, metrics: tuple[str, ...]) -> Whole:
    parts: list[AnyPart] = []
    for part in whole.parts:
        if isinstance(part, CellPart):
            parts.append(replace(part, query=replace(part.query, metrics=metrics)))
        elif not isinstance(part, RevenuePart) and part.query.metrics == metrics:
            parts.append(part)
    return Whole(replace(whole.asked, metrics=metrics), tuple(parts))


def _joined(asked: Query, first: list[Row], second: list[Row]) -> list[Row]:
    """By bucket. One that only one half has rows in has zeros of the other."""
    found: dict[int | None, Row] = {}
    for row in (*first, *second):
        found.setdefault(row.get("bucket"), dict.fromkeys(names(asked), 0)).update(row)
    newest_first = any(order.descending for order in asked.order)
    return sorted(found.values(), key=lambda row: row.get("bucket", 0), reverse=newest_first)
