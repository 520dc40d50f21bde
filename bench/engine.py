"""What needs the embedded engine, a command to a process: `python -m bench.engine COMMAND DATA …` prints JSON."""

from __future__ import annotations

import cProfile
import io
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from bench import alone, network
from bench.events import raw_events
from footfall.catalog.columns import stored
from footfall.catalog.tables import Table
from footfall.clock import system_clock
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.model.raw import EventRows
from footfall.pipeline.rows import arrow
from footfall.settings import Settings
from footfall.spool.protocol import Submission
from footfall.spool.sqlite import SqliteSpool
from footfall.store.clickhouse import open_store
from footfall.store.protocol import Store

BLOCK = 100_000
TABLES = ("events", "sessions", "requests")
_RECORD = 1_000  # events of one group commit


@contextmanager
def _opened(data: Path) -> Iterator[Store]:
    store = open_store(Settings(data=data))
    try:
        store.migrate()
        yield store
    finally:
        store.close()


def count(data: Path) -> dict[str, int]:
    """Rows by table; of sessions, those that stand."""
    with _opened(data) as store:
        found = {table: store.query(f"SELECT count() FROM {table}").scalar for table in ("events", "requests")}  # noqa: S608 - literals
        return found | {"sessions": store.query("SELECT sum(sign) FROM sessions").scalar}


# B2: the same rows, without everything that Footfall does before the insert.


def export(data: Path, target: str) -> dict[str, int]:
    """The rows of `events` as Arrow files of 100,000, in the order of their arrival."""
    columns = ", ".join("toString(event_type) AS event_type" if n == "event_type" else n for n in stored(Table.EVENTS))
    with _opened(data) as store:
        batches = [row[0] for row in store.query("SELECT DISTINCT batch FROM events ORDER BY batch").rows]
        sql = f"SELECT {columns} FROM events WHERE batch = {{batch:UInt64}} ORDER BY timestamp, full_id_hi, id_lo"  # noqa: S608 - a closed list
        frames = [pl.read_ipc(io.BytesIO(store.arrow(sql, {"batch": batch}))) for batch in batches]
    rows = pl.concat([frame.with_columns(pl.col(pl.Categorical, pl.Binary).cast(pl.String)) for frame in frames])
    for number, block in enumerate(rows.iter_slices(BLOCK)):
        (Path(target) / f"{number:04d}.arrow").write_bytes(arrow(block))
    return {"rows": len(rows)}


def insert(data: Path, source: str) -> dict[str, float]:
    """Insert such files into a fresh store: rows and seconds."""
    blocks = [path.read_bytes() for path in sorted(Path(source).glob("*.arrow"))]
    with _opened(data) as store:
        started = time.perf_counter()
        for number, block in enumerate(blocks):
            store.insert("events", block, token=f"raw:{number}")
        seconds = time.perf_counter() - started
        return {"rows": store.query("SELECT count() FROM events").scalar, "seconds": seconds}


# The most that a machine can do.


def parts(data: Path, way: str, bodies: str, token: str) -> dict[str, float]:
    """What a way in takes by itself, by part."""
    return alone.measure(data, alone.WAYS[way], Path(bodies), token)


# B7: a month of a busy site.


