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

_BIG = " SETTINGS max_bytes_before_external_group_by = 450000000"


def funnel(query: Funnel, binder: Binder) -> str:
    """In order of time and id: an event is a tuple that ends with the steps that it is."""
    visitors = _visitors(query, in_order("steps"), binder)
    chains = _chains(query, "event.1", "event.4", binder)
    return (
        f"SELECT {_level(query)} AS c0, count() AS c1 FROM (SELECT taken, {chains} FROM ({visitors})) GROUP BY c0{_BIG}"
    )


def funnel_by_time(query: FunnelByTime, binder: Binder) -> str:
    """An event is one number, its time before the steps that it is: in order, and half of what else would be read.

    Of two different steps in one millisecond it doesn't tell which came first.
    """
    asked, most = query.asked, binder.number(query.most)
    unit = 1 << len(asked.steps)
    visitors = _visitors(asked, f"arraySort(groupArray(toUInt64({MILLIS}) * {unit} + steps))", binder)
    chains = _chains(asked, f"toInt64(intDiv(event, {unit}))", "event", binder)
    tied = (
        "arrayExists((event, before) -> event != before AND"
        f" intDiv(event, {unit}) = intDiv(before, {unit}), events, arrayPopBack(arrayPushFront(events, 0)))"
    )
    found = f"SELECT visitor, taken, {chains}, {tied} AS tied FROM ({visitors})"
    return (
        f"SELECT if(tied, 0, {_level(asked)}) AS c0, count() AS c1, groupArrayIf({most})(visitor, tied) AS c2"
        f" FROM ({found}) GROUP BY c0{_BIG}"
    )


def _visitors(query: Funnel, events: str, binder: Binder) -> str:
    """Each visitor's steps as bits of one number, and the events of those who took the first and the second."""
    steps = [" AND ".join(conditions(step, binder)) or "1" for step in query.steps]
    bits = " + ".join(f"bitShiftLeft(toUInt64({step}), {place})" for place, step in enumerate(steps))
    rows = [where(query.base, binder), f"({' OR '.join(steps)})", *sliced(query.slice, binder)]
    found = f"SELECT visitor, timestamp, {FULL_ID_HI}, id_lo, {bits} AS steps FROM events WHERE {' AND '.join(rows)}"
    of_both = f"if(bitAnd(taken, 3) = 3, {events}, [])"
    return f"SELECT visitor, groupBitOr(steps) AS taken, {of_both} AS events FROM ({found}) GROUP BY visitor"


def _chains(query: Funnel, time: str, steps: str, binder: Binder) -> str:
    """The n-th place holds the latest start of a chain of n steps.

    Every place is computed from the places before the event, so an event never takes two steps.
    """
    window = binder.number(query.window)
    places = [f"if(bitTest({steps}, 0), {time}, starts.1)"]
    for place in range(1, len(query.steps)):
        before, own = f"starts.{place}", f"starts.{place + 1}"
        reached = f"bitTest({steps}, {place}) AND {before} > 0 AND {time} - {before} <= {window}"
        places.append(f"if({reached}, greatest({own}, {before}), {own})")
    none = ", ".join("toInt64(0)" for _ in query.steps)
    return f"arrayFold((starts, event) -> ({', '.join(places)}), events, ({none})) AS chains"


def _level(query: Funnel) -> str:
    further = " + ".join(f"(chains.{place} > 0)" for place in range(2, len(query.steps) + 1))
    return f"toUInt8(bitTest(taken, 0) + {further})"
