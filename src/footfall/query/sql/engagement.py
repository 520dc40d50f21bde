"""Engagement reports, added up by path."""

from __future__ import annotations

from footfall.query.ast import Engagement
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import where

VITALS = ("lcp", "inp", "cls", "fcp", "ttfb")
COLUMNS = ("path", "engaged_ms", "scroll", *VITALS)


def engagement(query: Engagement, binder: Binder) -> str:
    """Groups by visitor first, because a visitor's deepest scroll counts; NaN where nothing was measured."""
    measured = ", ".join(f"groupArrayIf({name}, NOT isNaN({name})) AS {name}_all" for name in VITALS)
    visitors = (
        f"SELECT path, sum(engaged_ms) AS engaged, max(scroll) AS deepest, {measured}"
        f" FROM engagements WHERE {where(query.base, binder)} GROUP BY path, visitor"
    )
    quartiles = ", ".join(
        f"quantileExactInclusiveArray(0.75)({name}_all) AS c{number}" for number, name in enumerate(VITALS, start=3)
    )
    return (
        f"SELECT path AS c0, sum(engaged) AS c1, avgIf(deepest, deepest >= 0) AS c2, {quartiles}"
        f" FROM ({visitors}) GROUP BY c0 ORDER BY c0"
    )
