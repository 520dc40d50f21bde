"""Shared by all middlewares: which requests are recorded, who sent them, and the row that is sent."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from inspect import isasyncgenfunction, isawaitable, iscoroutinefunction
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Protocol, TypeVar

from footfall_client._templates import as_received

MARKERS = (
    "akamai-origin-hop",
    "cdn-loop",
    "cdn-requestid",
    "cf-ray",
    "fastly-client-ip",
    "fastly-ff",
    "fly-request-id",
    "via",
    "x-akamai-request-id",
    "x-amz-cf-id",
    "x-azure-fdid",
    "x-azure-ref",
    "x-cdn77-pop",
    "x-nf-request-id",
    "x-vercel-id",
)
"""Headers that CDNs add to requests; the server knows which CDN adds which."""

HEADERS = ("user-agent", "referer", "host", "x-forwarded-for", "x-forwarded-proto", *MARKERS)
"""All headers that are read."""

LOOPBACK = ("127.0.0.0/8", "::1/128")
UNMATCHED = "(unmatched)"
CLIENT_LEFT = 499
"""Status of a request whose client left before the answer began (nginx's number)."""

_HEADER_CHARS = 200
_TEXT_CHARS = 2_000
_ID_CHARS = 128
_HOPS = 32
_MAPPED = bytes(10) + b"\xff\xff"

T = TypeVar("T")
Ignored = Iterable[str] | Callable[[Any], bool]
Named = Callable[[Any], object]


class Sink(Protocol):
    """What a middleware needs of the client. `put_visit` must neither raise nor block."""

    def put_visit(self, row: dict[str, Any]) -> None: ...

    def fault(self, where: str, error: BaseException) -> None: ...

    async def asettle(self) -> bool: ...


class Observer:
    """Turns requests into rows of the client.

    `ignore` lists paths (with all below them; `/` is that path alone), or is a function of the framework's request, as
    is `user_id`. `unmatched` is the endpoint of requests that match no route; `"path"` keeps their paths.
    `addresses=False` sends no client addresses. An option of a wrong type is a TypeError, a path to ignore that has no
    slash at its beginning a ValueError.
    """

    def __init__(
        self,
        client: Sink,
        *,
        ignore: Ignored = (),
        user_id: Named | None = None,
        addresses: bool = True,
        trusted_proxies: Iterable[str] = LOOPBACK,
        unmatched: str = UNMATCHED,
    ) -> None:
        if not callable(getattr(client, "put_visit", None)):
            raise TypeError(f"client must be a Footfall, not {client!r}")
        self._client = client
        self._ask = _function("ignore", ignore) if callable(ignore) else None
        paths = () if callable(ignore) else (ignore,) if isinstance(ignore, str) else tuple(ignore)
        self._paths = tuple(_rooted(path).rstrip("/") or "/" for path in paths)
        self._below = tuple(path + "/" for path in self._paths if path != "/")
        self._user_id = None if user_id is None else _function("user_id", user_id)
        self._addresses = _of("addresses", addresses, bool)
        self._unmatched = _of("unmatched", unmatched, str)
        networks = self._networks(trusted_proxies)
        # A connection without an address is a Unix socket.
        self._local = any(ip_address("127.0.0.1") in network for network in networks)
        self._hop = lru_cache(maxsize=4096)(lambda text: _hop(text, networks))

    def ignores(self, path: str, own: str, request: Any) -> bool:
        """`own` is the path as the application knows it, without the prefix that it is mounted or served at."""
        try:
            if self._ask is not None:
                return bool(_answer(self._ask(request)))
            return self._lists(path) or (own != path and self._lists(own or "/"))
        except Exception as error:  # noqa: BLE001 - the application's own function
            self._client.fault("ignore", error)
            return False

    def _lists(self, path: str) -> bool:
        return path in self._paths or path.startswith(self._below)

    def see(
        self,
        request: Any,
        *,
        began: float,
        method: str,
        path: str,
        target: str,
        template: str | None,
        status: int,
        size: int,
        seconds: float,
        peer: str,
        scheme: str,
        headers: Mapping[str, str],
    ) -> None:
        """Queue a request's row. Never raises.

        `began` is Unix seconds; `template` is `""` where there is no router, None where the router found no route;
        `target` is the path before it was decoded, with or without the query, `""` where the server does not tell;
        header names are those of `HEADERS`.
        """
        try:
            row = {
                "timestamp": int(began * 1000),
                "method": method,
                "endpoint": self._endpoint(template, path, target),
                "status": status,
                "bytes": 0 if method == "HEAD" else size,
                "duration_ms": round(seconds * 1000, 3),
            }
            client, row["protocol"] = self._client_of(peer, scheme, headers)
            if client and self._addresses:
                row["ip_address"] = client
            _add_headers(row, headers)
            user = None if self._user_id is None else self._user(request)
            if user:
                row["user_id"] = user
            self._client.put_visit(row)
        except Exception as error:  # noqa: BLE001 - an error here must not reach the application
            self._client.fault("middleware", error)

    def _endpoint(self, template: str | None, path: str, target: str) -> str:
        if template:
            return template
        return as_received(path, target) if template == "" or self._unmatched == "path" else self._unmatched

    def _client_of(self, peer: str, scheme: str, headers: Mapping[str, str]) -> tuple[str, str]:
        """Address and scheme of the client, as trusted proxies report them."""
        client, trusted = self._hop(peer) if peer else ("", self._local)
        passed = 0
        if trusted and "x-forwarded-for" in headers:
            for entry in reversed(headers["x-forwarded-for"].rsplit(",", _HOPS)):
                hop, is_proxy = self._hop(entry)
                if not hop:
                    break
                client = hop
                if not is_proxy:
                    break
                passed += 1
        schemes = headers.get("x-forwarded-proto", "").split(",") if trusted else []
        forwarded = schemes[max(0, len(schemes) - 1 - passed)].strip().lower() if schemes else ""
        return client, forwarded if forwarded in {"http", "https"} else scheme

    def _user(self, request: Any) -> str:
        try:
            found = _answer(self._user_id(request)) if self._user_id else None
        except Exception as error:  # noqa: BLE001 - the application's own function
            self._client.fault("user_id", error)
            return ""
        return "" if found is None else str(found)[:_ID_CHARS]

    def _networks(self, texts: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
        found = []
        for text in (texts,) if isinstance(texts, str) else texts:
            try:
                found.append(ip_network(text, strict=False))
            except ValueError as error:  # noqa: PERF203 - a handful, once
                self._client.fault("trusted_proxies", error)
        return tuple(found)


class Exchange:
    """A request in progress, which is recorded once."""

    __slots__ = ("began", "done", "size", "started", "status")

    def __init__(self) -> None:
        self.began = time.time()
        self.started = time.perf_counter()
        self.status = 0
        self.size = 0
        self.done = False

    def seconds(self) -> float:
        return time.perf_counter() - self.started


def _of(name: str, given: Any, kind: type[T]) -> T:
    if not isinstance(given, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, not {given!r}")
    return given


def _rooted(path: Any) -> str:
    if not _of("ignore", path, str).startswith("/"):
        raise ValueError(f"ignore must list paths that begin with a slash, not {path!r}")
    return str(path)


def _function(name: str, given: Callable[[Any], T]) -> Callable[[Any], T]:
    if not callable(given):
        raise TypeError(f"{name} must be a function, not {given!r}")
    called = type(given).__call__  # an object may be called by an asynchronous method
    if any(is_async(each) for is_async in (iscoroutinefunction, isasyncgenfunction) for each in (given, called)):
        raise TypeError(f"{name} must not be async: its result is not awaited")
    return given


def _answer(found: object) -> object:
    """The result of a function of the application; TypeError where it would have to be awaited."""
    if isawaitable(found):
        if hasattr(found, "close"):  # a coroutine, which would warn that it was never awaited
            found.close()
        raise TypeError("it returned an awaitable, which is not awaited")
    return found


def _add_headers(row: dict[str, Any], headers: Mapping[str, str]) -> None:
    markers = {}
    for name, value in headers.items():
        if name == "user-agent":
            row["user_agent"] = value[:_TEXT_CHARS]
        elif name == "referer":
            row["referer"] = value[:_TEXT_CHARS]
        elif name == "host":
            row["host"] = _host(value)
        elif name == "fastly-client-ip":
            markers[name] = ""  # its presence is enough: its value is an address
        elif not name.startswith("x-forwarded"):
            markers[name] = value[:_HEADER_CHARS]
    if markers:
        row["headers"] = markers


def _host(value: str) -> str:
    """A Host header without its port."""
    host, _, port = value.rpartition(":")
    return (host if host and port.isdigit() else value)[:253]


def _hop(text: str, trusted: tuple[IPv4Network | IPv6Network, ...]) -> tuple[str, bool]:
    """The canonical address, `""` where the text is none, and whether it is a trusted proxy's."""
    raw = _packed(_without_port(text.strip()))
    if raw is None:
        return "", False
    address = ip_address(raw)
    return str(address), any(address in network for network in trusted)


def _packed(text: str) -> bytes | None:
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        raw = socket.inet_pton(family, text.partition("%")[0])
    except (OSError, ValueError):
        return None
    return raw[12:] if len(raw) == 16 and raw.startswith(_MAPPED) else raw


def _without_port(entry: str) -> str:
    """`192.0.2.1` for `192.0.2.1:80`, `2001:db8::1` for `[2001:db8::1]:80`."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry
