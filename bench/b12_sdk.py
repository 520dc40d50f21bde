"""B12: what the SDK's middleware adds to a request, in this process: no network, no server; a thread empties the queue.

Both sides are timed request by request and take turns every 50 requests, so that whatever else the machine does slows
them alike; a pair is the two medians of 5,000 requests each. The client's thread sends, on the same cores, to a
transport that answers at once.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from fastapi import FastAPI

from bench.bars import Bar, Work
from bench.harness import Result, median, wait_quiet
from footfall_client import Footfall, asgi, wsgi

_REQUESTS = 5_000
_TURN = 50
_HEADERS = {
    "host": "shop.example",
    "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-encoding": "gzip, deflate, br",
    "accept-language": "en-GB,en;q=0.9",
    "referer": "https://www.example.org/search?q=shop",
    "cookie": "session=0123456789abcdef",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-proto": "https",
    "cf-ray": "8f0a1b2c3d4e5f60-FRA",
}
_SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/users/42",
    "raw_path": b"/users/42",
    "query_string": b"",
    "root_path": "",
    "headers": [(name.encode(), value.encode()) for name, value in _HEADERS.items()],
    "client": ("127.0.0.1", 40000),
    "server": ("127.0.0.1", 8000),
}
_ENVIRON = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/users/42",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.url_scheme": "http",
    **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in _HEADERS.items()},
}

Times = list[int]
Turns = Callable[[int], tuple[Times, Times]]
"""Asks both applications so many times; nanoseconds of each request without and with the middleware."""


def run(work: Work) -> Result:
    requests = _REQUESTS if work.scale.quiet else _REQUESTS // 50
    with Footfall("http://bench.invalid", "token", queue_size=1_000_000, transport=_answering) as client:
        sides = {
            "asgi": _asked(_bare, asgi.FootfallMiddleware(_bare, client)),
            "fastapi": _asked(_fastapi(), _fastapi(client)),
            "wsgi": _called(_plain, wsgi.FootfallMiddleware(_plain, client)),
        }
        found = {name: _pairs(work, requests, turns) for name, turns in sides.items()}
        client.flush(60)
        if client.dropped or client.refused or not client.accepted:
            raise RuntimeError(f"{client.accepted} accepted, {client.dropped} dropped, {client.refused} refused")
    return {"frameworks": found, "worst_micros": max(pair["added_micros"] for pair in found.values())}


def _pairs(work: Work, requests: int, turns: Turns) -> Result:
    """Medians of both sides in microseconds, and the median of their differences; the first requests only warm up."""
    turns(_TURN)
    pairs = []
    calm = 0
    for _ in range(max(5, work.scale.runs)):
        calm += wait_quiet(work.scale.quiet)
        gc.collect()
        pairs.append([median(times) / 1000 for times in turns(requests)])
    return {
        "added_micros": round(median([after - before for before, after in pairs]), 2),
        "without_micros": [round(before, 2) for before, _ in pairs],
        "with_micros": [round(after, 2) for _, after in pairs],
        "quiet_starts": calm,
    }


def _asked(*apps: Callable[..., Awaitable[None]]) -> Turns:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Any) -> None:
        return None

    async def ask(requests: int) -> tuple[Times, Times]:
        found: tuple[Times, Times] = ([], [])
        for number in range(2 * requests):
            side = number // _TURN % 2
            scope = {**_SCOPE, "state": {}}
            began = time.perf_counter_ns()
            await apps[side](scope, receive, send)
            found[side].append(time.perf_counter_ns() - began)
        return found

    return lambda requests: asyncio.run(ask(requests))


def _called(*apps: Callable[..., Any]) -> Turns:
    def start(*_: Any) -> Callable[[bytes], object]:
        return bytes

    def ask(requests: int) -> tuple[Times, Times]:
        found: tuple[Times, Times] = ([], [])
        for number in range(2 * requests):
            side = number // _TURN % 2
            environ = dict(_ENVIRON)
            began = time.perf_counter_ns()
            body = apps[side](environ, start)
            for _part in body:
                pass
            if hasattr(body, "close"):
                body.close()
            found[side].append(time.perf_counter_ns() - began)
        return found

    return ask


async def _bare(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 - ASGI's signature
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


def _plain(environ: Any, start: Any) -> list[bytes]:  # noqa: ARG001 - WSGI's signature
    start("200 OK", [("Content-Length", "5")])
    return [b"hello"]


def _fastapi(client: Footfall | None = None) -> FastAPI:
    app = FastAPI()

    @app.get("/users/{number}")
    async def user(number: int) -> dict[str, int]:
        return {"number": number}

    if client is not None:
        app.add_middleware(asgi.FootfallMiddleware, client=client)
    return app


def _answering() -> httpx.BaseTransport:
    return httpx.MockTransport(lambda _: httpx.Response(202, json={}))


BAR = Bar(
    name="B12",
    what="what the SDK's middleware adds to a request: bare ASGI, FastAPI, bare WSGI, p50",
    bar="≤ 50 µs",
    run=run,
    figure=lambda r: ", ".join(f"{name} {pair['added_micros']} µs" for name, pair in r["frameworks"].items()),
    met=lambda r: r["worst_micros"] <= 50,
)
