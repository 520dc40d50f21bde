"""Whether two stores of one installation give the same answers, on every reading endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from fastapi import FastAPI

from footfall.api.answer_cache import AnswerCache
from footfall.api.application import create_api
from footfall.api.auth import Authenticator
from footfall.api.events.surface import EVENTS
from footfall.api.network.surface import NETWORK
from footfall.api.proxy.surface import PROXY
from footfall.api.query_limiter import QueryLimiter
from footfall.api.state import Querying, State
from footfall.api.tracking.surface import TRACKING
from footfall.api.web.surface import WEB
from footfall.clock import DAY, HOUR
from footfall.meta import Drops, MemoryAnswers, Meta, StoredFilters
from footfall.model.period import iso
from footfall.settings import Settings
from footfall.spool.protocol import SpoolState
from footfall.store.protocol import Store

SPANS = (31 * DAY, 365 * DAY)
"""Lengths of the periods that are asked about, all of which end at the same instant."""

_SURFACES = (WEB, TRACKING, NETWORK, PROXY)
_OF_NOW = ("/live", "/panels", "/recent-events", "/visits", f"{EVENTS.prefix}/stats", f"{TRACKING.prefix}/stats")
"""Ends of paths whose answers are not of a period, or repeat others in a stream."""

_SHOWN = 200


class Difference(msgspec.Struct, frozen=True):
    """A request that the two stores answer differently, and how the answers begin where they part."""

    request: str
    here: str
    there: str


class Comparison(msgspec.Struct, frozen=True):
    """`asked` is the number of requests that were answered with figures."""

    asked: int
    differences: list[Difference]


def compare(
    settings: Settings, meta: Meta, here: Store, there: Store, until: int, spans: Sequence[int] = SPANS
) -> Comparison:
    """For all projects, over periods of these lengths (milliseconds) that end at an instant (Unix milliseconds)."""
    return asyncio.run(_compared(settings, meta, [here, there], until, spans))


async def _compared(
    settings: Settings, meta: Meta, stores: list[Store], until: int, spans: Sequence[int]
) -> Comparison:
    apps = [_reader(settings, meta, store, until) for store in stores]
    asked, found = 0, []
    for project in meta.projects():
        for path, params in _requests(apps[0].openapi(), project.slug, until, spans):
            one, other = [await _get(app, path, params, project.slug) for app in apps]
            asked += one[0] == 200
            if one != other:
                request = f"{path}?{urlencode(params, doseq=True)} ({project.slug})"
                found.append(Difference(request, *_shown(one, other)))
    return Comparison(asked, found)


def _reader(settings: Settings, meta: Meta, store: Store, now: int) -> FastAPI:
    """The reading surfaces at an instant, for a caller in this process."""

    def clock() -> int:
        return now

    part = Querying(
        settings=settings,
        clock=clock,
        auth=Authenticator(meta, settings.model_copy(update={"auth": "off"}), clock),
        store=store,
        limiter=QueryLimiter(store, settings.queries_per_project),
        answers=AnswerCache(MemoryAnswers(clock), clock, seconds=0, patience=settings.query_seconds),
        drops=Drops(meta.database, clock),
        buffer=lambda: SpoolState(0, 0, 0, 0, 0, 0),
        last_flush=clock,
        saved=StoredFilters(meta.saved, clock),
    )
    return create_api(State(querying=part))


def _requests(
    described: Mapping[str, Any], slug: str, until: int, spans: Sequence[int]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and parameters. Endpoints about a visitor are left out: who that is, the store says."""
    for path, item in described["paths"].items():
        filled = path.replace("{slug}", quote(slug)).replace("{app_id}", quote(slug))
        asks = "get" in item and any(path.startswith(surface.prefix) for surface in _SURFACES)
        if not asks or "{" in filled or path.endswith(_OF_NOW):
            continue
        needed = {
            one["name"]: one["schema"]["examples"][0]
            for one in item["get"].get("parameters", [])
            if one["in"] == "query" and one.get("required")
        }
        for length in spans:
            first = (until - length) // HOUR * HOUR
            yield filled, needed | {"from": iso(first), "to": iso(until)}


async def _get(app: FastAPI, path: str, params: dict[str, Any], slug: str) -> tuple[int, str]:
    """Status and body."""
    sent: list[Mapping[str, Any]] = []
    coming = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        """Then nothing more comes: the caller stays."""
        return coming.pop() if coming else await asyncio.Future()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(params, doseq=True).encode(),
        "root_path": "",
        "headers": [(b"x-project", slug.encode())],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }
    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], body.decode()


def _shown(one: tuple[int, str], other: tuple[int, str]) -> tuple[str, str]:
    """Both answers, from a little before where they part."""
    texts = [f"{status} {body}" for status, body in (one, other)]
    parted = next((at for at, pair in enumerate(zip(*texts, strict=False)) if pair[0] != pair[1]), min(map(len, texts)))
    start = max(parted - _SHOWN // 2, 0)
    return texts[0][start : start + _SHOWN], texts[1][start : start + _SHOWN]
