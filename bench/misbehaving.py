"""What a project does that spares nobody: `python -m bench.misbehaving WAY URL TOKEN SHARE`, until it is ended.

Writes a line once all is prepared. Each way but `elsewhere` is one that used to hold up every project of a server.
"""

from __future__ import annotations

import hashlib
import http.client
import itertools
import json
import os
import random
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from footfall.clock import DAY

_BATCH = 100
_PAUSE = 0.2
_YEARS_27 = 27 * 365 * DAY
_EXPORT = "/api/web-events/bad/export?format=ndjson&range=24h"


@dataclass(frozen=True)
class Target:
    """The server, the token of the project `bad`, and the share of a misbehaviour's full size."""

    url: str
    token: str
    share: float

    def count(self, full: int, least: int = 2) -> int:
        return max(least, round(full * self.share))

    def connected(self) -> socket.socket:
        parts = urlsplit(self.url)
        return socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60)

    def head(self, method: str, path: str, more: str = "") -> bytes:
        return f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n{more}\r\n".encode()

    def asked(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            found = answer.read()
        finally:
            connection.close()
        return answer.status, found

    def batch(self, events: list[dict[str, Any]], visitor: str) -> None:
        status, _ = self.asked("POST", "/api/v1/analytics/batch", {"events": events, "client_id": visitor})
        if status not in {200, 429, 503}:
            raise RuntimeError(f"a batch was answered {status}")

    def wait_counted(self, events: int) -> None:
        """Until so many are: what only prepares a misbehaviour is not measured."""
        while json.loads(self.asked("GET", "/api/v1/analytics/stats")[1])["total_events"] < events:
            time.sleep(_PAUSE)


Step = Callable[[], object]
"""Repeated by several threads."""

Way = Callable[[Target], tuple[int, Step]]
"""Prepares, and says how many threads repeat what."""


def idle(target: Target) -> tuple[int, Step]:
    """12,000 connections that say nothing."""
    held = [target.connected() for _ in range(target.count(12_000))]

    def step() -> None:
        time.sleep(len(held))  # they stay open as long as something knows of them

    return 1, step


def unfinished(target: Target) -> tuple[int, Step]:
    """100 bodies of 10 MB for an endpoint that finds its token in the body, which never end."""

    def step() -> None:
        head = b"POST /api/log-request HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        with target.connected() as client, suppress(OSError):
            client.sendall(head + b'Content-Length: 10000000\r\n\r\n{"x": "')
            for _ in range(9):
                client.sendall(b"x" * 1_000_000)
            time.sleep(5)

    return target.count(100), step


def search(target: Target) -> tuple[int, Step]:
    """Six searches at once whose text almost fits, all over 12,000 long URLs."""
    events = target.count(12_000, _BATCH)
    for first in range(0, events, _BATCH):
        urls = [f"https://a.example/{'a' * 1_900}{number}" for number in range(first, first + _BATCH)]
        target.batch([_event("page_view", page_url=url) for url in urls], f"v{first}")
    target.wait_counted(events)
    numbers = itertools.count()

    def step() -> None:
        text = quote(f"search:{'a' * 900}b{next(numbers)}")
        target.asked("GET", f"/api/web-events/bad/kpis?range=24h&filter={text}")

    return 6, step


def exports(target: Target) -> tuple[int, Step]:
    """Eight exports of 20,000 events, which are read at a kilobyte a second."""
    events = target.count(20_000, _BATCH)
    for first in range(0, events, _BATCH):
        target.batch([_event("page_view", page_url=f"https://a.example/{n}") for n in range(_BATCH)], f"v{first}")
    target.wait_counted(events)

    def step() -> None:
        with target.connected() as client, suppress(OSError):
            client.sendall(target.head("GET", _EXPORT))
            while client.recv(1_000):
                time.sleep(1)
        time.sleep(0.1)

    return 8, step


def visitor(target: Target) -> tuple[int, Step]:
    """One visitor, half of whose events name a session."""
    numbers = itertools.count()

    def step() -> None:
        sessions: tuple[dict[str, str], ...] = ({}, {"session_id": f"s{next(numbers) % 7}"})
        target.batch([_event("user_action", **sessions[n % 2]) for n in range(_BATCH)], "the one")

    return 2, step


def ages(target: Target) -> tuple[int, Step]:
    """Bodies whose events are of 27 years."""
    now = time.time_ns() // 1_000_000
    dice = random.Random(1)
    return 1, lambda: target.batch(
        [_event("page_view") | {"timestamp": now - dice.randrange(_YEARS_27)} for _ in range(_BATCH)], "old"
    )


def labels(target: Target) -> tuple[int, Step]:
    """Names of events and properties that never come again."""
    numbers = itertools.count()

    def event() -> dict[str, Any]:
        number = next(numbers)
        return _event("user_action") | {"event_name": f"name-{number}", "properties": {f"key-{number}": number}}

    return 2, lambda: target.batch([event() for _ in range(_BATCH)], "labels")


def elsewhere(_: Target) -> tuple[int, Step]:
    """Computes on all processors and asks the server nothing: what the machine alone costs those beside it."""
    block = bytes(1 << 20)
    return os.cpu_count() or 1, lambda: hashlib.sha512(block)  # which lets other threads run meanwhile


WAYS: Mapping[str, Way] = {
    way.__name__: way for way in (idle, unfinished, search, exports, visitor, ages, labels, elsewhere)
}


def _event(category: str, **more: str) -> dict[str, Any]:
    return {"event_name": "bad", "category": category} | more


def main() -> None:
    way, url, token, share = sys.argv[1:]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    threads, step = WAYS[way](Target(url, token, float(share)))

    def repeat() -> None:
        while True:
            try:
                step()
            except OSError:  # refused, or closed by the server
                time.sleep(0.1)

    for _ in range(threads):
        threading.Thread(target=repeat, daemon=True).start()
    print("misbehaves", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
