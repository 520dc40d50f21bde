"""One body is sent until the server takes it, refuses it, or the patience is over."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from footfall_client._bodies import Body
from footfall_client._faults import Faults

_FIRST = 0.5
_LONGEST = 30.0
_LONGEST_ASKED = 300.0
_SHOWN = 300

Pause = Callable[[float, bool], bool]
"""Waits so many seconds, or less where it need not be all (the flag says whether it need); false: give up."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go. Times in seconds."""

    url: str
    token: str
    project: str | None
    timeout: float
    retry_for: float
    transport: Callable[[], httpx.BaseTransport] | None


class Sender:
    """Sends bodies one after another, over one connection; belongs to one thread."""

    def __init__(self, target: Target, faults: Faults, pause: Pause) -> None:
        self._target = target
        self._faults = faults
        self._pause = pause
        self._http: httpx.Client | None = None
        self.until: float | None = None
        """When (`time.monotonic`) to stop at the latest; None where nobody waits."""

    def send(self, body: Body) -> None:
        """Never raises; the rows are counted as accepted, refused or dropped."""
        until = time.monotonic() + self._target.retry_for
        attempt = 0
        while True:
            reason, asked = self._attempt(body)
            if not reason:
                return
            delay = backoff(attempt) if asked is None else asked
            attempt += 1
            self._faults.warn("retry", "footfall: %s; trying again", reason)
            if time.monotonic() + delay > until or not self._pause(delay, asked is not None):
                self._faults.drop(body.rows, "given up", "footfall: gave up on %d rows: %s", body.rows, reason)
                return

    def close(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None

    def _attempt(self, body: Body) -> tuple[str, float | None]:
        """Why to try again, and after how many seconds if the server says so; no reason where it is done."""
        try:
            if self._http is None:
                self._http = self._client()
            answer = self._http.post(
                body.kind.path, content=body.content, headers=body.headers, timeout=self._timeout()
            )
        except (httpx.HTTPError, OSError) as error:
            return f"{type(error).__name__}: {error}", None
        status = answer.status_code
        if status in {408, 425, 429} or status >= 500:
            return f"the server answered {status}", retry_after(answer.headers.get("Retry-After"))
        if status in {200, 201, 202, 204}:
            self._taken(body, answer)
        else:
            message = _message(answer)
            self._faults.refuse(
                body.rows, f"refused {status}", "footfall: %d rows refused with %d: %s", body.rows, status, message
            )
        return "", None

    def _taken(self, body: Body, answer: httpx.Response) -> None:
        said = _object(answer)
        listed = said.get("rejected")
        rejected = listed if isinstance(listed, list) else []
        total = said.get("rejected_total", len(rejected))
        refused = min(total, body.rows) if isinstance(total, int) else len(rejected)
        self._faults.took(body.rows - refused)
        if refused:
            first = rejected[0] if rejected else ""
            self._faults.refuse(
                refused, "rejected", "footfall: %d of %d rows refused, the first: %s", refused, body.rows, first
            )

    def _timeout(self) -> float:
        left = self._target.timeout if self.until is None else self.until - time.monotonic()
        return max(0.01, min(left, self._target.timeout))

    def _client(self) -> httpx.Client:
        target = self._target
        headers = {"Authorization": f"Bearer {target.token}", "User-Agent": "footfall-client"}
        if target.project:
            headers["X-Project"] = target.project
        # Without the environment's proxies and certificates: who needs one gives a transport.
        return httpx.Client(
            base_url=target.url,
            headers=headers,
            transport=target.transport() if target.transport else None,
            trust_env=False,
        )


def backoff(attempt: int) -> float:
    """Seconds before the next attempt: exponential, with full jitter."""
    most = min(_LONGEST, _FIRST * 2 ** min(attempt, 16))
    return random.uniform(0, most)  # noqa: S311 - spreads load, guards nothing


def retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110: seconds, or a date), at most 5 minutes; None where it says none."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return None
        aware = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
        seconds = (aware - datetime.now(timezone.utc)).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_ASKED) if math.isfinite(seconds) else None


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _message(answer: httpx.Response) -> str:
    """What the server says of it, else the beginning of its answer."""
    error = _object(answer).get("error")
    message = error.get("message") if isinstance(error, dict) else None
    return str(message or answer.text)[:_SHOWN]
