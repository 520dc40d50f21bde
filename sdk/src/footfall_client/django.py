"""Django: `MIDDLEWARE = ["footfall_client.django.FootfallMiddleware", ...]` and the setting `FOOTFALL`.

`FOOTFALL = {"URL": …, "TOKEN": …}`, and optionally the options of `Footfall` and `Observer` in capitals; or `CLIENT`, a
`Footfall`, and the options of `Observer`. Functions may be named by their dotted path.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from footfall_client import asgi
from footfall_client._observer import CLIENT_LEFT, Exchange, Observer, Sink
from footfall_client._templates import django as template_of
from footfall_client.client import Footfall
from footfall_client.wsgi import Counted, headers_of, target_of


def _keywords(made: type) -> tuple[str, ...]:
    parameters = inspect.signature(made).parameters.values()
    return tuple(each.name for each in parameters if each.kind is each.KEYWORD_ONLY)


_OPTIONS = _keywords(Observer)
_OF_CLIENT = ("url", "token", *_keywords(Footfall))
_KEYS = ("CLIENT", *(name.upper() for name in (*_OF_CLIENT, *_OPTIONS)))
_FAILED = 500


def get_client() -> Footfall:
    """The client of the setting, the same for each call: for `track` and `pageview` in views."""
    given = _setting()
    client: Footfall | None = given.get("CLIENT")
    options = _named(given, _OF_CLIENT)
    if client is None:
        return _client(**options)
    if options:
        raise ImproperlyConfigured(
            f"the setting FOOTFALL has a CLIENT, which {', '.join(options).upper()} can't change"
        )
    return client


@lru_cache(maxsize=8, typed=True)
def _client(url: str = "", token: str = "", **options: Any) -> Footfall:
    transport = options.get("transport")
    if isinstance(transport, str):
        options["transport"] = import_string(transport)
    return Footfall(url, token, **options)


class FootfallMiddleware:
    """Reports every request to the client; belongs at the top of the list."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response
        self._client = get_client()
        self._observer = Observer(self._client, **_options(self._client))
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        if self._observer.ignores(request.path, request.path_info, request):
            return self._get_response(request)
        exchange = _DjangoExchange(self._observer, request)
        if self._is_async:
            return self._answer(request, exchange)
        try:
            response = self._get_response(request)
        except BaseException:
            exchange.finish(failed=True)
            raise
        return self._seen(exchange, response)

    async def _answer(self, request: Any, exchange: _DjangoExchange) -> Any:
        try:
            response = await self._get_response(request)
        except Exception:
            exchange.finish(failed=True)
            raise
        except BaseException:
            exchange.status = CLIENT_LEFT
            exchange.finish()
            raise
        return self._seen(exchange, response)

    def _seen(self, exchange: _DjangoExchange, response: Any) -> Any:
        try:
            exchange.status = response.status_code
            if not response.streaming:
                exchange.size = len(response.content)
                exchange.finish()
            elif getattr(response, "is_async", False):
                response.streaming_content = _AsyncCounted(response.streaming_content, exchange)
            else:
                response.streaming_content = Counted(response.streaming_content, exchange)
        except Exception as error:  # noqa: BLE001 - an error here must not reach the application
            self._client.fault("django", error)
        return response


class _DjangoExchange(Exchange):
    """A request and its answer."""

    __slots__ = ("_observer", "_request")

    def __init__(self, observer: Observer, request: Any) -> None:
        super().__init__()
        self._observer = observer
        self._request = request

    def finish(self, *, failed: bool = False) -> None:
        """Report the request, once. Where it failed before anything was sent, the server answers 500."""
        if self.done:
            return
        self.done = True
        request = self._request
        self._observer.see(
            request,
            began=self.began,
            method=request.method or "",
            path=request.path,
            target=asgi.target_of(request.scope) if hasattr(request, "scope") else target_of(request.META),
            template=_template(request),
            status=_FAILED if failed and not self.size else self.status,
            size=self.size,
            seconds=self.seconds(),
            peer=request.META.get("REMOTE_ADDR", ""),
            # Not request.scheme, which trusts SECURE_PROXY_SSL_HEADER from any sender.
            scheme=request._get_scheme(),  # noqa: SLF001 - there is no public name for the connection's scheme
            headers=headers_of(request.META),
        )


class _AsyncCounted:
    """`Counted` for asynchronous bodies."""

    def __init__(self, body: Any, exchange: _DjangoExchange) -> None:
        self._parts = aiter(body)
        self._exchange = exchange

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        following: Awaitable[bytes] = anext(self._parts)
        try:
            part = await following
        except StopAsyncIteration:
            self._exchange.finish()
            raise
        except BaseException:
            self._exchange.finish(failed=True)
            raise
        self._exchange.size += len(part)
        return part

    def close(self) -> None:
        """Django calls this at the end of the response."""
        self._exchange.finish()


def _template(request: Any) -> str | None:
    try:
        match = request.resolver_match
        if match is None:
            return None
        prefix = request.path.removesuffix(request.path_info)
        return ("" if prefix == request.path else prefix) + template_of(str(match.route))
    except Exception:  # noqa: BLE001 - requests of other kinds have no route
        return None


def _setting() -> Mapping[str, Any]:
    """Empty where the site has none: the client then logs that it has no server."""
    given = getattr(settings, "FOOTFALL", None)
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f"the setting FOOTFALL must be a dict, not {given!r}")
    for key in given:
        if key not in _KEYS:
            raise ImproperlyConfigured(f"the setting FOOTFALL has no key {key!r}; its keys are {', '.join(_KEYS)}")
    return given


def _named(given: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name.upper()] for name in names if name.upper() in given}


def _options(client: Sink) -> dict[str, Any]:
    found = _named(_setting(), _OPTIONS)
    for name in ("user_id", "ignore"):
        dotted = found.get(name)
        if isinstance(dotted, str) and "." in dotted and not dotted.startswith("/"):
            try:
                found[name] = import_string(dotted)
            except ImportError as error:
                client.fault(name, error)
                del found[name]
    return found
