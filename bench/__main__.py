"""`python -m bench run` measures the bars on rows that `data` makes; `profile` and `statements` say where time goes."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from bench import (
    b1_single,
    b2_batches,
    b3_access_log,
    b4_reading,
    b5_filters,
    b6_growth,
    b7_storage,
    b8_memory,
    b9_start,
    b10_tracker,
    b11_dashboards,
    b12_sdk,
    b13_network,
    b14_logs,
    b15_collect,
    b16_dashboard,
    fairness,
    growth,
    limits,
    plots,
    recorded,
    report,
    statements,
)
from bench.alone import WAYS as WRITING
from bench.bars import Bar, Work
from bench.data.filling import UNTIL, Wanted, fill
from bench.endpoints import ENDPOINTS, RANGES
from bench.harness import BENCH, run
from bench.misbehaving import WAYS
from bench.profiles import profile
from bench.scale import FULL, SMOKE
from footfall.clock import DAY
from footfall.model.period import iso, parse_instant, to_millis
from footfall.runtime.logs import configure_logging
from footfall.settings import Settings

BARS: dict[str, Bar] = {
    module.BAR.name: module.BAR
    for module in (
        b1_single,
        b2_batches,
        b3_access_log,
        b4_reading,
        b5_filters,
        b6_growth,
        b7_storage,
        b8_memory,
        b9_start,
        b10_tracker,
        b11_dashboards,
        b12_sdk,
        b13_network,
        b14_logs,
        b15_collect,
        b16_dashboard,
    )
}

_MEMORY = 6_000_000_000
"""Bytes that the engine may use while rows are made."""


def main() -> None:
    options = _parser().parse_args()
    configure_logging("warning")
    commands = {
        "growth": _growth,
        "data": _data,
        "fairness": _fairness,
        "limits": _limits,
        "plot": lambda _: print(*plots.write(), sep="\n"),
        "statements": _statements,
    }
    commands.get(options.command, _run)(options)


def _install_tools() -> None:
    if not (shutil.which("wrk") and shutil.which("goaccess")):
        run("bash", BENCH / "tools.sh")


def _run(options: argparse.Namespace) -> None:
    _install_tools()
    scale = (SMOKE if options.smoke else FULL).times(options.scale)
    scale = replace(scale, runs=options.runs or scale.runs)
    if options.samples:  # a quick look
        scale = replace(scale, samples=options.samples, quiet=0.0)
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        work = Work(scale, Path(folder), options.data, options.against, options.ranges, options.endpoints)
        if options.command == "profile":
            profile(work)
        else:
            _measure(work, options.only or tuple(BARS), options.out, options.record)


def _growth(options: argparse.Namespace) -> None:
    load = growth.Load(options.events_a_year, options.peak, options.growth)
    print(growth.table(growth.simulate(load, options.years)))


def _data(options: argparse.Namespace) -> None:
    wanted = Wanted(options.until, options.events, options.requests, options.logs)
    settings = Settings(data=options.directory.resolve(), store_url="", meta_url="", store_memory=_MEMORY)
    try:
        print(json.dumps(fill(settings, wanted)["surfaces"]))
    except ValueError as error:
        raise SystemExit(str(error)) from error


def _fairness(options: argparse.Namespace) -> None:
    size = fairness.SMOKE if options.smoke else fairness.Size(seconds=options.seconds)
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        found = fairness.measure(Path(folder), size, options.only or tuple(WAYS))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "fairness.json").write_text(json.dumps(found, indent=1))
    print(fairness.table(found))


def _limits(options: argparse.Namespace) -> None:
    _install_tools()
    scale = (SMOKE if options.smoke else FULL).times(options.scale)
    machine = report.conditions(scale)
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        found = limits.measure(Work(scale, Path(folder)), options.only or tuple(WRITING))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "limits.json").write_text(json.dumps(machine | {"limits": found}, indent=1) + "\n")
    print(limits.table(found))


def _statements(options: argparse.Namespace) -> None:
    scale = SMOKE if options.smoke else replace(FULL, samples=statements.SAMPLES)
    scale = replace(scale, samples=options.samples or scale.samples)
    machine = report.conditions(scale)
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        work = Work(scale, Path(folder), options.data, ranges=options.ranges, endpoints=options.endpoints)
        found = statements.measure(work)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "statements.json").write_text(json.dumps(machine | found, indent=1) + "\n")


def _measure(work: Work, names: tuple[str, ...], out: Path, label: str | None) -> None:
    machine = report.conditions(work.scale)
    results = []
    for bar in (BARS[name] for name in names):
        found = bar.run(work)
        print(f"{bar.name}: {bar.figure(found)}  (bar: {bar.bar})", flush=True)
        results.append((bar, found))
        table = report.write(out, machine, results)
        if label and bar.name == b4_reading.BAR.name:
            print(recorded.keep(label, machine, found))
    print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what docs/performance.md names.")
    commands = parser.add_subparsers(dest="command", required=True)
    _run_options(commands.add_parser("run", help="measure the bars"))
    _run_options(commands.add_parser("profile", help="where B1 and the drain spend their time, by function"))
    commands.add_parser("plot", help="write the plots of docs/performance from what is recorded")
    grown = commands.add_parser("growth", help="a model of parts, merges, spool and disk over years")
    grown.add_argument("--events-a-year", type=_count, default=1_000_000_000, help="events of the first year")
    grown.add_argument("--years", type=int, default=3)
    grown.add_argument("--peak", type=float, default=3.0, help="the busiest hour, in averages")
    grown.add_argument("--growth", type=float, default=1.5, help="events of a year, in those of the year before")
    fair = commands.add_parser("fairness", help="how a project fares beside one that misbehaves, in each known way")
    fair.add_argument("--only", type=_among(WAYS), help=f"of {', '.join(WAYS)}")
    fair.add_argument("--smoke", action="store_true", help="a moment of each, small")
    fair.add_argument("--seconds", type=float, default=20.0, help="of each measurement; 20 where left out")
    fair.add_argument("--out", type=Path, default=BENCH / "results", help="where fairness.json goes")
    most = commands.add_parser("limits", help="what each part of writing takes by itself, and the rate that allows")
    most.add_argument("--only", type=_among(WRITING, str.upper), help=f"of {', '.join(WRITING)}")
    most.add_argument("--smoke", action="store_true", help="a moment of each, small")
    most.add_argument("--scale", type=float, default=1.0, help="factor of all row counts")
    most.add_argument("--out", type=Path, default=BENCH / "results", help="where limits.json goes")
    asked = commands.add_parser("statements", help="what answers ask of the engine, and what it takes for that alone")
    _cells_options(asked)
    asked.add_argument("--samples", type=int, help=f"of each endpoint and range; {statements.SAMPLES} where left out")
    asked.add_argument("--smoke", action="store_true", help="a moment of each, over few rows that are made for it")
    asked.add_argument("--out", type=Path, default=BENCH / "results", help="where statements.json goes")
    made = commands.add_parser("data", help="fill a directory with rows to measure, once")
    made.add_argument("directory", type=Path, metavar="DIR", help="a data directory, new or made by this command")
    made.add_argument("--events", type=_count, default=100_000_000, help="events over 12 months")
    made.add_argument("--requests", type=_count, default=0, help="requests of the tracking and network surfaces")
    made.add_argument("--logs", type=_count, default=0, help="logs of the proxy surface")
    made.add_argument("--until", type=_midnight, default=UNTIL, help=f"a date, at whose begin they end ({iso(UNTIL)})")
    return parser


def _run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", type=_among(BARS, str.upper), help="bars, separated by commas; all where left out")
    parser.add_argument("--smoke", action="store_true", help="a few seconds of each: fails on errors, never on time")
    parser.add_argument("--scale", type=float, default=1.0, help="factor of all row counts")
    parser.add_argument("--runs", type=int, help="paired repetitions; 5 where left out, 1 in the smoke run")
    parser.add_argument(
        "--samples",
        type=int,
        help="of each endpoint and range in B4 and B6, without waiting for an idle machine; 50 where left out",
    )
    _cells_options(parser)
    parser.add_argument("--against", type=_directory, help="what `bench data` made with fewer rows, for B6")
    parser.add_argument("--record", choices=recorded.LABELS, help="keep what B4 finds in bench/measured, for the docs")
    parser.add_argument("--out", type=Path, default=BENCH / "results", help="where latest.json and latest.md go")


def _cells_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=_directory, help="what `bench data` made, for what reads: B4 to B7, B9, B11, `statements`"
    )
    parser.add_argument("--ranges", type=_among(RANGES), default=(), help=f"ranges of B4: {', '.join(RANGES)}")
    names = _among([each.name for each in ENDPOINTS])
    parser.add_argument("--endpoints", type=names, default=(), help="endpoints of B4, by name")


def _directory(text: str) -> Path:
    path = Path(text).resolve()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no directory: make it with `python -m bench data`")
    return path


def _among(known: Collection[str], spelled: Callable[[str], str] = str) -> Callable[[str], tuple[str, ...]]:
    def names(text: str) -> tuple[str, ...]:
        found = tuple(spelled(name) for name in text.split(","))
        unknown = [name for name in found if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
        return found

    return names


def _count(text: str) -> int:
    """`100_000_000`, `100M`, `1B` or `100k`."""
    factor = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}.get(text[-1:].lower(), 1)
    return int(float(text[:-1] if factor > 1 else text) * factor)


def _midnight(text: str) -> int:
    found = to_millis(parse_instant(text))
    if found % DAY:
        raise argparse.ArgumentTypeError(f"{text} is not a midnight in UTC")
    return found


if __name__ == "__main__":
    main()
