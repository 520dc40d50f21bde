"""Limits periods to the instants that events may have, and that the engine's date arithmetic can hold."""

from __future__ import annotations

from dataclasses import replace

from footfall.model.period import Period
from footfall.model.retention import YEAR_2000
from footfall.query.ast import Query

EARLIEST = YEAR_2000  # events before it are refused (docs/semantics)
LATEST = 7_258_118_400_000  # 2200-01-01


def clamp(query: Query) -> Query:
    period = Period(_within(query.period.start), _within(query.period.end))
    return query if period == query.period else replace(query, period=period)


def _within(instant: int) -> int:
    return min(max(instant, EARLIEST), LATEST)
