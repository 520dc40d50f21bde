"""How one project fares while another one misbehaves, in each known way: `python -m bench fairness`.

The other project sends an event at a time, asks for figures, and goes on with both until the first is counted: while
the server has nothing else to do, then beside the misbehaviour, in a process of its own (bench/misbehaving.py).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.harness import ROOT, Process, Server, cpu_seconds, environment, opened_meta, start

FRESH_SECONDS = 3.0
TIMES = 2.0
"""The bar: freshness within so many seconds, p95 of reading and of acknowledgements within so many times."""

_PATIENCE = 120.0
_PAUSE = 0.05
_READING = "/api/web-events/good/kpis"


@dataclass(frozen=True)
class Size:
    """Seconds of each measurement, and the share of the misbehaviour's full size."""

    seconds: float = 20.0
    share: float = 1.0


SMOKE = Size(0.5, 0.01)


@dataclass
class Fared:
    """Milliseconds of each acknowledgement and each answer, seconds until each event was counted."""

    acknowledged: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    fresh: list[float] = field(default_factory=list)
    refused: int = 0
    cpu: float = 0.0

    def figures(self) -> dict[str, float]:
        return {
            "fresh_s": round(max(self.fresh, default=0), 2),
            "read_p95_ms": p95(self.read),
            "ack_p95_ms": p95(self.acknowledged),
            "samples": len(self.fresh),
            "ack_samples": len(self.acknowledged),
            "read_samples": len(self.read),
            "refused": self.refused,
            "cpu_s": round(self.cpu, 2),
        }


def p95(values: Sequence[float]) -> float:
    return round(sorted(values)[int(0.95 * (len(values) - 1))], 1) if values else 0.0


Measured = dict[str, dict[str, dict[str, float]]]
"""By way, then `alone` and `beside`."""


def measure(folder: Path, size: Size, ways: Sequence[str]) -> Measured:
    data = folder / "data"
    data.mkdir(mode=0o700)
    with opened_meta(data) as meta:
        tokens = {}
        for name in ("good", "bad"):
            meta.create_project(name)
            tokens[name], _ = meta.create_token(name, ["ingest", "read"], [name], None)
    found = {}
    with start(data) as process:
        good, bad = (Server(process, tokens[name], "") for name in ("good", "bad"))
        with httpx.Client(base_url=process.url, timeout=_PATIENCE, trust_env=False) as client:
            client.headers["authorization"] = f"Bearer {good.token}"
            _fare(process, client, min(size.seconds, 2.0))  # the first answers take longer
            for way in ways:
                alone = _fare(process, client, size.seconds)
                with _misbehaving(way, bad, size):
                    beside = _fare(process, client, size.seconds)
                found[way] = {"alone": alone.figures(), "beside": beside.figures()}
                print(f"{way}: {found[way]}", flush=True)
                _settle(good)
    return found


def _fare(process: Process, client: httpx.Client, seconds: float) -> Fared:
    fared = Fared()
    until, before = time.monotonic() + seconds, cpu_seconds(process.pid)
    total = _total(client)
    while time.monotonic() < until:
        sent = time.monotonic()
        if not _acknowledged(client, fared):
            time.sleep(_PAUSE)
            continue
        total = awaited = total + 1
        _read(client, fared)
        while _total(client) < awaited and time.monotonic() < sent + _PATIENCE:
            time.sleep(_PAUSE)
            total += _acknowledged(client, fared)  # events are counted in order, so the one that is awaited comes first
            _read(client, fared)
        fared.fresh.append(time.monotonic() - sent)
    fared.cpu = cpu_seconds(process.pid) - before
    return fared


def _acknowledged(client: httpx.Client, fared: Fared) -> bool:
    """Send an event."""
    sent = time.monotonic()
    answer = client.post("/api/v1/analytics", json={"event_name": "seen", "client_id": f"{sent}"})
    if answer.status_code != 200:
        fared.refused += 1
        return False
    fared.acknowledged.append(1000 * (time.monotonic() - sent))
    return True


def _read(client: httpx.Client, fared: Fared) -> None:
    """Ask for figures that no answer was kept of."""
    asked = time.monotonic()
    answer = client.get(_READING, params={"range": "24h", "filter": f"!path:/{asked}"})
    fared.read.append(1000 * (time.monotonic() - asked))
    fared.refused += answer.status_code != 200


def _total(client: httpx.Client) -> int:
    answer = client.get("/api/v1/analytics/stats")
    return int(answer.json()["total_events"]) if answer.status_code == 200 else 0


@contextmanager
def _misbehaving(way: str, server: Server, size: Size) -> Iterator[None]:
    command = [sys.executable, "-m", "bench.misbehaving", way, server.process.url, server.token, str(size.share)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT)
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        if not process.stdout.readline():
            raise RuntimeError(f"{way} could not be prepared")
        yield
        if process.poll() is not None:
            raise RuntimeError(f"{way} ended by itself")
    finally:
        process.kill()
        process.wait()


def _settle(server: Server) -> None:
    """Until nothing waits of what the misbehaviour left."""
    until = time.monotonic() + _PATIENCE
    while server.metrics()["footfall_spool_waiting"] and time.monotonic() < until:
        time.sleep(0.2)


def table(found: Measured) -> str:
    """One line a way; what misses the bar is marked."""
    head = "| way | fresh after | alone | figures, p95 | times alone | acknowledged, p95 | times alone | refused |"
    return "\n".join(
        [head, "|" + "---|" * 8, *(_line(way, sides["alone"], sides["beside"]) for way, sides in found.items())]
    )


def _line(way: str, alone: Mapping[str, float], beside: Mapping[str, float]) -> str:
    cells = [way, _marked(beside["fresh_s"], FRESH_SECONDS, " s"), f"{alone['fresh_s']} s"]
    for name in ("read_p95_ms", "ack_p95_ms"):
        times = round(beside[name] / alone[name], 1) if alone[name] else 0.0
        cells += [f"{beside[name]} ms", _marked(times, TIMES)]
    return f"| {' | '.join([*cells, str(beside['refused'])])} |"


def _marked(value: float, most: float, unit: str = "") -> str:
    return f"{value}{unit}" if value <= most else f"**{value}{unit}**"
