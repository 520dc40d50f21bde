"""Key figures of many groups of sessions at once."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.dimensions import DIMENSIONS
from footfall.catalog.metrics import METRICS
from footfall.catalog.tables import Table
from footfall.query.ast import BucketFigures, FiguresOfSource, Query, SessionFigures
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import condition, label
from footfall.query.sql.select import select
from footfall.query.sql.shapes import overlapping

COLUMNS = ("group", "visitors", "pageviews", "sessions", "bounces", "duration_ms")
OF_BUCKETS = ("bucket", *COLUMNS[1:])
SUMS = ("group", "pageviews", "sessions", "bounces", "duration_ms")


def bucket_figures(query: BucketFigures, binder: Binder) -> str:
    return _grouped(replace(query.base, dimensions=("session",)), binder)


def session_figures(query: SessionFigures, binder: Binder) -> str:
    return _grouped(query.base, binder)


def _grouped(base: Query, binder: Binder) -> str:
    """Sessions joined with their matching events, as the key figures are: superseded rows cancel out in sums."""
    events = select(replace(base, metrics=("pageviews",)), binder)
    sessions = " AND ".join(overlapping(base, binder))
    return (
        f"SELECT matched.c0 AS f0, {_figures(COLUMNS, 'matched.c2')} FROM sessions"
        f" JOIN ({events}) AS matched ON session = matched.c1 WHERE {sessions} GROUP BY f0 ORDER BY f0"
    )


def figures_of_source(query: FiguresOfSource, binder: Binder) -> str:
    """Only sums: a superseded row may have another label, whose visitors would still name its visitor."""
    base: Query = query.base
    events = select(replace(base, dimensions=("session",), metrics=("pageviews",)), binder)
    name = label(DIMENSIONS[query.dimension], Table.SESSIONS)
    sessions = [
        *overlapping(base, binder),
        *(condition(term, Table.SESSIONS, binder) for term in query.only),
        f"{name} IN {binder.texts(query.labels)}",
    ]
    return (
        f"SELECT {name} AS f0, {_figures(SUMS, 'matched.c1')} FROM sessions"
        f" JOIN ({events}) AS matched ON session = matched.c0 WHERE {' AND '.join(sessions)}"
        " GROUP BY f0 HAVING sum(sign) > 0 ORDER BY f0"
    )


def _figures(columns: tuple[str, ...], pageviews: str) -> str:
    own = {"visitors": METRICS["visitors"].expressions[Table.EVENTS], "pageviews": f"sum(sign * {pageviews})"}
    figures = [own.get(name) or METRICS[name].expressions[Table.SESSIONS] for name in columns[1:]]
    return ", ".join(f"{figure} AS f{number}" for number, figure in enumerate(figures, start=1))
