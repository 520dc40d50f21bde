"""Endpoints about journeys: flows, funnels, retention."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from footfall.api.parameters import CHECKED
from footfall.api.web import examples, render, schema, toplists
from footfall.api.web.comparing import ParsedCompared
from footfall.api.web.parse import PREFIX, TAGS, Filter, Parsed
from footfall.catalog.columns import FLOW_STEPS
from footfall.clock import DAY, HOUR, MINUTE
from footfall.errors import UserError
from footfall.model.period import Bucket
from footfall.query import filter, journeys  # noqa: A004 - the module is named after what it parses
from footfall.query.ast import Term
from footfall.query.filter import FindSaved

router = APIRouter(prefix=PREFIX, tags=TAGS, dependencies=CHECKED)

Depth = Annotated[int, Query(ge=2, le=FLOW_STEPS, description=f"Pages of a flow, 2 to {FLOW_STEPS}.", examples=[3])]
Steps = Annotated[
    list[str],
    Query(
        min_length=2,
        max_length=8,
        description="One filter string per step, 2 to 8 of them: repeat the parameter.",
        examples=[["path:/pricing", "custom_event_name:signup"]],
    ),
]
FunnelWindow = Annotated[
    str,
    Query(
        alias="window",
        description="Time from the first step to the last: a number and `m`, `h` or `d`, `1m` to `90d`.",
        examples=["7d"],
    ),
]
RetentionPeriod = Annotated[
    Literal["day", "week", "month"],
    Query(description="Length of a cohort's bucket, by the clocks of the time zone.", examples=["week"]),
]

_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY}
_WINDOW = re.compile(r"([0-9]{1,6})([mhd])")

Json = dict[str, Any]


@router.get(
    "/top-flows",
    summary="Flows through the site",
    response_model=schema.Flows,
    response_model_exclude_unset=True,
    responses=examples.TOP_FLOWS,
    operation_id="web_top_flows",
)
def top_flows(
    query: ParsedCompared, depth: Depth = 3, limit: toplists.Limit = 20, compare: toplists.Compare = False
) -> Json:
    """Sessions by the paths of their first pageviews; a session with fewer than `depth` makes a shorter flow."""
    previous = query.previous if compare else None
    found = journeys.flows(query.store, query.base, depth, min(limit, toplists.MAX_LABELS), previous)
    return render.flows(found, compare=compare)


@router.get(
    "/funnel",
    summary="Funnel of visitors",
    response_model=schema.Funnel,
    responses=examples.FUNNEL,
    operation_id="web_funnel",
)
def funnel(query: Parsed, chosen: Filter, steps: Steps, window: FunnelWindow = "7d") -> Json:
    """How many visitors took the steps in order, each with a separate event, within the window."""
    terms = steps_of(steps, chosen.find)
    chosen.access.limits.check_terms(chain.from_iterable(terms))
    found = journeys.funnel(query.store, query.base, terms, window_of(window))
    return render.funnel(steps, window, found)


@router.get(
    "/retention",
    summary="Retention of visitors",
    response_model=schema.Retention,
    responses=examples.RETENTION,
    operation_id="web_retention",
)
def retention(query: Parsed, period: RetentionPeriod = "day") -> Json:
    """Visitors by the bucket of their first event, and how many of them returned in each bucket since."""
    found = journeys.retention(query.store, query.base, Bucket(period), query.time_range.zone)
    return render.retention(period, found)


def steps_of(texts: Sequence[str], find: FindSaved) -> tuple[tuple[Term, ...], ...]:
    """The terms of each step; UserErrors name the step."""
    return tuple(_step(number, text, find) for number, text in enumerate(texts, start=1))


def _step(number: int, text: str, find: FindSaved) -> tuple[Term, ...]:
    try:
        terms = filter.parse(text, find)
    except UserError as error:
        raise UserError(error.code, f"steps: step {number}: {error.message}") from error
    if not terms:
        raise UserError("bad_parameter", f"steps: step {number} is empty")
    return terms


def window_of(text: str) -> int:
    """Milliseconds; UserError(`bad_parameter`)."""
    found = _WINDOW.fullmatch(text)
    length = int(found[1]) * _UNITS[found[2]] if found else 0
    if not MINUTE <= length <= 90 * DAY:
        raise UserError(
            "bad_parameter", f"window: {text[:100]!r} is not a duration from 1m to 90d, such as 30m, 12h or 7d"
        )
    return length
