"""The header `Server-Timing`: what an answer was read from, and how long it took."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from time import perf_counter
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_KEY = "footfall.timings"


class Timing(Protocol):
    """What is told of queries; `query.timing.Timing` implements it."""

    @property
    def sources(self) -> Sequence[str]: ...

    @property
    def store_seconds(self) -> float: ...


def tell_timing(scope: MutableMapping[str, Any], timing: Timing) -> None:
    """The answer to this request tells of what `timing` knows by then."""
    scope.get(_KEY, []).append(timing)


class ServerTiming:
    """Adds the header to every answer, errors included; `source` and `store` where queries were asked for it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        timings: list[Timing] = []
        scope[_KEY] = timings  # made here, since routing may copy the scope
        began = perf_counter()

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                value = server_timing(timings, perf_counter() - began)
                message = {**message, "headers": [*message["headers"], (b"server-timing", value.encode())]}
            await send(message)

        await self._app(scope, receive, tell)


def server_timing(timings: list[Timing], seconds: float) -> str:
    """Times in milliseconds; `desc` names the sources, those that cost less first."""
    asked = [timing for timing in timings if timing.sources]
    found = [f"total;dur={_millis(seconds)}"]
    if asked:
        sources = dict.fromkeys(source for timing in asked for source in timing.sources)
        store = sum(timing.store_seconds for timing in asked)
        found = [f'source;desc="{" ".join(sources)}"', f"store;dur={_millis(store)}", *found]
    return ", ".join(found)


def _millis(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"
