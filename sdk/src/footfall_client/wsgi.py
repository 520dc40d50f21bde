"""WSGI middleware: for any WSGI application. Flask and Django have modules of their own, which know routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from footfall_client._observer import HEADERS, LOOPBACK, UNMATCHED, Exchange, Ignored, Named, Observer, Sink

Environ = dict[str, Any]
Route = Callable[[Environ], "str | None"]
"""The template of a request's route after it was answered; `""` where there are no routes, None where none matched."""

_WANTED = [("HTTP_" + name.upper().replace("-", "_"), name) for name in HEADERS]
_FAILED = 500


class FootfallMiddleware:
    """Reports every request to `client` once its answer is closed. The options are those of `Observer`."""

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
        route: Route | None = None,
    ) -> None:
        self.app = app
        self._route = route
        self._observer = Observer(
            client,
            ignore=ignore,
            user_id=user_id,
            addresses=addresses,
            trusted_proxies=trusted_proxies,
            unmatched=unmatched,
        )

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = path_of(environ)
        if self._observer.ignores(path, _decoded(environ.get("PATH_INFO", "")), environ):
            answer: Iterable[bytes] = self.app(environ, start_response)
            return answer
        exchange = _WsgiExchange(self._observer, environ, path, self._route)
        try:
            body = self.app(environ, exchange.starting(start_response))
        except BaseException:
            exchange.finish(failed=True)
            raise
        return Counted(body, exchange)


class _WsgiExchange(Exchange):
    """A request and its answer."""

    __slots__ = ("_environ", "_observer", "_path", "_route")

    def __init__(self, observer: Observer, environ: Environ, path: str, route: Route | None) -> None:
        super().__init__()
        self._observer = observer
        self._environ = environ
        self._path = path
        self._route = route

    def starting(self, start_response: Callable[..., Any]) -> Callable[..., Any]:
        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], Any]:
            written = start_response(status, headers, *exc_info)
            self.status = int(status[:3]) if status[:3].isdigit() else 0

            def write(data: bytes) -> Any:
                self.size += len(data)
                return written(data)

            return write

        return start

    def finish(self, *, failed: bool = False) -> None:
        """Report the request, once. Where it failed before anything was sent, the server answers 500."""
        if self.done:
            return
        self.done = True
        environ = self._environ
        self._observer.see(
            environ,
            began=self.began,
            method=environ.get("REQUEST_METHOD", "GET"),
            path=self._path,
            target=target_of(environ),
            template=self._route(environ) if self._route else "",
            status=_FAILED if (failed and not self.size) or not self.status else self.status,
            size=self.size,
            seconds=self.seconds(),
            peer=environ.get("REMOTE_ADDR", ""),
            scheme=environ.get("wsgi.url_scheme", "http"),
            headers=headers_of(environ),
        )


class Counted:
    """A body whose bytes are counted; the exchange ends with it, or when it is closed."""

    def __init__(self, body: Iterable[bytes], exchange: Any) -> None:
        self._body = body
        self._parts: Iterator[bytes] | None = None
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            if self._parts is None:
                self._parts = iter(self._body)
            part = next(self._parts)
        except StopIteration:
            self._exchange.finish()
            raise
        except BaseException:
            self._exchange.finish(failed=True)
            raise
        self._exchange.size += len(part)
        return part

    def close(self) -> None:
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._exchange.finish()


def path_of(environ: Mapping[str, Any]) -> str:
    """The requested path, decoded."""
    return _decoded(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""))


def _decoded(path: str) -> str:
    """WSGI passes bytes as Latin-1."""
    return path if path.isascii() else path.encode("latin-1", "replace").decode("utf-8", "replace")


def target_of(environ: Mapping[str, Any]) -> str:
    """The path before it was decoded, with the query; not all servers tell it."""
    target: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    return target


def headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers that are read."""
    return {name: environ[key] for key, name in _WANTED if key in environ}
