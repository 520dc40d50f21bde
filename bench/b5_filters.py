"""B5: questions with one and three filter terms through the web surface, against statements written by hand.

Both ask the same store, in one process, in turn; their figures are compared first. The surface's time includes parsing,
rendering and the ASGI call.
"""

from __future__ import annotations

from typing import Any

from bench.bars import Bar, Work
from bench.harness import Result, engine, make_project, median, wait_quiet

DAYS = 61
"""Enough for 30 days and the 30 before."""


def run(work: Work) -> Result:
    with work.directory() as folder:
        data = folder / "data"
        make_project(data)
        filling = engine("fill", data, work.scale.asked, work.scale.asked // 20, DAYS)
        wait_quiet(work.scale.quiet)
        found: dict[str, Any] = engine("compare", data, work.scale.runs)
    ratios = {name: case["ratio"] for name, case in found["cases"].items()}
    return {
        "worst_ratio": max(ratios.values()),
        "median_ratio": round(median(list(ratios.values())), 2),
        "over": sorted(name for name, ratio in ratios.items() if ratio > 1.5),
        "cases": found["cases"],
        "events": work.scale.asked,
        "filling": filling,
    }


BAR = Bar(
    name="B5",
    what="a filtered question against the best statement written by hand",
    bar="≤ 1.5 x",
    run=run,
    figure=lambda r: f"{r['median_ratio']} x (worst {r['worst_ratio']} x, {len(r['over'])} of {len(r['cases'])} over)",
    met=lambda r: not r["over"],
)