class _Watch:
    """Adds up what the drain says."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.failures = 0

    def step(self, name: str, seconds: float) -> None:
        self.seconds[name] += seconds  # type: ignore[assignment]  # a counter of floats

    def drained(self, table: str, rows: int) -> None:
        """Counted in the store."""

    def failed(self, stage: str) -> None:
        del stage
        self.failures += 1


def fill(data: Path, events: str, visitors: str, days: str = "30", profile: str = "") -> dict[str, Any]:
    """Put made-up events through spool and drain; seconds by step. `profile`: a file for what cProfile saw of it."""
    watch = _Watch()
    profiler = cProfile.Profile() if profile else None
    draining = 0.0
    with _opened(data) as store:
        (data / "spool").mkdir(exist_ok=True)
        spool = SqliteSpool(data / "spool" / "bench.db", clock=system_clock, capacity=10 * BLOCK, keep_seconds=0)
        drain = Drain(lambda: [("bench", spool)], store, Journal(data / "drain"), watch)
        for block in raw_events(int(events), int(visitors), system_clock(), BLOCK, int(days)):
            for first in range(0, len(block), _RECORD):
                spool.append([Submission(EventRows(1, system_clock(), block[first : first + _RECORD]))])
            if profiler:
                profiler.enable()
            started = time.perf_counter()
            while spool.state().waiting:
                drain.drain_once()
            draining += time.perf_counter() - started
            if profiler:
                profiler.disable()
        spool.remove()
    if profiler:
        profiler.dump_stats(profile)
    steps = {name: round(seconds, 2) for name, seconds in watch.seconds.most_common()}
    return {"events": int(events), "seconds": round(draining, 2), "steps": steps, "failures": watch.failures}


# B13: requests of a week, ten breakdowns at once and one by one.


def requests(data: Path, count: str) -> dict[str, Any]:
    """Put made-up requests of the last 7 days into the store, merge them, and count the hours that are over."""
    with _opened(data) as store:
        return network.fill(store, int(count))


def breakdowns(data: Path, runs: str) -> dict[str, Any]:
    """The surface's answer and ten breakdowns by hand, in turn: seconds of each."""
    with _opened(data) as store:
        return network.compare(store, int(runs))


def sizes(data: Path) -> dict[str, Any]:
    """Bytes on disk by table and column, as the engine left the parts and after it has merged them all."""
    with _opened(data) as store:
        _wait(store, "SELECT count() FROM system.merges")
        left = _parts(store)
        for table in TABLES:
            store.command(f"OPTIMIZE TABLE {table} FINAL")
        return {
            "events": store.query("SELECT count() FROM events").scalar,
            "sessions": store.query("SELECT sum(sign) FROM sessions").scalar,
            "visitors": store.query("SELECT uniqExact(visitor) FROM events").scalar,
            "as_left": left,
            "merged": _parts(store),
            "directory_bytes": _directories(store),
            "columns": _columns(store),
        }


def _directories(store: Store) -> int:
    """What the file system says of the active parts; those that were merged into them go eight minutes later."""
    paths = store.query("SELECT path FROM system.parts WHERE active AND database = currentDatabase()").rows
    return sum(file.stat().st_blocks * 512 for (path,) in paths for file in Path(path).iterdir())


def _parts(store: Store) -> dict[str, dict[str, int]]:
    found = store.query(
        "SELECT table, count() AS parts, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts"
        " WHERE active AND database = currentDatabase() GROUP BY table ORDER BY table"
    )
    return {row.pop("table"): row for row in found.dicts()}


def _columns(store: Store) -> list[dict[str, Any]]:
    return store.query(
        "SELECT table, column, sum(column_bytes_on_disk) AS bytes, sum(column_data_uncompressed_bytes) AS uncompressed"
        " FROM system.parts_columns WHERE active AND database = currentDatabase() AND table IN ('events', 'sessions')"
        " GROUP BY table, column ORDER BY bytes DESC, table, column"
    ).dicts()


def _wait(store: Store, sql: str) -> None:
    """Until a count is 0, for at most ten minutes."""
    until = time.monotonic() + 600
    while store.query(sql).scalar:
        if time.monotonic() > until:
            raise RuntimeError(f"still not 0: {sql}")
        time.sleep(0.2)


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "count": count,
    "export": export,
    "insert": insert,
    "parts": parts,
    "fill": fill,
    "sizes": sizes,
    "requests": requests,
    "breakdowns": breakdowns,
}

if __name__ == "__main__":
    command, directory, *rest = sys.argv[1:]
    print(json.dumps(COMMANDS[command](Path(directory), *rest)))
