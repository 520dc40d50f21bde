"""Engagement reports, added up by path."""

from __future__ import annotations

from footfall.query.ast import Engagement
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import where

VITALS = ("lcp", "inp", "cls", "fcp", "ttfb")
COLUMNS = ("path", "engaged_ms", "scroll", *VITALS)


_SETTINGS = " SETTINGS join_use_nulls = 1, max_bytes_before_external_group_by = 200000000"


def engagement(query: Engagement, binder: Binder) -> str:
    """A visitor's deepest scroll counts, so scrolls are grouped by visitor first, and nothing else is.

    Groups of a visitor and a path's place among those asked for are keys of one width, which takes two thirds of the
    time of keys with a text.
    """
    quartiles = ", ".join(
        f"quantileExactInclusiveIf(0.75)({name}, NOT isNaN({name})) AS q{number}" for number, name in enumerate(VITALS)
    )
    reports = (
        f"SELECT path, sum(engaged_ms) AS engaged, {quartiles} FROM engagements"
        f" WHERE {where(query.base, binder)} GROUP BY path"
    )
    paths = binder.texts(query.base.only)
    visitors = (
        f"SELECT toUInt16(indexOf({paths}, path)) AS place, max(scroll) AS deepest FROM engagements"
        f" WHERE {where(query.base, binder)} AND scroll >= 0 GROUP BY place, visitor"
    )
    scrolls = f"SELECT {paths}[place] AS path, avg(deepest) AS scrolled FROM ({visitors}) GROUP BY place"
    shown = ", ".join(f"q{number} AS c{number + 3}" for number in range(len(VITALS)))
    return (
        f"SELECT path AS c0, engaged AS c1, scrolled AS c2, {shown} FROM ({reports}) AS reports"
        f" LEFT JOIN ({scrolls}) AS scrolls USING (path) ORDER BY c0{_SETTINGS}"
    )
