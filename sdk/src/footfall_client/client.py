"""`Footfall`, the client. No method raises; only `flush`, `close`, `aclose` and `asettle` wait."""

from __future__ import annotations

import asyncio
import functools
import math
import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from types import TracebackType
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import httpx

from footfall_client._bodies import EVENTS, ROWS, VISITS
from footfall_client._faults import Faults
from footfall_client._sender import Target
from footfall_client._worker import Limits, Worker

Timestamp = datetime | float | str
"""A datetime (UTC where it has no zone), Unix seconds or milliseconds, or ISO 8601."""

Revenue = Decimal | float | str | Mapping[str, Any]
"""An amount, or `{"amount": 49, "currency": "EUR"}`."""

_MIN_SECONDS = 0.001
# Sockets and locks accept no longer timeouts.
_MAX_NUMBER = 1_000_000

P = ParamSpec("P")
R = TypeVar("R")


def _quiet(method: Callable[P, R]) -> Callable[P, R | None]:
    """The method, which logs what it raises and returns None instead; its first argument is the client."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return method(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the boundary: no error reaches the application
            client = args[0]
            if isinstance(client, Footfall):
                client.fault(method.__name__, error)
            return None

    return call


async def _in_thread(method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """A method that raises nothing, in a thread where the loop still has any."""
    try:
        return await asyncio.to_thread(method, *args, **kwargs)
    except RuntimeError:  # the loop's threads have ended
        return method(*args, **kwargs)


class Footfall:
    """Sends rows to the server at `url` in the background; made once per process, used from any thread.

    Times are seconds. Rows are dropped while `queue_size` others wait. A body that the server does not accept is resent
    for `retry_for`. `transport` makes an httpx transport, for a proxy or own certificates. A client whose address or
    token is missing or unusable logs that, and drops all rows. Any other invalid option is a TypeError or a ValueError.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        project: str | None = None,
        flush_interval: float = 1.0,
        batch_size: int = ROWS,
        queue_size: int = 10_000,
        timeout: float = 10.0,
        retry_for: float = 3600.0,
        exit_timeout: float = 2.0,
        transport: Callable[[], httpx.BaseTransport] | None = None,
    ) -> None:
        _number("batch_size", batch_size, at_least=1, whole=True)
        _number("queue_size", queue_size, whole=True)
        _number("flush_interval", flush_interval, at_least=_MIN_SECONDS)
        _number("timeout", timeout, at_least=_MIN_SECONDS)
        _number("retry_for", retry_for)
        _number("exit_timeout", exit_timeout)
        if transport is not None and not callable(transport):
            raise TypeError("transport must be a function that makes an httpx transport")
        target = Target(url, token, project, timeout, retry_for, transport)
        self._worker = Worker(target, Limits(flush_interval, min(batch_size, queue_size), queue_size, exit_timeout))
        fault = _unusable(url, token, project)
        self.enabled = not fault
        if fault:
            self._faults.warn("unusable", "footfall: %s; nothing will be sent", fault)

    @classmethod
    def from_env(cls, **options: Any) -> Footfall:
        """The client that FOOTFALL_URL, FOOTFALL_TOKEN and, if set, FOOTFALL_PROJECT describe."""
        project = os.environ.get("FOOTFALL_PROJECT") or None
        url, token = (os.environ.get(f"FOOTFALL_{name}", "") for name in ("URL", "TOKEN"))
        return cls(url, token, **{"project": project, **options})

    @_quiet
    def track(
        self,
        name: str,
        properties: Mapping[str, Any] | None = None,
        *,
        visitor_id: str | None = None,
        session_id: str | None = None,
        url: str | None = None,
        referrer: str | None = None,
        user_agent: str | None = None,
        ip: str | None = None,
        timestamp: Timestamp | None = None,
        revenue: Revenue | None = None,
    ) -> None:
        """A custom event. Properties are copied, one level deep."""
        self._event(
            timestamp,
            type="custom",
            name=name,
            properties=None if properties is None else dict(properties),
            visitor_id=visitor_id,
            session_id=session_id,
            url=url,
            referrer=referrer,
            user_agent=user_agent,
            ip=ip,
            revenue=dict(revenue) if isinstance(revenue, Mapping) else revenue,
        )

    @_quiet
    def pageview(
        self,
        url: str,
        *,
        title: str | None = None,
        properties: Mapping[str, Any] | None = None,
        visitor_id: str | None = None,
        session_id: str | None = None,
        referrer: str | None = None,
        user_agent: str | None = None,
        ip: str | None = None,
        language: str | None = None,
        timestamp: Timestamp | None = None,
    ) -> None:
        """A page that a visitor saw."""
        self._event(
            timestamp,
            type="pageview",
            url=url,
            title=title,
            properties=None if properties is None else dict(properties),
            visitor_id=visitor_id,
            session_id=session_id,
            referrer=referrer,
            user_agent=user_agent,
            ip=ip,
            language=language,
        )

    @_quiet
    def visit(
        self,
        method: str = "GET",
        endpoint: str | None = None,
        *,
        url: str | None = None,
        status: int | None = None,
        bytes: int | None = None,  # noqa: A002 - the field's name on the wire
        duration_ms: float | None = None,
        ip_address: str | None = None,
        user_agent: str | None = None,
        referer: str | None = None,
        protocol: str | None = None,
        host: str | None = None,
        user_id: str | None = None,
        timestamp: Timestamp | None = None,
        provider: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """An HTTP request that a server answered; `endpoint` (a route or a path) or `url` names the resource."""
        row = {
            "timestamp": _time(timestamp),
            "method": method,
            "endpoint": endpoint,
            "url": url,
            "status": status,
            "bytes": bytes,
            "duration_ms": duration_ms,
            "ip_address": ip_address,
            "user_agent": user_agent,
            "referer": referer,
            "protocol": protocol,
            "host": host,
            "user_id": user_id,
            "provider": provider,
            "headers": None if headers is None else dict(headers),
        }
        self.put_visit({name: value for name, value in row.items() if value is not None})

    def put_visit(self, row: dict[str, Any]) -> None:
        """A request as in `POST /api/tracking/visits`; the middlewares call this. The row is kept, not copied."""
        if self.enabled:
            self._worker.put(VISITS, row)
        else:
            self._faults.lose(1)

    def flush(self, timeout: float | None = 10.0) -> bool:
        """Send the queued rows; whether all of them are settled (accepted, refused or given up) in time."""
        return bool(self._flush(timeout))

    def close(self, timeout: float | None = 2.0) -> bool:
        """Flush, then accept no more rows; rows that could not be sent in time are dropped."""
        return bool(self._close(timeout))

    async def aclose(self, timeout: float | None = 2.0) -> bool:
        """`close` for an asynchronous lifespan: the event loop goes on meanwhile."""
        return await _in_thread(self.close, timeout)

    async def asettle(self) -> bool:
        """Flush within `exit_timeout` and drop what is left then. For a lifespan's end: the client goes on."""
        return bool(await _in_thread(self._settle, self._worker.limits.at_exit))

    def fault(self, where: str, error: BaseException) -> None:
        """Log an error of the client itself, at most once a minute per place."""
        self._faults.warn(f"fault {where}", "footfall: %s failed: %s", where, error, error=error)

    @property
    def accepted(self) -> int:
        """Rows that the server has stored, in this process."""
        return self._faults.accepted

    @property
    def dropped(self) -> int:
        """Rows lost on this side: the queue was full, not encodable as JSON, given up, or left at the end."""
        return self._faults.dropped

    @property
    def refused(self) -> int:
        """Rows that the server refused."""
        return self._faults.refused

    def __enter__(self) -> Footfall:  # noqa: PYI034 - typing.Self needs Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _faults(self) -> Faults:
        return self._worker.faults

    @_quiet
    def _flush(self, timeout: float | None) -> bool:
        return self._worker.flush(timeout)

    @_quiet
    def _close(self, timeout: float | None) -> bool:
        return self._worker.close(timeout)

    @_quiet
    def _settle(self, timeout: float | None) -> bool:
        return self._worker.settle(timeout)

    def _event(self, timestamp: Timestamp | None, **fields: Any) -> None:
        if not self.enabled:
            self._faults.lose(1)
            return
        row = {name: value for name, value in fields.items() if value is not None}
        row["timestamp"] = _time(timestamp)
        self._worker.put(EVENTS, row)


def _time(given: Timestamp | None) -> float | str:
    """The given time in a form that the server reads; now, as Unix milliseconds, where there is none."""
    if given is None:
        return time.time_ns() // 1_000_000
    if isinstance(given, datetime):
        aware = given if given.tzinfo else given.replace(tzinfo=timezone.utc)
        return int(aware.timestamp() * 1000)
    return given


def _number(name: str, given: object, *, at_least: float = 0, whole: bool = False) -> None:
    if isinstance(given, bool) or not isinstance(given, int if whole else (int, float)):
        raise TypeError(f"{name} must be {'an integer' if whole else 'a number'}, not {given!r}")
    if not at_least <= given <= _MAX_NUMBER or math.isnan(given):
        raise ValueError(f"{name} must be from {at_least} to {_MAX_NUMBER:,}, not {given!r}")


def _unusable(url: object, token: object, project: object) -> str:
    """What is wrong with the configuration, in words; empty where nothing is."""
    if not isinstance(url, str) or not url:
        return "no server address is given"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and httpx.URL(url).host
    except (ValueError, httpx.InvalidURL) as error:
        return f"{url!r} is not an address: {error}"
    if not usable:
        return f"{url!r} is not an http or https address"
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        return "no usable token is given"
    if project is not None and not (isinstance(project, str) and project.isascii() and project.isprintable()):
        return f"{project!r} is not a project"
    return ""
