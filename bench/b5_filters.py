"""B5: queries with one and three filter terms through the web surface, against statements written by hand.

Both ask the same store, in one process, in turn; their figures are compared first. The surface's time includes parsing,
rendering and the ASGI call.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from bench.bars import Bar, Work
from bench.harness import BENCH, ROOT, Result, engine, make_project, median, wait_quiet

DAYS = 62
"""Enough for 30 days and the 30 before."""

_MOST = 1.5


def run(work: Work) -> Result:
    events = work.scale.asked
    data, filling = work.made(f"asked-{events}-{_shape()}", lambda data: _fill(data, events))
    wait_quiet(work.scale.quiet)
    found: dict[str, Any] = engine("compare", data, work.scale.runs, work.scale.step, *work.scale.ranges)
    ratios = {name: case["ratio"] for name, case in found["cases"].items()}
    return {
        "worst_ratio": max(ratios.values()),
        "median_ratio": round(median(list(ratios.values())), 2),
        "cpu_median_ratio": round(median([case["cpu_ratio"] for case in found["cases"].values()]), 2),
        "over": sorted(name for name, ratio in ratios.items() if ratio > _MOST),
        "cases": found["cases"],
        "events": events,
        "filling": filling,
    }


def _fill(data: Path, events: int) -> Result:
    make_project(data)
    return engine("fill", data, events, events // 20, DAYS) | {"parts": engine("merge", data)}


def _shape() -> str:
    """Changes with what the rows are made of and with the tables: rows that were kept are of no use then."""
    files = [BENCH / "events.py", BENCH / "shop.py", *sorted(ROOT.glob("src/footfall/store/*/migrations/*.sql"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


BAR = Bar(
    name="B5",
    what="a filtered query against the best statement written by hand",
    bar="≤ 1.5 x",
    run=run,
    figure=lambda r: f"{r['median_ratio']} x (worst {r['worst_ratio']} x, {len(r['over'])} of {len(r['cases'])} over)",
    met=lambda r: not r["over"],
)
