"""Parts of writing by themselves, in one process: the application without a server, the commit, the drain.

A process is for one way in: the embedded engine runs once in each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from bench import b1_single, b2_batches, b14_logs
from bench.echo import echo
from bench.events import BATCH, write_batches
from footfall.api.collector import create_collector
from footfall.api.metrics import Metrics
from footfall.clock import system_clock
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.meta import Drops, environment_over
from footfall.runtime.collecting import make_collecting
from footfall.runtime.parts import Parts, open_parts
from footfall.settings import Settings
from footfall.spool.spools import Spools
from footfall.store.clickhouse import open_store

WARM_UP = 10

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Way:
    """A way in: its path, the events of a request, how many requests at once, and the most events of a drained batch.

    `write` makes a file of about as many events, a body on each line; its arguments are the file, the events, and the
    site key. `headers` are those of a request, by its number.
    """

    path: str
    events: int
    connections: int
    batch: int
    write: Callable[[Path, int, str], None]
    headers: Callable[[int], Headers] = lambda _: []


def _single(path: Path, events: int, _: str) -> None:
    """As single.lua."""
    _write(
        path,
        (
            {
                "event_name": "product_viewed",
                "category": "page_view",
                "session_id": f"s-1-{number // 20}",
                "page_url": f"https://shop.example/products/{number % 1000}",
                "referrer": "https://www.example.org/search",
                "properties": {"plan": "professional", "seats": number % 50, "experiment": "checkout-b"},
                "priority": "medium",
                "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
            }
            for number in range(events)
        ),
    )


def _reports(path: Path, events: int, site_key: str) -> None:
    """As collect.lua."""
    _write(
        path,
        (
            {
                "k": site_key,
                "t": "pageview",
                "u": f"https://shop.example/products/{number % 1000}?utm_source=news&session={number}",
                "r": "https://www.example.org/search",
                "ti": f"Product {number % 1000}",
                "w": 1536,
                "l": "en-GB",
            }
            for number in range(events)
        ),
    )


def _browser(number: int) -> Headers:
    visitor, version = number * 7919 % 50_000, 100 + number % 30
    agent = f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.{number % 10}"
    return [
        (b"content-type", b"text/plain"),
        (b"origin", b"https://shop.example"),
        (b"x-forwarded-for", b"81.%d.%d.9" % divmod(visitor, 250)),
        (b"user-agent", agent.encode()),
    ]


def _write(path: Path, bodies: Iterable[dict[str, Any]]) -> None:
    with path.open("wb") as file:
        file.writelines(_encode(body) + b"\n" for body in bodies)


def _batches(path: Path, events: int, _: str) -> None:
    write_batches(path, events, system_clock())


def _logs(path: Path, logs: int, _: str) -> None:
    b14_logs.write_bodies(path, logs, system_clock())


WAYS = {
    "B1": Way(b1_single.EVENTS.path, 1, 256, 10_000, _single),
    "B15": Way(b1_single.BROWSERS.path, 1, 256, 10_000, _reports, _browser),
    "B2": Way(b2_batches.PATH, BATCH, 16, 100_000, _batches),
    "B14": Way(b14_logs.PATH, b14_logs.BODY, 4, 100_000, _logs),
}


def measure(data: Path, way: Way, bodies: Path, token: str) -> dict[str, float]:
    """Microseconds of processor time per event: of the event loop, of other threads until the commit, of the drain.

    What it takes to call the application is not in it: as many calls of the echo are taken off. A tenth of the requests
    warm up, and of the drain its first batch.
    """
    requests = [
        _Request(way.path, [*way.headers(number), (b"authorization", b"Bearer " + token.encode())], body)
        for number, body in enumerate(bodies.read_bytes().splitlines())
    ]
    settings = Settings(data=data, store_url="", meta_url="")
    with ExitStack() as stack:
        parts = stack.enter_context(open_parts(settings, system_clock, environment_over))
        spools = stack.enter_context(closing(Spools(settings, system_clock)))
        calls, _ = uvloop.run(_spent(lambda: echo, requests, way.connections))
        loop, others = uvloop.run(_spent(lambda: _application(parts, spools), requests, way.connections))
        drained = _drained(settings, spools, way.batch)
    events = (len(requests) - len(requests) // WARM_UP) * way.events
    found = {"loop": (loop - calls) / events, "commit": others / events, "drain": drained}
    return {name: round(seconds * 1e6, 2) for name, seconds in found.items()}


def _application(parts: Parts, spools: Spools) -> App:
    return create_collector(make_collecting(parts, spools, Metrics(), Drops(parts.meta.database, system_clock)))


async def _spent(make: Callable[[], App], requests: Sequence[_Request], at_once: int) -> tuple[float, float]:
    """Seconds of processor time: of the loop's thread, and of all others."""
    app = make()
    warm = len(requests) // WARM_UP

    async def send(some: Iterable[_Request]) -> None:
        waiting = iter(some)

        async def call() -> None:
            for request in waiting:
                await request.call(app)

        await asyncio.gather(*(call() for _ in range(at_once)))

    await send(requests[:warm])
    whole, thread = time.process_time(), time.thread_time()
    await send(requests[warm:])
    loop = time.thread_time() - thread
    return loop, time.process_time() - whole - loop


@dataclass(frozen=True)
class _Request:
    path: str
    headers: Headers
    body: bytes

    async def call(self, app: App) -> None:
        """RuntimeError where the answer is no success."""
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": self.path,
            "query_string": b"",
            "headers": [*self.headers, (b"content-length", str(len(self.body)).encode())],
            "client": ("127.0.0.1", 50_000),
        }
        await app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def _send(self, message: dict[str, Any]) -> None:
        if message.get("status", 200) >= 300:
            raise RuntimeError(f"{self.path} answers {message['status']}")


class _Watch:
    """What the drain says is not wanted here."""

    def step(self, name: str, seconds: float) -> None: ...

    def drained(self, table: str, rows: int) -> None: ...

    def crowded(self, events: int) -> None: ...

    def failed(self, stage: str) -> None:
        raise RuntimeError(stage)


def _drained(settings: Settings, spools: Spools, batch: int) -> float:
    """Seconds of processor time per event in which what was spooled is drained, the engine's own threads included."""
    with closing(open_store(settings)) as store:
        store.migrate()
        batch = min(batch, _waiting(spools) // 2)
        drain = Drain(lambda: spools, store, Journal(settings.data / "drain"), _Watch(), batch_events=batch)
        drain.drain_once()
        left, began = _waiting(spools), time.process_time()
        while _waiting(spools):
            drain.drain_once()
        return (time.process_time() - began) / left


def _waiting(spools: Spools) -> int:
    return sum(spool.state().waiting for _, spool in spools)
