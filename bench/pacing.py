"""Sends prepared bodies at a steady rate, from a process of its own: `python -m bench.pacing` prints what became of it.

wrk can only send as fast as it can.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from bench.harness import Result, run

_THREADS = 8


def send(url: str, token: str, bodies: Path, *, seconds: float, rate: float = 0) -> Result:
    """Bodies per second for a while, each once; as many as the server takes where `rate` is 0."""
    command = [sys.executable, "-m", "bench.pacing", url, token, bodies, str(seconds), str(rate)]
    found: Result = json.loads(run(*command))
    return found


class _Sender:
    """The n-th body is due `n / rate` seconds after the start; a late one is sent at once."""

    def __init__(self, url: str, token: str, bodies: BinaryIO, seconds: float, rate: float) -> None:
        self._url = urlsplit(url)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._bodies = bodies
        self._rate = rate
        self._numbers: Iterator[int] = iter(count())
        self._lock = threading.Lock()
        self.started = time.perf_counter()
        self._until = self.started + seconds
        self.times: list[float] = []
        self.errors: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._url.hostname or "", self._url.port, timeout=60)
        while True:
            with self._lock:
                number, body = next(self._numbers), self._bodies.readline()
            due = self.started + number / self._rate if self._rate else time.perf_counter()
            if due > self._until or not body:
                return
            time.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            connection.request("POST", self._url.path, body, self._headers)
            answer = connection.getresponse()
            said = answer.read()
            self.times.append(1000 * (time.perf_counter() - began))
            if answer.status >= 300:
                self.errors.append(f"{answer.status} {said.decode(errors='replace'):.200}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pacing", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("bodies", type=Path)
    parser.add_argument("seconds", type=float)
    parser.add_argument("rate", type=float)
    options = parser.parse_args()
    with options.bodies.open("rb") as bodies:
        sender = _Sender(options.url, options.token, bodies, options.seconds, options.rate)
        threads = [threading.Thread(target=sender.run) for _ in range(_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    times = sorted(sender.times)
    accepted = len(times) - len(sender.errors)
    elapsed = time.perf_counter() - sender.started
    print(json.dumps({
        "bodies": accepted,
        "seconds": round(elapsed, 2),
        "per_second": round(accepted / elapsed, 1),
        "p95_ms": round(times[int(0.95 * (len(times) - 1))], 1) if times else None,
        "errors": len(sender.errors),
        "first_error": sender.errors[:1],
    }))  # fmt: skip


if __name__ == "__main__":
    main()
