"""Properties of events, funnels, and visitor retention."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, NoReturn

from tests.oracle import filters
from tests.oracle.filters import Term, property_text
from tests.oracle.intake import Event, Visitor
from tests.oracle.moments import DAY, HOUR, MINUTE, begin, buckets, iso
from tests.oracle.query import Params, Query, Refused, share, visitors

Json = dict[str, Any]
UNITS = {"m": MINUTE, "h": HOUR, "d": DAY}


def properties(query: Query) -> Json:
    """Top-level properties that are not null, by number of events; and the values of each."""
    events = query.events()
    names = Counter(name for event in events for name, value in event.properties.items() if value is not None)
    values = query.number("values", 10, 1)
    items = []
    ranked = [name for name, _ in most_first(names)]
    for name in query.part(ranked):
        having = [event for event in events if event.properties.get(name) is not None]
        found = Counter(property_text(event.properties, [name]) or "" for event in having)
        top = most_first(found)[: min(values, 100)]
        items.append(
            {
                "name": name,
                "count": names[name],
                "visitors": len(visitors(having)),
                "values": [{"value": value, "count": times} for value, times in top],
            }
        )
    return {"items": items} | ({"total": len(query.searched(ranked))} if query.switched_on("totals") else {})


def most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def funnel(query: Query) -> Json:
    """How many visitors take the steps in order, within a window from the first one."""
    steps = query.params.get("steps", ())
    if not 2 <= len(steps) <= 8:
        raise Refused(400, "steps")
    terms = [read_step(step) for step in steps]
    window = read_window(query.params)
    events: dict[Visitor, list[Event]] = {}
    for event in query.events():
        events.setdefault(event.visitor, []).append(event)
    reached = [depth_reached(query, found, terms, window) for found in events.values()]
    numbers = [sum(depth >= place for depth in reached) for place in range(1, len(steps) + 1)]
    items = []
    for place, (step, number) in enumerate(zip(steps, numbers, strict=True)):
        before = numbers[place - 1] if place else number
        items.append(
            {
                "filter": step,
                "visitors": number,
                "conversion": share(number, numbers[0]),
                "step_conversion": share(number, before),
                "drop_off": before - number,
            }
        )
    return {"steps": items, "conversion": items[-1]["conversion"], "window": query.text("window", "7d")}


def read_step(text: str) -> tuple[Term, ...]:
    try:
        return filters.parse(text) or refuse_empty()
    except filters.BadFilter as fault:
        raise Refused(400, "steps", "" if fault.position is None else f"position {fault.position}") from fault


def refuse_empty() -> NoReturn:
    raise Refused(400, "steps", "empty")


def read_window(params: Params) -> int:
    text = params.get("window", ("7d",))[0]
    found = re.fullmatch(r"([0-9]+)([mhd])", text)
    length = int(found[1]) * UNITS[found[2]] if found else 0
    if not MINUTE <= length <= 90 * DAY:
        raise Refused(400, "window", text)
    return length


def depth_reached(query: Query, events: list[Event], terms: list[tuple[Term, ...]], window: int) -> int:
    """The most steps that a visitor took, whichever event is the first."""
    return max((steps_from(query, events[place:], terms, window) for place in range(len(events))), default=0)


def steps_from(query: Query, events: list[Event], terms: list[tuple[Term, ...]], window: int) -> int:
    """The number of steps taken if the first of `events` takes the first; the next match takes each further one."""
    depth = 0
    for event in events:
        within = event.at - events[0].at <= window
        if depth < len(terms) and within and filters.holds(query.site, terms[depth], event):
            depth += 1
        elif not depth:
            return 0
    return depth


def retention(query: Query) -> Json:
    """Visitors by the bucket of their first event, by the clocks of the zone, and how many return in later ones."""
    period = query.text("period", "day")
    if period not in {"day", "week", "month"}:
        raise Refused(400, "period", period)
    edges = buckets(period, query.start, query.end, query.zone)
    if len(edges) > 400:
        raise Refused(400, "400")
    first: dict[Visitor, Event] = {}
    for event in query.over(0, query.end).events():
        first.setdefault(event.visitor, event)
    seen: dict[int, set[Visitor]] = {edge: set() for edge in edges}
    for event in query.events():
        seen[begin(period, event.at, query.zone)].add(event.visitor)
    items = []
    for place, edge in enumerate(edges):
        cohort = {
            visitor
            for visitor, event in first.items()
            if event.at >= query.start and begin(period, event.at, query.zone) == edge
        }
        returned = [len(cohort & seen[later]) for later in edges[place:]]
        items.append(
            {
                "cohort": iso(edge),
                "visitors": len(cohort),
                "returned": returned,
                "retention": [share(number, len(cohort)) for number in returned],
            }
        )
    return {"period": period, "items": items}
