"""B3: an access log to queryable rows, against GoAccess on the same file."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

from bench.bars import Bar, Work
from bench.harness import Result, engine, footfall, make_project, paired
from bench.harness import run as execute
from bench.logs import write_log


def run(work: Work) -> Result:
    with work.directory() as folder:
        log = folder / "access.log"
        described = write_log(log, work.scale.lines)
        told: dict[str, int] = {}
        found = paired(
            work.scale.runs,
            work.scale.quiet,
            lambda _: _import(log, folder / "data", told),
            lambda _: _goaccess(log, folder / "report.json", told),
        )
    version = execute("goaccess", "--version").splitlines()[0]
    return found | {"log": described, "rows": told, "goaccess": version}


def _import(log: Path, data: Path, told: dict[str, int]) -> float:
    """Lines per second of the command's whole run, its start included."""
    shutil.rmtree(data, ignore_errors=True)
    make_project(data)
    started = time.perf_counter()
    output = footfall("import", "access-log", log, "--project", "bench", "--data", data)
    seconds = time.perf_counter() - started
    counts = engine("count", data)
    told |= {"imported": counts["requests"], "sessions": counts["sessions"], "rejected": _rejected(output)}
    return _rate(log, told["imported"] + told["rejected"], seconds)


def _rejected(output: str) -> int:
    found = re.search(r"([\d,]+) rejected", output)
    return int(found[1].replace(",", "")) if found else 0


def _goaccess(log: Path, report: Path, told: dict[str, int]) -> float:
    started = time.perf_counter()
    execute("goaccess", log, "--log-format=COMBINED", "--no-progress", "-o", report)
    seconds = time.perf_counter() - started
    general = json.loads(report.read_text())["general"]
    told |= {"goaccess_valid": general["valid_requests"], "goaccess_failed": general["failed_requests"]}
    return _rate(log, general["total_requests"], seconds)


def _rate(log: Path, lines: int, seconds: float) -> float:
    with log.open("rb") as file:
        expected = sum(1 for _ in file)
    if lines != expected:
        raise RuntimeError(f"{lines} of {expected} lines were read")
    return lines / seconds


BAR = Bar(
    name="B3",
    what="access log to queryable rows, against GoAccess",
    bar="≥ 2 times its lines/s",
    run=run,
    figure=lambda r: f"{r['median']:,} lines/s, GoAccess {r['against_median']:,}: {r['ratio']:.2f} times",
    met=lambda r: r["ratio"] >= 2,
)
