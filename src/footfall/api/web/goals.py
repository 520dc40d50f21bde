"""The endpoint about the project's goals: conversions, rate and revenue."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from footfall.api.parameters import CHECKED
from footfall.api.web import examples, render, schema, toplists
from footfall.api.web.comparing import ParsedCompared
from footfall.api.web.parse import PREFIX, TAGS, Filter
from footfall.errors import UserError
from footfall.model.saved import Goal
from footfall.query import conversions, filter  # noqa: A004 - the module is named after what it parses
from footfall.query.ast import Term

router = APIRouter(prefix=PREFIX, tags=TAGS, dependencies=CHECKED)

Json = dict[str, Any]


@router.get(
    "/goals",
    summary="Conversions of the project's goals",
    response_model=schema.ConvertedGoals,
    response_model_exclude_unset=True,
    responses=examples.GOALS,
    operation_id="web_goals",
)
def goals(query: ParsedCompared, chosen: Filter, *, compare: toplists.Compare = False) -> Json:
    """For each goal the events that match it, their visitors, the share of all visitors, and revenue."""
    named, previous = chosen.by_name.goals, query.previous if compare else None
    found = conversions.report(query.store, query.base, [_terms(goal) for goal in named], previous)
    return render.goals(named, found, compare=compare)


def _terms(goal: Goal) -> tuple[Term, ...]:
    """A filter that was saved may name what a later version does not know."""
    try:
        return filter.parse(goal.filter)
    except UserError as error:
        raise UserError(error.code, f"goal {goal.name!r}: {error.message}") from error
