"""B5: queries with one and three filter terms through the web surface, against statements written by hand.

Both ask the same server by HTTP, in turn, about the same range, which is a little later each time; their figures are
compared first. By hand only the engine's time counts; the surface's includes parsing, rendering and the connection.
"""

from __future__ import annotations

from itertools import product
from statistics import median
from typing import Any

from bench.asking import Asked, asked
from bench.b4_reading import prepared
from bench.bars import Bar, Work
from bench.by_hand import CASES, FILTERS, Case, Filter, Rows, Span
from bench.endpoints import RANGES, SHORT, WEB
from bench.harness import Result, wait_quiet
from footfall.clock import SECOND
from footfall.model.period import iso

_MOST = 1.5
_SHORT_MS, _LONG_MS = 250, 1_500
_TOLERANCE = 0.03
"""By how much figures may differ: distinct visitors are counted approximately, by each side in its own way."""

_NAMED = ("30d", "12m")


def run(work: Work) -> Result:
    data = prepared(work)
    wait_quiet(work.scale.quiet)
    ranges = [named for named in work.ranges or work.scale.ranges if named in _NAMED]
    with asked(data) as server:
        cases = [
            (named, chosen, case)
            for named, chosen, case in list(product(ranges, FILTERS, CASES))[:: work.scale.step]
            if not work.endpoints or case.path.strip("/") in work.endpoints
        ]
        found = {
            f"{case.path or 'rows'} {named} {chosen.text}": _measure(server, case, chosen, named, work.scale.runs)
            for named, chosen, case in cases
        }
    ratios = [case["ratio"] for case in found.values() if case["ratio"]]
    return {
        "worst_ratio": max(ratios, default=0),
        "median_ratio": round(median(ratios or [0]), 2),
        "over": sorted(name for name, case in found.items() if not case["met"]),
        "cases": found,
        "events": server.rows("events"),
    }


def _measure(server: Asked, case: Case, chosen: Filter, named: str, runs: int) -> Result:
    """Milliseconds, medians; the ratio is the median of the pairs' ratios, by hand in the way that was the fastest."""
    length = RANGES[named]
    base = server.now

    def span(turn: int) -> Span:
        end = base + turn * SECOND
        return Span(end - length, end, chosen)

    surface: list[float] = []
    by_hand: list[list[float]] = []
    problems = []
    for turn in range(runs + 1):
        millis, answer = _surface(server, case, span(turn))
        hand = [_by_hand(server, statements) for statements in case.ways(span(turn))]
        if turn == 0:  # compares, and warms up
            problems = _differences(case, answer, [rows for _, rows in hand])
            continue
        surface.append(millis)
        by_hand.append([taken for taken, _ in hand])
    ways = [list(way) for way in zip(*by_hand, strict=True) if all(way)]
    best = min(ways, key=median, default=[])
    ratio = round(median([a / b for a, b in zip(surface, best, strict=False)]), 2) if best and all(surface) else 0
    found = {
        "surface_ms": round(median(surface), 1),
        "by_hand_ms": round(median(best), 1) if best else None,
        "ratio": ratio,
        "problems": problems,
    }
    met = not problems and all(surface) and _within(found, len(chosen.text.split()), length)
    print(f"  {case.path or 'rows':20} {named} {chosen.text[:44]:44} {found} {'' if met else 'over'}", flush=True)
    return found | {"met": met}


def _within(found: Result, terms: int, length: int) -> bool:
    if terms == 1:
        return bool(found["surface_ms"] <= (_SHORT_MS if length <= SHORT else _LONG_MS))
    return found["by_hand_ms"] is None or found["ratio"] <= _MOST


def _surface(server: Asked, case: Case, span: Span) -> tuple[float, Any]:
    """Milliseconds, 0 where it failed, and the figures or the error."""
    params = {"from": iso(span.start), "to": iso(span.end), "filter": span.filter.text}
    answer = server.get(WEB + case.path, params)
    if answer.status != 200:
        return 0.0, RuntimeError(f"{answer.status} {answer.body.decode(errors='replace'):.200}")
    return answer.millis, case.answer(answer.json())


def _by_hand(server: Asked, statements: list[str]) -> tuple[float, list[Rows] | RuntimeError]:
    try:
        answers = [server.sql(sql) for sql in statements]
    except RuntimeError as error:  # too much memory, say: then this way is none
        return 0.0, error
    return sum(answer["millis"] for answer in answers), [[tuple(row) for row in answer["rows"]] for answer in answers]


def _differences(case: Case, wanted: Any, hand: list[list[Rows] | RuntimeError]) -> list[str]:
    """Where the figures differ, comparing their times would be meaningless; a failure of the surface is one, too."""
    if isinstance(wanted, RuntimeError):
        return [str(wanted)]
    found = [case.figures(rows) for rows in hand if not isinstance(rows, RuntimeError)]
    return [f"the surface says {wanted!r:.200}, by hand {each!r:.200}" for each in found if not _alike(wanted, each)]


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(_alike(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= max(2, _TOLERANCE * max(abs(one), abs(other)))
    return bool(one == other)


BAR = Bar(
    name="B5",
    what="a filtered query over 30d and 12m, against the best statement written by hand",
    bar="one term ≤ 250 ms to 30d, ≤ 1.5 s beyond; three terms ≤ 1.5 x",
    run=run,
    figure=lambda r: f"{r['median_ratio']} x (worst {r['worst_ratio']} x, {len(r['over'])} of {len(r['cases'])} over)",
    met=lambda r: not r["over"],
)
