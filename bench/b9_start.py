"""B9: from the start of the process to the first 200 of /readyz: new, empty, with the events of B7 or of `--data`.

Files that were read before are in the page cache: what is measured is the program, not the disk.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.asking import asked
from bench.bars import Bar, Work
from bench.data.filling import read_manifest
from bench.harness import Result, median, start, wait_quiet


def run(work: Work) -> Result:
    filled = None if work.kept else work.filled()[0]
    first: list[float] = []
    again: list[float] = []
    full: list[float] = []
    with work.directory() as folder:
        for _ in range(work.scale.runs):
            wait_quiet(work.scale.quiet)
            shutil.rmtree(folder / "data", ignore_errors=True)
            first.append(_start(folder / "data"))
            again.append(_start(folder / "data"))
            full.append(_start(filled) if filled else _kept(work))
    return {
        "first_seconds": round(median(first), 3),
        "again_seconds": round(median(again), 3),
        "full_seconds": round(median(full), 3),
        "values": {"first": _rounded(first), "again": _rounded(again), "full": _rounded(full)},
        "events": read_manifest(work.kept)["surfaces"]["events"]["rows"] if work.kept else work.scale.stored,
    }


def _start(data: Path) -> float:
    with start(data) as process:
        return process.start_seconds


def _kept(work: Work) -> float:
    assert work.kept is not None  # noqa: S101 - who calls this has looked
    with asked(work.kept) as server:
        return server.process.start_seconds


def _rounded(values: list[float]) -> list[float]:
    return [round(value, 3) for value in values]


BAR = Bar(
    name="B9",
    what="start of the process to its first answer: new, empty, with the events of B7 or of --data",
    bar="≤ 2 s empty, ≤ 4 s with 100 M events",
    run=run,
    figure=lambda r: f"{r['first_seconds']} s new, {r['again_seconds']} s empty, {r['full_seconds']} s with events",
    met=lambda r: max(r["first_seconds"], r["again_seconds"]) <= 2 and r["full_seconds"] <= 4,
)
