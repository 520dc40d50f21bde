"""Everything below one path of a host that is shared with others (`FOOTFALL_BASE_PATH`)."""

from __future__ import annotations

from collections.abc import Awaitable
from urllib.parse import urlsplit, urlunsplit

from footfall.api.bodies import Message, Receive
from footfall.api.ingest.calls import Scope_, Send
from footfall.api.ingest.fast_paths import STATUS, App
from footfall.api.problem import CODED, Reply, problem
from footfall.errors import UserError


class BelowPath:
    """Takes the path off each request, so that no endpoint knows it; what lies elsewhere does not exist.

    ASGI's `root_path` is left empty: with it, an endpoint whose own path begins with the same words is not found.
    """

    def __init__(self, app: App, base_path: str) -> None:
        self._app = app
        self._base = base_path

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith(f"{self._base}/"):
            scope["path"] = path[len(self._base) :]
            await self._app(scope, receive, self._relocating(send))
            return
        status, headers, body = self._elsewhere(path)
        scope[STATUS] = status
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _elsewhere(self, path: str) -> Reply:
        if path == self._base:
            return 308, [(b"location", f"{path}/".encode())], b""
        return problem(UserError("not_found", f"this server serves below {self._base}/ only"), CODED, path)

    def _relocating(self, send: Send) -> Send:
        def sent(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                told = [(name, self._below(to) if name == b"location" else to) for name, to in message["headers"]]
                message = {**message, "headers": told}
            return send(message)

        return sent

    def _below(self, location: bytes) -> bytes:
        """Where a redirection leads, as a path of this host."""
        url = urlsplit(location.decode("latin-1"))
        return urlunsplit(("", "", self._base + url.path, url.query, url.fragment)).encode("latin-1")
