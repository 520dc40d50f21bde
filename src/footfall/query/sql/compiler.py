"""Any query as a statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from footfall.query.ast import (
    Breakdowns,
    BucketFigures,
    ConversionRevenue,
    Conversions,
    DetailedLabels,
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
    SitesWithRows,
    SiteVisitors,
    StoredRows,
    TotalledLabels,
    VisitorSessions,
)
from footfall.query.cells import (
    CellQuery,
    CellSizes,
    CrossedCells,
    FactsOfCells,
    FirstFacts,
    FirstFrozen,
    FreezeCells,
    MadeCells,
    MakeEarned,
    MakeTogether,
    OverfullCells,
    RolledUp,
    StaleCells,
    Uncounted,
)
from footfall.query.plan import (
    AnyPlan,
    BreakdownsOfCells,
    FlowBuckets,
    FlowsOfSessions,
    FunnelByTime,
    LabelsOfWhole,
    LongestSession,
    LookUp,
    Mixed,
    RetentionOfSessions,
    TotalledWhole,
    Uneven,
    UnknownEarnings,
    UnknownFlows,
    UnknownReturns,
    Whole,
)
from footfall.query.sql import (
    breakdowns,
    cells,
    earned,
    engagement,
    figures,
    flows,
    funnels,
    labels,
    retention,
    roll_up,
    shapes,
    sites,
    storage,
    whole,
)
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
    UnknownEarnings: (whole.unknown_earnings, whole.UNKNOWN_EARNINGS),
    Mixed: (whole.mixed, whole.UNEVEN),
    RolledUp: (cells.rolled_up, cells.ROLLED_UP),
    FactsOfCells: (cells.facts_of_cells, cells.FACTS_OF_CELLS),
    OverfullCells: (cells.overfull_cells, cells.OVERFULL_CELLS),
    Uncounted: (cells.uncounted, cells.UNCOUNTED),
    MakeTogether: (roll_up.make_cells, ()),
    MakeEarned: (earned.make_earned, ()),
    CrossedCells: (roll_up.crossed_cells, roll_up.CROSSED_CELLS),
    FirstFacts: (cells.first_facts, cells.FIRST_FACTS),
    FirstFrozen: (cells.first_frozen, cells.FIRST_FROZEN),
    FreezeCells: (cells.freeze_cells, ()),
    CellSizes: (cells.cell_sizes, cells.CELL_SIZES),
    MadeCells: (cells.made_cells, cells.MADE_CELLS),
    StaleCells: (cells.stale_cells, cells.STALE_CELLS),
    BucketFigures: (figures.bucket_figures, figures.OF_BUCKETS),
    SessionFigures: (figures.session_figures, figures.COLUMNS),
    FiguresOfSource: (figures.figures_of_source, figures.SUMS),
    TotalledLabels: (labels.totalled_labels, labels.TOTALLED),
    TotalledWhole: (labels.totalled_whole, labels.TOTALLED),
    LabelCount: (labels.label_count, ("labels",)),
    LabelsOfWhole: (labels.labels_of_whole, ("labels",)),
    Flows: (flows.flows, flows.FLOWS),
    UnknownFlows: (flows.unknown, flows.UNKNOWN),
    FlowsOfSessions: (flows.flows_of_sessions, flows.FLOWS),
    FlowBuckets: (flows.buckets, flows.BUCKETS),
    SessionRevenue: (shapes.session_revenue, shapes.REVENUE),
    Funnel: (funnels.funnel, funnels.LEVELS),
    FunnelByTime: (funnels.funnel_by_time, funnels.BY_TIME),
    Conversions: (shapes.conversions, ("goal", "events", "visitors")),
    ConversionRevenue: (shapes.conversion_revenue, ("goal", "currency", "earned")),
    Retention: (retention.retention, retention.COHORTS),
    UnknownReturns: (retention.unknown, retention.UNKNOWN),
    RetentionOfSessions: (retention.retention_of_sessions, retention.COHORTS),
    VisitorSessions: (shapes.visitor_sessions, ("session", "session_id", "at")),
    Engagement: (engagement.engagement, engagement.COLUMNS),
    Breakdowns: (breakdowns.breakdowns, breakdowns.COLUMNS),
    BreakdownsOfCells: (breakdowns.breakdowns_of_cells, breakdowns.COLUMNS),
    SiteFigures: (sites.figures, sites.FIGURES),
    SiteVisitors: (sites.visitors, ("project", "day", "visitors")),
    SitesWithRows: (sites.with_rows, ("project", "table")),
    StoredRows: (storage.stored_rows, storage.COLUMNS),
    LongestSession: (storage.longest_session, ("days",)),
}


def compile_query(query: AnyPlan | LookUp | CellQuery) -> Statement:
    binder = Binder()
    if isinstance(query, Query):
        return Statement(select(query, binder), binder.params, names(query))
    if isinstance(query, Whole):
        return Statement(whole.whole(query, binder), binder.params, names(query.asked))
    if isinstance(query, DetailedLabels):
        return Statement(labels.detailed_labels(query, binder), binder.params, labels.detailed_columns(query))
    write, columns = _SHAPES[type(query)]
    return Statement(write(query, binder), binder.params, columns)
