"""The log of requests, which costs something and is there with `FOOTFALL_LOG_LEVEL=debug` only."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable
from time import perf_counter

import structlog

from footfall.api.bodies import Message, Receive
from footfall.api.ingest.calls import Scope_, Send
from footfall.api.ingest.fast_paths import STATUS, App
from footfall.api.problem import Headers

_HEADER = b"x-request-id"
_GIVEN = re.compile(rb"[!-~]{1,100}")
_MAX_PATH = 200


class RequestLog:
    """Logs each request once it is answered: method, path without query string, status and time.

    Its id, which is in every line that is logged meanwhile, is the caller's `X-Request-Id`, else a new one. The answer
    names it under the same header.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._log = structlog.get_logger("requests")

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id(scope["headers"])

        def named(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (_HEADER, request_id)]}
            return send(message)

        began = perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id.decode("ascii")):
            try:
                await self._app(scope, receive, named)
            finally:
                self._log.debug(
                    "request",
                    method=scope["method"],
                    path=scope["path"][:_MAX_PATH],
                    status=scope.get(STATUS, 500),
                    milliseconds=round((perf_counter() - began) * 1000, 3),
                )


def _id(headers: Headers) -> bytes:
    given = next((value for name, value in headers if name == _HEADER), b"")
    return given if _GIVEN.fullmatch(given) else secrets.token_hex(8).encode()
