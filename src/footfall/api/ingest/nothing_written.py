"""Writing endpoints of a process that only answers queries: they exist elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from footfall.api.bodies import Receive
from footfall.api.ingest.calls import Public, Route, Scope_, Send
from footfall.api.ingest.fast_paths import STATUS, App, noting
from footfall.api.problem import CODED, problem
from footfall.errors import UserError


class NothingWritten:
    """Refuses what is sent to be stored, in the shape of its surface, and passes everything else to `app`."""

    def __init__(self, app: App, writing: Iterable[Route], public: Iterable[Public]) -> None:
        self._app = app
        self._refused = {("POST", route.path): route.errors for route in writing}
        self._refused |= {(method, route.path): CODED for route in public for method in route.methods}

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        shape = self._refused.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if shape is None:
            await self._app(scope, receive, noting(scope, send))
            return
        refusal = UserError("not_found", "this server only answers queries (FOOTFALL_ROLE=query): send to a collector")
        status, headers, body = problem(refusal, shape, scope["path"])
        scope[STATUS] = status
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
