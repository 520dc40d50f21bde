"""Writing endpoints in front of FastAPI: found by their path, answered without it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from footfall.api.bodies import Message, Receive
from footfall.api.ingest.calls import Public, Route, Scope_, Send, answer
from footfall.api.problem import Reply, problem
from footfall.api.state import Collecting

App = Callable[[Scope_, Receive, Send], Awaitable[None]]

STATUS = "footfall.status"
"""The key of a request's scope that holds the status of its answer, once there is one."""


class FastPaths:
    """Answers the writing endpoints and the public ones itself and passes everything else to `app`.

    It notes the answer's status in the request's scope and, as FastAPI does, the route.
    """

    def __init__(self, app: App, collecting: Collecting, writing: Iterable[Route], public: Iterable[Public]) -> None:
        self._app = app
        self._collecting = collecting
        self._writing = {route.path: route for route in writing}
        self._public = {route.path: route for route in public}

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        found = await self._answer(scope, receive) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, noting(scope, send))
            return
        status, headers, body = found
        scope[STATUS] = status
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope_, receive: Receive) -> Reply | None:
        """None for a path or method that is not answered here."""
        path, method = scope["path"], scope["method"]
        route = self._writing.get(path) if method == "POST" else None
        if route is None:
            public = self._public.get(path)
            if public is None or method not in public.methods:
                return None
            scope["route"] = public
            return await public.answer(self._collecting, scope, receive)
        scope["route"] = route
        try:
            return await answer(self._collecting, route, scope, receive)
        except Exception as error:  # noqa: BLE001 - the boundary: every error becomes an answer
            return problem(error, route.errors, path)


def noting(scope: Scope_, send: Send) -> Send:
    """`send`, which notes the answer's status in the scope."""

    def noted(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            scope[STATUS] = message["status"]
        return send(message)

    return noted
