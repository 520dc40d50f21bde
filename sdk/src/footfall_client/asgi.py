"""ASGI middleware: for FastAPI, Starlette, Litestar, and any other ASGI application.

It reads the route from what these frameworks put into the scope, and imports none of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import unquote

from footfall_client import _routes
from footfall_client._observer import (
    CLIENT_LEFT,
    HEADERS,
    LOOPBACK,
    UNMATCHED,
    Exchange,
    Ignored,
    Named,
    Observer,
    Sink,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_WANTED = {name.encode(): name for name in HEADERS}
_FAILED = 500


class FlushAtShutdown:
    """Sends what waits in `client` when the server shuts the application down, before the server learns that it has.

    Servers may end their process by the signal that stopped them, which runs no exit hooks. An application that raises
    or returns before it receives anything of a lifespan knows none; the server is then answered in its place.
    """

    def __init__(self, app: Any, client: Sink) -> None:
        self.app: App = app
        self._client = client

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        is_known = False

        async def receiving() -> Message:
            nonlocal is_known
            is_known = True
            message: Message = await receive()
            return message

        async def sending(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await self._settle()
            await send(message)

        try:
            await self.app(scope, receiving, sending)
        except Exception:
            if is_known:
                await self._settle()
                raise
        if not is_known:
            await _answer(receive, sending)

    async def _settle(self) -> None:
        try:
            await self._client.asettle()
        except Exception as error:  # noqa: BLE001 - an error here must not reach the application
            self._client.fault("lifespan", error)


async def _answer(receive: Receive, send: Send) -> None:
    """What an application says that has nothing to do in a lifespan."""
    for phase in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{phase}.complete"})


class FootfallMiddleware:
    """Reports every HTTP request to `client` once its answer is sent. The options are those of `Observer`.

    Where it gets the lifespan, it is a `FlushAtShutdown`, too.
    """

    def __init__(
        self,
        app: Any,
        client: Sink,
        *,
        ignore: Ignored = (),
        user_id: Named | None = None,
        addresses: bool = True,
        trusted_proxies: Iterable[str] = LOOPBACK,
        unmatched: str = UNMATCHED,
    ) -> None:
        self.app: App = app
        self._flushed = FlushAtShutdown(app, client)
        self._observer = Observer(
            client,
            ignore=ignore,
            user_id=user_id,
            addresses=addresses,
            trusted_proxies=trusted_proxies,
            unmatched=unmatched,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # each framework has its own types
        if scope["type"] != "http":
            await self._flushed(scope, receive, send)
            return
        path = _path(scope)
        if self._observer.ignores(path, _own(scope, path), scope):
            await self.app(scope, receive, send)
            return
        exchange = _AsgiExchange(self._observer, scope, receive, send)
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except Exception:
            exchange.finish(_FAILED)
            raise
        except BaseException:  # cancelled, since the client has disconnected
            exchange.finish(CLIENT_LEFT)
            raise
        exchange.finish(_FAILED)


class _AsgiExchange(Exchange):
    """Watches the messages between the application and the server."""

    __slots__ = ("_length", "_observer", "_path", "_receive", "_scope", "_send", "left")

    def __init__(self, observer: Observer, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__()
        self._observer = observer
        self._scope = scope
        self._path = _path(scope)  # routers change it in the scope
        self._receive = receive
        self._send = send
        self._length = 0
        self.left = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.left = True
        return message

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.body":
            self.size += len(message.get("body", b""))
            await self._send(message)
            if not message.get("more_body"):
                self.finish(_FAILED)
            return
        if kind == "http.response.start":
            self.status = message["status"]
            self._length = 0
            for name, value in message.get("headers", ()):
                if name == b"content-length" and value.isdigit():
                    self._length = int(value)
        await self._send(message)
        if kind == "http.response.pathsend":
            self.size += self._length
            self.finish(_FAILED)

    def finish(self, otherwise: int) -> None:
        """Report the request, once; `otherwise` is the status where the answer never began."""
        if self.done:
            return
        self.done = True
        scope = self._scope
        client = scope.get("client")
        self._observer.see(
            scope,
            began=self.began,
            method=scope["method"],
            path=self._path,
            target=target_of(scope),
            template=_routes.template(scope, self._path),
            status=self.status or (CLIENT_LEFT if self.left else otherwise),
            size=self.size,
            seconds=self.seconds(),
            peer=client[0] if client else "",
            scheme=scope.get("scheme", "http"),
            headers=_headers(scope["headers"]),
        )


def target_of(scope: Scope) -> str:
    """The path before it was decoded; servers need not tell it."""
    raw: bytes = scope.get("raw_path") or b""
    return raw.decode("latin-1")


def _path(scope: Scope) -> str:
    """The requested path, decoded. Litestar's router runs before its middlewares and removes mounts."""
    if "route_handler" in scope and scope.get("raw_path"):
        return unquote(target_of(scope).partition("?")[0])
    path: str = scope["path"]
    return path


def _own(scope: Scope, path: str) -> str:
    """The path without the prefix of a mount or the server, which some servers leave out of the path."""
    root: str = scope.get("root_path", "").rstrip("/")
    return path[len(root) :] if root and f"{path}/".startswith(f"{root}/") else path


def _headers(lines: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers that are read; repeated ones are joined by commas."""
    found: dict[str, str] = {}
    for line in lines:
        name = _WANTED.get(line[0])
        if name is not None:
            text = line[1].decode("latin-1")
            found[name] = f"{found[name]},{text}" if name in found else text
    return found
