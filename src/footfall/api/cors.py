"""Reading from browser applications on other origins (CORS), for those that the operator lists."""

from __future__ import annotations

from collections.abc import Collection

from footfall.api.bodies import Receive
from footfall.api.ingest.calls import Scope_, Send
from footfall.api.ingest.fast_paths import STATUS, App

_ALLOW_ORIGIN = b"access-control-allow-origin"
_PREFLIGHT = [
    (b"access-control-allow-methods", b"GET"),
    (b"access-control-allow-headers", b"Authorization, X-API-Key, X-Project"),
    (b"access-control-max-age", b"86400"),
]


class CrossOrigin:
    """Lets pages of the listed origins read answers to GET.

    Credentials are never allowed: a page sends its token itself, so a visitor's cookies or client certificates open
    nothing. What says on its own who may read it is left as it is.
    """

    def __init__(self, app: App, origins: Collection[str]) -> None:
        self._app = app
        self._origins = {origin.encode() for origin in origins}

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"")
        listed = origin in self._origins
        if listed and scope["method"] == "OPTIONS" and headers.get(b"access-control-request-method") == b"GET":
            answer = [(_ALLOW_ORIGIN, origin), (b"vary", b"Origin"), *_PREFLIGHT]
            scope[STATUS] = 204
            await send({"type": "http.response.start", "status": 204, "headers": answer})
            await send({"type": "http.response.body", "body": b""})
        elif scope["method"] == "GET":
            await self._app(scope, receive, _told(send, origin if listed else b""))
        else:
            await self._app(scope, receive, send)


def _told(send: Send, origin: bytes) -> Send:
    """`send`, which says that the answer depends on the origin, and that this one may read it."""

    async def told(message: Scope_) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            if not any(name.lower() == _ALLOW_ORIGIN for name, _ in headers):
                headers.append((b"vary", b"Origin"))
                if origin:
                    headers += [(_ALLOW_ORIGIN, origin), (b"access-control-expose-headers", b"*")]
            message = {**message, "headers": headers}
        await send(message)

    return told
