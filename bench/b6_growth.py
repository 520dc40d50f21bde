"""B6: the same queries of ten times as many rows, on two servers in turn, and how fast events are taken by each."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from bench.asking import Asked, asked
from bench.b4_reading import prepared
from bench.b11_dashboards import ingest
from bench.bars import Bar, Work
from bench.copies import copied
from bench.endpoints import LIGHT, WEB_ENDPOINTS, Endpoint
from bench.events import write_batches
from bench.harness import Result, wait_quiet
from bench.scale import Scale

_FACTOR = 10


def run(work: Work) -> Result:
    large = prepared(work)
    small = work.against or prepared(work, work.scale.asked // _FACTOR)
    wait_quiet(work.scale.quiet)
    light = [each for each in WEB_ENDPOINTS if each.limit is LIGHT]
    endpoints = [each for each in WEB_ENDPOINTS if each.name in work.endpoints] or light[:: work.scale.step]
    with asked(small) as one, asked(large) as other:
        rows = [one.rows("events"), other.rows("events")]
        cells = {
            f"{endpoint.name} {named}": _compare(endpoint, named, (one, other), work.scale)
            for named in work.ranges or work.scale.ranges
            for endpoint in endpoints
        }
    rates = [_rate(work, data) for data in (small, large)]
    ratios = [cell["ratio"] for cell in cells.values()]
    return {
        "rows": rows,
        "cells": cells,
        "median_ratio": round(median(ratios), 2),
        "worst_ratio": max(ratios),
        "over": sorted(name for name, cell in cells.items() if not cell["ratio"] <= 1.5),
        "ingest": rates,
        "ingest_ratio": round(rates[1] / rates[0], 2),
    }


def _compare(endpoint: Endpoint, named: str, sides: tuple[Asked, Asked], scale: Scale) -> Result:
    """Medians of both in milliseconds; a failure counts as endless."""
    times: tuple[list[float], list[float]] = ([], [])
    warm = min(scale.warm, 1)
    for turn in range(warm + scale.samples):
        for server, own in zip(sides, times, strict=True):
            answer = endpoint.ask(server, named)
            if turn >= warm:
                own.append(answer.millis if answer.status == 200 else float("inf"))
    small, large = (median(own) for own in times)
    return {"small_ms": round(small, 1), "large_ms": round(large, 1), "ratio": round(large / small, 2)}


def _rate(work: Work, data: Path) -> float:
    """Events per second until all can be queried."""
    seconds = work.scale.dashboard_seconds / 3
    bodies = work.root / "bodies"
    with copied(data, work.root) as copy, asked(copy) as server:
        write_batches(bodies, int(200_000 * seconds), server.now)
        return float(ingest(server, bodies, seconds)["queryable_per_second"])


BAR = Bar(
    name="B6",
    what="ten times as many rows: unfiltered answers over the same ranges, and ingest",
    bar="≤ 1.5 x the time, ≥ 0.9 x the rate",
    run=run,
    figure=lambda r: (
        f"{r['median_ratio']} x (worst {r['worst_ratio']} x, {len(r['over'])} of {len(r['cells'])} over), "
        f"ingest {r['ingest_ratio']} x"
    ),
    met=lambda r: not r["over"] and r["ingest_ratio"] >= 0.9,
)
