"""`python -m bench run` measures the bars, `python -m bench profile` says where B1 and B2 spend their time."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from bench import (
    b1_single,
    b2_batches,
    b3_access_log,
    b5_filters,
    b7_storage,
    b8_memory,
    b9_start,
    b10_tracker,
    b12_sdk,
    b13_network,
    b14_logs,
    b15_collect,
    b16_dashboard,
    report,
)
from bench.bars import Bar, Work
from bench.harness import BENCH, run
from bench.profiles import profile
from bench.scale import FULL, SMOKE

BARS: dict[str, Bar] = {
    module.BAR.name: module.BAR
    for module in (
        b1_single,
        b2_batches,
        b3_access_log,
        b5_filters,
        b7_storage,
        b8_memory,
        b9_start,
        b10_tracker,
        b12_sdk,
        b13_network,
        b14_logs,
        b15_collect,
        b16_dashboard,
    )
}


def main() -> None:
    options = _parser().parse_args()
    if not (shutil.which("wrk") and shutil.which("goaccess")):
        run("bash", BENCH / "tools.sh")
    scale = (SMOKE if options.smoke else FULL).times(options.scale)
    if options.runs:
        scale = replace(scale, runs=options.runs)
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        work = Work(scale, Path(folder), options.data)
        if options.command == "profile":
            profile(work)
        else:
            _measure(work, options.only or list(BARS), options.out)


def _measure(work: Work, names: list[str], out: Path) -> None:
    machine = report.conditions(work.scale)
    results = []
    for bar in (BARS[name] for name in names):
        found = bar.run(work)
        print(f"{bar.name}: {bar.figure(found)}  (bar: {bar.bar})", flush=True)
        results.append((bar, found))
        table = report.write(out, machine, results)
    print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what docs/performance.md names.")
    parser.add_argument("command", choices=("run", "profile"))
    parser.add_argument("--only", type=_names, help="bars, separated by commas; all of them where left out")
    parser.add_argument("--smoke", action="store_true", help="a few seconds of each: fails on errors, never on time")
    parser.add_argument("--scale", type=float, default=1.0, help="factor of all row counts")
    parser.add_argument("--runs", type=int, help="paired repetitions; 5 where left out, 1 in the smoke run")
    parser.add_argument(
        "--data", type=_directory, help="where B5's events are kept for further runs; nowhere if left out"
    )
    parser.add_argument("--out", type=Path, default=BENCH / "results", help="where latest.json and latest.md go")
    return parser


def _directory(text: str) -> Path:
    path = Path(text).resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def _names(text: str) -> list[str]:
    names = text.upper().split(",")
    unknown = [name for name in names if name not in BARS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(BARS)}")
    return names


if __name__ == "__main__":
    main()
