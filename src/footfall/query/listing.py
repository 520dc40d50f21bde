"""What a list can show beside its labels: the key figures of each, and the totals that shares are of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from footfall.catalog.tables import Table
from footfall.query import ast, build
from footfall.query.ast import Query
from footfall.query.build import TopList
from footfall.query.fetch import Row, fetch
from footfall.query.rankings import ListTotals
from footfall.query.shares import average, share
from footfall.store.protocol import Reader


@dataclass(frozen=True, slots=True)
class SessionKeyFigures:
    """Key figures of a group of sessions. `bounce_rate` has 4 decimals, `views_per_session` 2, seconds have 1."""

    pageviews: int
    sessions: int
    views_per_session: float
    bounce_rate: float
    average_duration: float


NO_SESSIONS = SessionKeyFigures(0, 0, 0.0, 0.0, 0.0)


def totals(store: Reader, base: Query, ranking: TopList, shown: int, limit: int) -> ListTotals:
    """As `label_count`, with what all labels sum up to."""
    every = build.of_ranking(base, ranking)
    (found,) = fetch(store, replace(every, dimensions=(), metrics=(ranking.count, "visitors")))
    return ListTotals(label_count(store, base, ranking, shown, limit), found[ranking.count], found["visitors"])


def label_count(store: Reader, base: Query, ranking: TopList, shown: int, limit: int) -> int:
    """How many labels match the search of a list, of which `shown` are on this page of `limit`."""
    if shown < limit and (shown or not ranking.skip):
        return ranking.skip + shown
    every = build.of_ranking(base, ranking)
    listed = replace(every, metrics=(ranking.count,), search=ranking.search)
    found: int = fetch(store, ast.LabelCount(listed))[0]["labels"]
    return found


def figures(store: Reader, base: Query, ranking: TopList, labels: Collection[str]) -> dict[str, SessionKeyFigures]:
    """By label, of the sessions that have it: in one of their events, or themselves where the list is of sessions."""
    if not labels:
        return {}
    query: ast.SessionFigures | ast.FiguresOfSource
    if ranking.table is Table.SESSIONS:
        query = ast.FiguresOfSource(base, ranking.dimension, tuple(labels), ranking.only)
    else:
        listed = build.of_ranking(base, ranking)
        query = ast.SessionFigures(replace(listed, dimensions=(ranking.dimension, "session"), only=tuple(labels)))
    return {row["group"]: session_figures(row) for row in fetch(store, query)}


def session_figures(row: Row) -> SessionKeyFigures:
    """Of the columns that `SessionFigures` has."""
    sessions = row["sessions"]
    return SessionKeyFigures(
        row["pageviews"],
        sessions,
        views_per_session(row["pageviews"], sessions),
        share(row["bounces"], sessions),
        average(row["duration_ms"], sessions, unit=1000),
    )


def views_per_session(pageviews: int, sessions: int) -> float:
    """To 2 decimals, half to even; 0 without sessions."""
    return average(pageviews, sessions, digits=2)
