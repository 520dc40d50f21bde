"""Any question as a statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from footfall.query.ast import Flows, Funnel, Kpis, Question, Retention, Visits
from footfall.query.sql import shapes
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import names, select


@dataclass(frozen=True, slots=True)
class Statement:
    """`names` says what the columns of the answer are, in order."""

    sql: str
    params: dict[str, Any]
    names: tuple[str, ...]


def compile_query(question: Question) -> Statement:
    binder = Binder()
    match question:
        case Kpis():
            return Statement(shapes.kpis(question, binder), binder.params, shapes.KPIS)
        case Flows():
            return Statement(shapes.flows(question, binder), binder.params, ("steps", "sessions", "visitors"))
        case Funnel():
            return Statement(shapes.funnel(question, binder), binder.params, ("level", "visitors"))
        case Retention():
            return Statement(shapes.retention(question, binder), binder.params, ("cohort", "bucket", "visitors"))
        case Visits():
            return Statement(shapes.visits(question, binder), binder.params, ("session", "session_id", "at"))
    return Statement(select(question, binder), binder.params, names(question))
