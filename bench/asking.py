"""A client of the server under measurement: one connection, the time of every answer, statements for comparison."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from bench.data.filling import Manifest, read_manifest
from bench.harness import Process, Result, cpu_clock, free_port, serving
from bench.served import ALONE, KEEP, PATH
from footfall.clock import HOUR, MINUTE
from footfall.model.period import Period, iso

BEFORE_END = 6 * HOUR + 37 * MINUTE + 1_234
"""How long before the last row the server's clock starts: ranges end within a bucket, sessions cross their ends."""

_TIMEOUT = 120.0


@dataclass(frozen=True)
class Answer:
    """`millis` from the first byte sent to the last byte read; `cpu` of the server's processor time meanwhile."""

    status: int
    millis: float
    cpu: float
    body: bytes
    timing: str

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Asked:
    """A running server over data of `bench data`, and a connection to it."""

    process: Process
    client: httpx.Client
    manifest: Manifest
    started: float

    @property
    def now(self) -> int:
        """Unix milliseconds by the server's clock, to a second or so."""
        elapsed = 1000 * (time.monotonic() - self.started)
        return int(self.manifest["until"]) - BEFORE_END + round(elapsed)

    def rows(self, surface: str) -> int:
        return int(self.manifest["surfaces"].get(surface, {}).get("rows", 0))

    def get(self, path: str, params: Mapping[str, Any] | Sequence[tuple[str, Any]] = ()) -> Answer:
        clock = cpu_clock(self.process.pid)
        started, spent = time.perf_counter(), time.clock_gettime(clock)
        found = self.client.get(path, params=params)  # type: ignore[arg-type]  # both forms are allowed
        millis, cpu = 1000 * (time.perf_counter() - started), 1000 * (time.clock_gettime(clock) - spent)
        return Answer(found.status_code, millis, cpu, found.content, found.headers.get("server-timing", ""))

    def sql(self, statement: str) -> Result:
        """`rows`, and `millis` within the server; RuntimeError where it fails."""
        return self._post(PATH, statement)

    def keep(self) -> list[Result]:
        """`number` and `sql` of the statements that the last answer asked of the engine, to be run by `alone`."""
        found: list[Result] = self._post(KEEP, "")["statements"]
        return found

    def alone(self, number: int) -> Result:
        """What a kept statement takes by itself in the server: milliseconds as `bench.noted.Statement.alone` has them.

        RuntimeError where it fails.
        """
        return self._post(ALONE, str(number))

    def _post(self, path: str, content: str) -> Result:
        found = self.client.post(path, content=content)
        answer: Result = found.json()
        if found.status_code != 200:
            raise RuntimeError(f"{content:.200}: {answer['error']}")
        return answer

    @cached_property
    def visitor(self) -> str:
        """The name of a visitor who was seen shortly before now; "" where there are no events."""
        sql = "SELECT argMax(visitor_id, timestamp) FROM events WHERE project_id = 1 AND visitor_id != '' AND {}"
        before = f"timestamp < fromUnixTimestamp64Milli({self.now})"
        return str(self.sql(sql.format(before))["rows"][0][0])

    def span(self, length: int) -> dict[str, str]:
        """`from` and `to` of a range that ends now."""
        now = self.now  # a clock
        period = Period(now - length, now)
        return {"from": iso(period.start), "to": iso(period.end)}


@contextmanager
def asked(data: Path) -> Iterator[Asked]:
    manifest = read_manifest(data)
    if not manifest:
        raise RuntimeError(f"{data} was not made by `python -m bench data`")
    port = free_port()
    now = manifest["until"] - BEFORE_END
    command = [sys.executable, "-m", "bench.served", "--data", data, "--port", str(port), "--now", str(now)]
    with serving(command, port, data.with_suffix(".log"), "/readyz") as process:
        headers = {"authorization": f"Bearer {manifest['token']}"}
        with httpx.Client(base_url=process.url, headers=headers, timeout=_TIMEOUT, trust_env=False) as client:
            yield Asked(process, client, manifest, time.monotonic())
