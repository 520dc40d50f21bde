"""B14: proxy logs in bodies of 1,000, until they are acknowledged and until all can be queried."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import numpy as np

from bench.bars import Bar, Work
from bench.harness import Result, Server, footfall_server, median, wait_quiet, wrk
from footfall.clock import DAY, HOUR, MINUTE, system_clock

PATH = "/analytics/ingest"
BODY = 1_000
_CONNECTIONS = 4
_WAIT = 300.0


def run(work: Work) -> Result:
    acknowledged, queryable = [], []
    for _ in range(work.scale.runs):
        wait_quiet(work.scale.quiet)
        with work.directory() as folder:
            bodies = folder / "bodies"
            total = write_bodies(bodies, work.scale.logs, system_clock())
            with footfall_server(folder / "data") as server:
                rates = send(server, bodies, work.scale.logs, total)
        acknowledged.append(rates[0])
        queryable.append(rates[1])
    return {
        "logs": work.scale.logs,
        "acknowledged": [round(rate) for rate in acknowledged],
        "queryable": [round(rate) for rate in queryable],
        "median": round(median(acknowledged)),
        "queryable_median": round(median(queryable)),
    }


def write_bodies(path: Path, logs: int, now: int) -> int:
    """A file with the JSON body of 1,000 logs on each line; the sum of their counts."""
    random = np.random.default_rng(14)
    encode = msgspec.json.Encoder().encode
    total = 0
    with path.open("wb") as file:
        for first in range(0, logs, BODY):
            draws = random.integers(0, 1 << 30, (BODY, 6)).tolist()
            at = datetime.fromtimestamp((now - HOUR + first % (50 * MINUTE)) / 1000, UTC)
            rows = [_log(f"{at:%Y-%m-%d %H:%M:%S}", *draw) for draw in draws]
            total += sum(row["count"] for row in rows)  # type: ignore[misc]  # they are numbers
            file.write(encode({"logs": rows}) + b"\n")
    return total


def _log(ts: str, a: int, b: int, c: int, d: int, e: int, f: int) -> dict[str, object]:
    failed = f % 50 == 0
    return {
        "ts": ts, "user_id": a % 500, "order_id": a % 900, "port": 443, "protocol": "HTTPS",
        "ip_out": f"185.199.{b % 4}.{b % 250}", "ip_from": f"78.100.{c % 16}.{c % 250}", "peer_id": f"peer-{b % 64:03}",
        "worker": f"worker-{b % 16:02}", "domain": f"site-{d % 3_000}.example", "error": "timeout" if failed else "",
        "count": 1 + e % 40, "bytes_sent": e, "bytes_received": f, "error_count": int(failed),
        "duration_ms": d % 60_000, "max_concurrency": 1 + c % 20,
    }  # fmt: skip


def send(server: Server, bodies: Path, logs: int, total: int) -> tuple[float, float]:
    """Logs per second until all are acknowledged, and until all can be queried; RuntimeError where the sum differs."""
    started = time.perf_counter()
    wrk(
        server.process.url + PATH, "batch.lua", bodies, logs // BODY,
        connections=_CONNECTIONS, seconds=900, token=server.token,
    )  # fmt: skip
    acknowledged = time.perf_counter() - started
    while (found := _total(server)) < total and time.perf_counter() - started < _WAIT:
        time.sleep(0.1)
    if found != total:
        raise RuntimeError(f"the logs' counts add up to {found}, {total} were sent")
    return logs / acknowledged, logs / (time.perf_counter() - started)


def _total(server: Server) -> int:
    now = system_clock()
    bounds = {"from": _iso(now - DAY), "to": _iso(now + MINUTE)}
    answer = httpx.get(
        f"{server.process.url}/analytics/requests",
        params=bounds,
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=60,
    )
    return sum(int(point["total_count"]) for point in answer.raise_for_status().json()["data"])


def _iso(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat()


BAR = Bar(
    name="B14",
    what="proxy logs in bodies of 1,000, acknowledged",
    bar="≥ 200,000 logs/s",
    run=run,
    figure=lambda r: f"{r['median']:,} logs/s, {r['queryable_median']:,} until queryable",
    met=lambda r: r["median"] >= 200_000,
)
