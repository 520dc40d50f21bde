"""B4: every reading endpoint over every range, by HTTP, against a count of the range's rows by the engine, in turn."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.asking import Answer, Asked, asked
from bench.bars import Bar, Work
from bench.endpoints import RANGES, SHORT, Endpoint, chosen
from bench.harness import Peak, Result, run, wait_quiet
from bench.scale import Scale
from footfall.catalog.tables import Table

_PATIENCE = 30_000.0
"""Milliseconds that a cell may take altogether before it is left with the samples that it has."""

_LEAST = 3


def enough(times: Sequence[float]) -> bool:
    """Whether a cell is left with these samples, in milliseconds."""
    return sum(times) > _PATIENCE and len(times) >= _LEAST


@dataclass
class _Cell:
    """One endpoint over one range."""

    endpoint: Endpoint
    named: str
    times: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    timing: str = ""

    def add(self, answer: Answer) -> None:
        if answer.status == 200:
            self.times.append(answer.millis)
            self.cpu.append(answer.cpu)
            self.timing = answer.timing
        else:
            self.errors.append(f"{answer.status} {answer.body.decode(errors='replace'):.300}")

    @property
    def done(self) -> bool:
        return bool(self.errors) or enough(self.times)

    def result(self, reference: float) -> Result:
        found: Result = {"samples": len(self.times), "errors": self.errors[:1], "timing": self.timing}
        if self.times:
            found |= {
                "p50": round(quantile(self.times, 0.5), 1),
                "p95": round(quantile(self.times, 0.95), 1),
                "max": round(max(self.times), 1),
                "cpu_p50": round(quantile(self.cpu, 0.5), 1),
            }
        bar = allowed(self.endpoint, RANGES[self.named], reference)
        met = bool(self.times) and not self.errors and found["p95"] <= bar
        return found | {"bar": round(bar), "met": met}


def allowed(endpoint: Endpoint, length: int, reference: float) -> float:
    """Milliseconds at p95: the bar's own figure, or a share of the reference on a slower machine, from 30 days on."""
    limit = endpoint.limit
    own = limit.short if length <= SHORT else limit.long
    if length < SHORT or math.isinf(limit.ratio):
        return own
    return max(own, limit.ratio * reference)


def quantile(times: Sequence[float], share: float) -> float:
    """The least value that at least this share of the values does not exceed."""
    return sorted(times)[max(0, math.ceil(share * len(times)) - 1)]


def measure(work: Work) -> Result:
    data = prepared(work)
    wait_quiet(work.scale.quiet)
    with asked(data) as server, Peak(server.process.pid) as peak:
        found = cells(server, work.scale, work.ranges or work.scale.ranges, work.endpoints)
    return found | {"peak_bytes": peak.bytes, "data": str(data)}


def prepared(work: Work, rows: int = 0) -> Path:
    """The directory of `--data`, or one that is made for this run; with `rows` one with so many events."""
    if work.kept is not None and not rows:
        return work.kept
    rows = rows or work.scale.asked
    data = work.root / f"rows-{rows}"
    if data not in work.made:
        run(
            *(sys.executable, "-m", "bench", "data", data),
            *("--events", str(rows), "--requests", str(rows // 5), "--logs", str(rows // 5)),
        )
        work.made.add(data)
    return data


def cells(server: Asked, scale: Scale, ranges: Sequence[str], endpoints: Sequence[str] = ()) -> Result:
    """Milliseconds of every cell, range by range; within one, endpoints and reference take turns."""
    found: dict[str, Result] = {}
    references: Result = {}
    for named in ranges:
        row, times = _range(server, scale, named, endpoints)
        references[named] = times
        for cell in row:
            result = cell.result(times["p95"])
            found.setdefault(cell.endpoint.name, {})[named] = result
            _tell(cell, result)
    return {
        "rows": {name: server.rows(name) for name in ("events", "requests", "logs")},
        "reference": references,
        "cells": found,
        "over": sorted(
            f"{name} {named}" for name, row in found.items() for named, cell in row.items() if not cell["met"]
        ),
    }


def _range(server: Asked, scale: Scale, named: str, endpoints: Sequence[str]) -> tuple[list[_Cell], dict[str, float]]:
    length = RANGES[named]
    cells = [_Cell(each, named) for each in chosen(server, named, endpoints)]
    counts: list[float] = []
    for turn in range(scale.warm + scale.samples):
        if turn == scale.warm:
            counts.clear()
            for cell in cells:
                cell.times.clear()
                cell.cpu.clear()
        counts.append(server.sql(_count(server, length))["millis"])
        for cell in cells:
            if not cell.done:
                cell.add(cell.endpoint.ask(server, named))
    times = {"p50": round(quantile(counts, 0.5), 1), "p95": round(quantile(counts, 0.95), 1)}
    print(f"{named}: count {times['p50']} ms, p95 {times['p95']} ms", flush=True)
    return cells, times


def _count(server: Asked, length: int) -> str:
    end = server.now
    within = f"timestamp >= fromUnixTimestamp64Milli({end - length}) AND timestamp < fromUnixTimestamp64Milli({end})"
    return (
        f"SELECT count() FROM {Table.EVENTS} WHERE project_id = 1 AND {within} AND traffic = 'human'"  # noqa: S608 - numbers
        " SETTINGS optimize_use_projections = 0, use_query_condition_cache = 0"
    )


def _tell(cell: _Cell, found: Result) -> None:
    times = f"p50 {found['p50']:>8} p95 {found['p95']:>8} cpu {found['cpu_p50']:>8}" if cell.times else "no answer"
    mark = "" if found["met"] else f"  over {found['bar']}"
    error = f"  {found['errors'][0]}" if found["errors"] else ""
    print(f"  {cell.endpoint.name:24} {cell.named:>4} {times}{mark}{error:.200}  {cell.timing}".rstrip(), flush=True)


def _figure(found: Result) -> str:
    cells = [cell for row in found["cells"].values() for cell in row.values()]
    failed = sum(1 for cell in cells if cell["errors"])
    return f"{len(cells) - len(found['over'])} of {len(cells)} within the bar, {failed} failed"


BAR = Bar(
    name="B4",
    what="every reading endpoint over 24h, 7d, 30d, 12m and all, p95",
    bar="≤ 100 ms to 30d, ≤ 250 ms beyond; flows, locations, funnel, retention, engagement ≤ 400 ms, ≤ 1.5 s",
    run=measure,
    figure=_figure,
    met=lambda found: not found["over"],
)
