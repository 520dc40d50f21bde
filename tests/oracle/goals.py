"""Conversions: for each goal, the matching events, their visitors and their share of all. Histories earn nothing."""

from __future__ import annotations

from typing import Any

from tests.oracle import filters
from tests.oracle.intake import Event
from tests.oracle.query import Query, compared, share, visitors
from tests.oracle.saved import GOALS

Json = dict[str, Any]


def goals(query: Query) -> Json:
    everybody = len(visitors(query.events()))
    return {"items": [goal(query, name, everybody) for name in GOALS], "visitors": everybody}


def goal(query: Query, name: str, everybody: int) -> Json:
    found = converted(query, name)
    item: Json = {"name": name, "filter": GOALS[name], "visitors": len(visitors(found)), "count": len(found)}
    item["rate"] = share(item["visitors"], everybody)
    if query.compares:
        past = query.previous()
        before = None if past is None else converted(past, name)
        item |= compared(len(found), None if before is None else len(before))
        item["prev_visitors"] = None if before is None else len(visitors(before))
    return item


def converted(query: Query, name: str) -> list[Event]:
    terms = filters.parse(GOALS[name])
    return [event for event in query.events() if filters.holds(query.site, terms, event)]
