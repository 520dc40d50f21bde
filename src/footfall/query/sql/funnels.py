"""Funnels: per visitor, a fold over the events that are steps, in their order."""

from __future__ import annotations

from footfall.catalog.columns import FULL_ID_HI
from footfall.query.ast import Funnel
from footfall.query.plan import FunnelByTime
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import conditions, sliced, where
from footfall.query.sql.shapes import MILLIS, in_order

LEVELS = ("level", "visitors")
BY_TIME = (*LEVELS, "tied")


def funnel(query: Funnel, binder: Binder) -> str:
    """In order of time and id: an event is a tuple that ends with the steps that it is."""
    visitors = _visitors(query, in_order("steps"), binder)
    level = _level(query, "arrayMap(event -> event.1, events)", "arrayMap(event -> event.4, events)", binder)
    return f"SELECT {level} AS c0, count() AS c1 FROM ({visitors}) GROUP BY c0"


def funnel_by_time(query: FunnelByTime, binder: Binder) -> str:
    """An event is one number, its time before the steps that it is: in order, and half of what else would be read.

    Of two events in one millisecond it doesn't tell which came first.
    """
    asked, most = query.asked, binder.number(query.most)
    unit = 1 << len(asked.steps)
    visitors = _visitors(asked, f"arraySort(groupArray(toUInt64({MILLIS}) * {unit} + steps))", binder)
    times = f"arrayMap(event -> toInt64(intDiv(event, {unit})), events)"
    level = _level(asked, times, f"arrayMap(event -> event % {unit}, events)", binder)
    tied = f"countEqual(arrayDifference({times}), 0) > 1"  # the first difference is always 0
    found = f"SELECT visitor, {tied} AS tied, if(tied, 0, {level}) AS level FROM ({visitors})"
    shown = f"level AS c0, countIf(NOT tied) AS c1, groupArrayIf({most})(visitor, tied) AS c2"
    return f"SELECT {shown} FROM ({found}) GROUP BY c0"


def _visitors(query: Funnel, events: str, binder: Binder) -> str:
    """Each visitor's steps as bits of one number, and the events of those who took the first and the second."""
    steps = [" AND ".join(conditions(step, binder)) or "1" for step in query.steps]
    bits = " + ".join(f"bitShiftLeft(toUInt64({step}), {place})" for place, step in enumerate(steps))
    rows = [where(query.base, binder), f"({' OR '.join(steps)})", *sliced(query.slice, binder)]
    found = f"SELECT visitor, timestamp, {FULL_ID_HI}, id_lo, {bits} AS steps FROM events WHERE {' AND '.join(rows)}"
    of_both = f"if(bitAnd(taken, 3) = 3, {events}, [])"
    return f"SELECT visitor, groupBitOr(steps) AS taken, {of_both} AS events FROM ({found}) GROUP BY visitor"


def _level(query: Funnel, times: str, steps: str, binder: Binder) -> str:
    """A fold whose n-th place holds the latest start of a chain of n steps: how many have one is the level.

    Every place is computed from the places before the event, so an event never takes two steps. The factors are 0 or 1:
    conditions would take longer.
    """
    window = binder.number(query.window)
    places = ["if(bitTest(step, 0), time, starts.1)"]
    for place in range(1, len(query.steps)):
        before = f"starts.{place}"
        reached = f"{before} * bitTest(step, {place}) * (time - {before} <= {window})"
        places.append(f"greatest(starts.{place + 1}, {reached})")
    none = f"({', '.join('toInt64(0)' for _ in query.steps)})"
    chains = f"arrayFold((starts, time, step) -> ({', '.join(places)}), {times}, {steps}, {none})"
    # Naming the places of the tuple one by one would fold as often.
    return f"toUInt8(greatest(bitTest(taken, 0), tupleHammingDistance({chains}, {none})))"
