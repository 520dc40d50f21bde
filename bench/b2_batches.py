"""B2: batches of 100 until the last event can be queried, against inserts of the rows that came of them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from bench.bars import Bar, Work
from bench.events import BATCH, write_batches
from bench.harness import Peak, Result, Server, cpu_seconds, engine, footfall_server, median, paired, wrk
from footfall.clock import system_clock

PATH = "/api/v1/analytics/batch"


def run(work: Work) -> Result:
    with work.directory() as folder:
        side = _Sides(folder, work.scale.events)
        trials = side.trials(work.scale.trial_connections, work.scale.trial_events)
        side.connections = max(trials, key=trials.__getitem__)
        # The rows to insert are those that Footfall has stored just before.
        found = paired(work.scale.runs, work.scale.quiet, side.footfall, side.raw, swap=False)
    return found | {
        "events": side.events,
        "connections": side.connections,
        "trials": {str(count): round(rate) for count, rate in trials.items()},
        "acknowledged": round(median(side.acknowledged)),
        "cpu_micros": round(median(side.cpu) / side.events * 1e6, 2),
        "peak_bytes": side.peak,
        "drain_steps": side.steps,
    }


class _Sides:
    """Both sides of a pair, in directories of their own."""

    def __init__(self, folder: Path, events: int) -> None:
        self._folder = folder
        self.events = events
        self.connections = 1
        self.peak = 0
        self.cpu: list[float] = []
        self.acknowledged: list[float] = []
        self.steps: dict[str, float] = {}

    def trials(self, connections: tuple[int, ...], events: int) -> dict[int, float]:
        """Events per second by number of connections; where there is no choice, nothing is tried."""
        if len(connections) == 1:
            return {connections[0]: 0.0}
        whole, self.events = self.events, events
        found = {}
        for self.connections in connections:
            found[self.connections] = self.footfall(0)
        self.events = whole
        self.cpu.clear()
        self.acknowledged.clear()
        return found

    def footfall(self, _: int) -> float:
        data, bodies = self._folder / "data", self._folder / "bodies"
        shutil.rmtree(data, ignore_errors=True)
        lines = write_batches(bodies, self.events, system_clock())
        with footfall_server(data) as server:
            server.total_events()  # the first answer of its kind compiles what the others reuse
            before = cpu_seconds(server.process.pid)
            with Peak(server.process.pid) as peak:
                acknowledged, rate = send(server, bodies, lines, self.connections)
            self.peak = max(self.peak, peak.bytes)
            self.acknowledged.append(acknowledged)
            self.cpu.append(cpu_seconds(server.process.pid) - before)
            self.steps = server.steps()
        return rate

    def raw(self, _: int) -> float:
        rows, fresh = self._folder / "rows", self._folder / "fresh"
        for folder in (rows, fresh):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        engine("export", self._folder / "data", rows)
        found = engine("insert", fresh, rows)
        if found["rows"] != self.events:
            raise RuntimeError(f"{found['rows']} rows were inserted, {self.events} were stored")
        return float(found["rows"] / found["seconds"])


def send(server: Server, bodies: Path, lines: int, connections: int) -> tuple[float, float]:
    """Events per second, from the first request until all are acknowledged, and until all can be queried."""
    before = server.total_events()
    started = time.perf_counter()
    wrk(
        server.process.url + PATH, "batch.lua", bodies, lines,
        connections=connections, seconds=900, token=server.token,
    )  # fmt: skip
    acknowledged = time.perf_counter() - started
    server.wait_total(before + lines * BATCH)
    return lines * BATCH / acknowledged, lines * BATCH / (time.perf_counter() - started)


BAR = Bar(
    name="B2",
    what="batches of 100 until queryable, against raw inserts of the same rows",
    bar="≥ 15 % of its rows/s, and ≥ 100,000 events/s",
    run=run,
    figure=lambda r: f"{r['median']:,} events/s, raw {r['against_median']:,} rows/s: {r['ratio']:.1%}",
    met=lambda r: r["ratio"] >= 0.15 and r["median"] >= 100_000,
)
