"""Any question as a statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from footfall.query.ast import (
    Breakdowns,
    BusyHours,
    Engagement,
    Flows,
    Funnel,
    Kpis,
    Query,
    Question,
    Retention,
    Seals,
    Visits,
)
from footfall.query.sql import breakdowns, engagement, shapes
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import names, select


@dataclass(frozen=True, slots=True)
class Statement:
    """`names` says what the columns of the answer are, in order."""

    sql: str
    params: dict[str, Any]
    names: tuple[str, ...]


_SHAPES: dict[type, tuple[Callable[[Any, Binder], str], tuple[str, ...]]] = {
    Kpis: (shapes.kpis, shapes.KPIS),
    Flows: (shapes.flows, ("steps", "sessions", "visitors")),
    Funnel: (shapes.funnel, ("level", "visitors")),
    Retention: (shapes.retention, ("cohort", "bucket", "visitors")),
    Visits: (shapes.visits, ("session", "session_id", "at")),
    Engagement: (engagement.engagement, engagement.COLUMNS),
    Breakdowns: (breakdowns.breakdowns, breakdowns.COLUMNS),
    Seals: (breakdowns.seals, breakdowns.SEAL),
    BusyHours: (breakdowns.busy_hours, breakdowns.BUSY),
}


def compile_query(question: Question) -> Statement:
    binder = Binder()
    if isinstance(question, Query):
        return Statement(select(question, binder), binder.params, names(question))
    write, columns = _SHAPES[type(question)]
    return Statement(write(question, binder), binder.params, columns)
