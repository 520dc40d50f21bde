"""B11: open dashboards, each of which refreshes its panels every ten seconds, beside ingest at half of B2's rate.

Both are about the same project. The offered rate is half of what the same sender, alone, gets accepted and queryable.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from bench.asking import Asked, asked
from bench.b2_batches import PATH
from bench.b4_reading import prepared, quantile
from bench.bars import Bar, Work
from bench.copies import copied
from bench.endpoints import WEB
from bench.events import BATCH, write_batches
from bench.harness import Peak, Result, wait_quiet
from bench.pacing import send
from footfall.clock import HOUR

PANELS = (
    *("kpis", "timeseries", "top-pages", "top-referrers", "top-entry-pages", "top-exit-pages"),
    *("top-countries", "top-browsers", "top-os", "top-devices", "custom-events", "top-flows"),
)
RANGES = ("24h", "24h", "7d", "30d")
"""Of the dashboards, in turn."""

_EVERY = 10.0
_CONNECTIONS = 6
"""A browser's, to one host."""

_DRAIN_SECONDS = 120.0
_SPAN = 7 * HOUR
"""Events that are sent lie in the last six hours."""
_FASTEST = 200_000
"""Events per second that are ready to be sent while the rate is measured."""


def run(work: Work) -> Result:
    data = prepared(work)
    seconds = work.scale.dashboard_seconds
    with copied(data, work.root) as copy, asked(copy) as server, Peak(server.process.pid) as peak:
        bodies = work.root / "bodies"
        write_batches(bodies, int(_FASTEST * seconds / 6), server.now)
        wait_quiet(work.scale.quiet)
        alone = ingest(server, bodies, seconds / 6)
        offered = alone["queryable_per_second"] / 2
        write_batches(bodies, int(1.1 * offered * seconds), server.now)
        quiet = asyncio.run(_dashboards(server, work.scale.dashboards, seconds / 3))
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(ingest, server, bodies, seconds, offered)
            beside = asyncio.run(_dashboards(server, work.scale.dashboards, seconds))
            loaded = sending.result()
    return {
        "alone": alone,
        "panels_alone": quiet,
        "offered_per_second": round(offered),
        "ingest": loaded,
        "panels": beside,
        "share_of_offered": round(loaded["queryable_per_second"] / offered, 3),
        "peak_bytes": peak.bytes,
        "rows": server.rows("events"),
    }


def ingest(server: Asked, bodies: Path, seconds: float, rate: float = 0) -> Result:
    """Events per second that were accepted, and until the last of them could be queried."""
    since = server.now - _SPAN
    before = _total(server, since)
    started = time.perf_counter()
    token = server.manifest["token"]
    found = send(server.process.url + PATH, token, bodies, seconds=seconds, rate=rate / BATCH)
    expected = before + found["bodies"] * BATCH
    while (total := _total(server, since)) < expected:
        if time.perf_counter() - started > seconds + _DRAIN_SECONDS:
            raise RuntimeError(f"{total - before} events can be queried, {expected - before} were accepted")
        time.sleep(0.2)
    elapsed = time.perf_counter() - started
    return found | {
        "events_per_second": round(found["per_second"] * BATCH),
        "queryable_per_second": round(found["bodies"] * BATCH / elapsed),
    }


def _total(server: Asked, since: int) -> int:
    recent = f"timestamp >= fromUnixTimestamp64Milli({since})"
    found: int = server.sql(f"SELECT count() FROM events WHERE project_id = 1 AND {recent}")["rows"][0][0]  # noqa: S608 - a number
    return found


async def _dashboards(server: Asked, count: int, seconds: float) -> Result:
    headers = dict(server.client.headers)
    until = time.perf_counter() + seconds
    limits = httpx.Limits(max_connections=count * _CONNECTIONS)
    async with httpx.AsyncClient(
        base_url=server.process.url, headers=headers, timeout=60, trust_env=False, limits=limits
    ) as client:
        boards = [_Dashboard(client, RANGES[number % len(RANGES)]) for number in range(count)]
        await asyncio.gather(*(board.run(number * _EVERY / count, until) for number, board in enumerate(boards)))
    times = [millis for board in boards for millis in board.times]
    errors = [error for board in boards for error in board.errors]
    return {
        "panels": len(times),
        "errors": len(errors),
        "first_error": errors[:1],
        **{f"p{share}": round(quantile(times, share / 100), 1) for share in (50, 95, 99) if times},
        "p95_by_range": {
            named: round(quantile(own, 0.95), 1)
            for named in dict.fromkeys(RANGES)
            if (own := [millis for board in boards if board.named == named for millis in board.times])
        },
    }


class _Dashboard:
    """Asks for all of its panels at once, over as many connections as a browser has."""

    def __init__(self, client: httpx.AsyncClient, named: str) -> None:
        self._client = client
        self.named = named
        self._free = asyncio.Semaphore(_CONNECTIONS)
        self.times: list[float] = []
        self.errors: list[str] = []

    async def run(self, after: float, until: float) -> None:
        await asyncio.sleep(after)
        while (began := time.perf_counter()) < until:
            await asyncio.gather(*(self._panel(name) for name in PANELS))
            await asyncio.sleep(max(0.0, min(_EVERY - (time.perf_counter() - began), until - time.perf_counter())))

    async def _panel(self, name: str) -> None:
        async with self._free:
            began = time.perf_counter()
            answer: Any = await self._client.get(f"{WEB}/{name}", params={"range": self.named})
            self.times.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                self.errors.append(f"{answer.status_code} {answer.text:.200}")


BAR = Bar(
    name="B11",
    what="50 open dashboards of 12 panels beside ingest at half rate: panels' p95, share of the offered events",
    bar="≤ 300 ms, ≥ 0.7, no error",
    run=run,
    figure=lambda r: (
        f"p95 {r['panels'].get('p95')} ms ({r['panels_alone'].get('p95')} without ingest), "
        f"{r['share_of_offered']} of {r['offered_per_second']:,} events/s, {r['panels']['errors']} errors"
    ),
    met=lambda r: r["panels"].get("p95", 1e9) <= 300 and r["share_of_offered"] >= 0.7 and not r["panels"]["errors"],
)
