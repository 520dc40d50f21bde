"""Any query as a statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from footfall.query.ast import (
    AnyQuery,
    Breakdowns,
    BucketFigures,
    Engagement,
    FiguresOfSource,
    Flows,
    Funnel,
    Kpis,
    LabelCount,
    Query,
    Retention,
    SessionFigures,
    SessionRevenue,
    SiteFigures,
    SitesWithEvents,
    SiteVisitors,
    Uneven,
    VisitorSessions,
    Whole,
)
from footfall.query.cells import CellQuery, CellSizes, FirstFacts, MadeCells, MakeCells, RolledUp, StaleCells, Uncounted
from footfall.query.sql import breakdowns, cells, engagement, figures, roll_up, shapes, sites, whole
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import names, select


@dataclass(frozen=True, slots=True)
class Statement:
    """`names` are the columns of the answer, in order."""

    sql: str
    params: dict[str, Any]
    names: tuple[str, ...]


_SHAPES: dict[type, tuple[Callable[[Any, Binder], str], tuple[str, ...]]] = {
    Kpis: (shapes.kpis, shapes.KPIS),
    Uneven: (whole.uneven, whole.UNEVEN),
    RolledUp: (cells.rolled_up, cells.ROLLED_UP),
    Uncounted: (cells.uncounted, cells.UNCOUNTED),
    MakeCells: (roll_up.make_cells, ()),
    FirstFacts: (cells.first_facts, cells.FIRST_FACTS),
    CellSizes: (cells.cell_sizes, cells.CELL_SIZES),
    MadeCells: (cells.made_cells, cells.MADE_CELLS),
    StaleCells: (cells.stale_cells, cells.STALE_CELLS),
    BucketFigures: (figures.bucket_figures, figures.OF_BUCKETS),
    SessionFigures: (figures.session_figures, figures.COLUMNS),
    FiguresOfSource: (figures.figures_of_source, figures.SUMS),
    LabelCount: (figures.label_count, ("labels",)),
    Flows: (shapes.flows, ("steps", "sessions", "visitors")),
    SessionRevenue: (shapes.session_revenue, shapes.REVENUE),
    Funnel: (shapes.funnel, ("level", "visitors")),
    Retention: (shapes.retention, ("cohort", "bucket", "visitors")),
    VisitorSessions: (shapes.visitor_sessions, ("session", "session_id", "at")),
    Engagement: (engagement.engagement, engagement.COLUMNS),
    Breakdowns: (breakdowns.breakdowns, breakdowns.COLUMNS),
    SiteFigures: (sites.figures, sites.FIGURES),
    SiteVisitors: (sites.visitors, ("project", "day", "visitors")),
    SitesWithEvents: (sites.with_events, ("project",)),
}


def compile_query(query: AnyQuery | CellQuery) -> Statement:
    binder = Binder()
    if isinstance(query, Query):
        return Statement(select(query, binder), binder.params, names(query))
    if isinstance(query, Whole):
        return Statement(whole.whole(query, binder), binder.params, names(query.asked))
    write, columns = _SHAPES[type(query)]
    return Statement(write(query, binder), binder.params, columns)
