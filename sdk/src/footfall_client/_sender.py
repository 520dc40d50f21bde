"""A body is sent until the server accepts or refuses it, or the time for retries is over."""

from __future__ import annotations

import math
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import httpx

from footfall_client._bodies import Body
from footfall_client._faults import Faults

_FIRST_DELAY = 0.5
_MAX_DELAY = 30.0
_MAX_RETRY_AFTER = 300.0
_MESSAGE_CHARS = 300
_MAX_TRIES = 4
_MAX_ASIDE = 4

Pause = Callable[[float, bool], bool]
"""Waits for so many seconds, or less unless the flag says that the server asks for them; false: give up."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go. Times in seconds."""

    url: str
    token: str
    project: str | None
    timeout: float
    retry_for: float
    transport: Callable[[], httpx.BaseTransport] | None


class Blame(Enum):
    """What a failure is attributed to."""

    SERVER = "unreachable, or asks to wait"
    BODY = "the server fails on it"
    NOBODY = "no answer, or a proxy's"


_AWAY = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_AGAIN = {
    **dict.fromkeys((425, 429, 503), Blame.SERVER),
    # 520 to 530 are Cloudflare's for a server that it can't reach.
    **dict.fromkeys((408, 502, 504, *range(520, 531)), Blame.NOBODY),
}
"""Statuses that are not attributed to the body; others from 500 on are."""


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """`wait` is the number of seconds that the server asks for."""

    reason: str
    blame: Blame
    wait: float | None = None


@dataclass(slots=True)
class _Case:
    """A body being sent: when to give up, how often it was tried, and how many failures are attributed to it."""

    body: Body
    until: float
    attempts: int = 0
    strikes: int = 0


class Sender:
    """Sends bodies one after another, over one connection; belongs to one thread. Never raises.

    While the server is unreachable, the current body waits. A body that the server fails on (`Blame.BODY`) gets four
    attempts. A body that gets no answer four times is set aside for the next ones. It is tried again after each body
    that is answered, and a missing answer then counts as a failure on the body.
    """

    def __init__(self, target: Target, faults: Faults, pause: Pause) -> None:
        self._target = target
        self._faults = faults
        self._pause = pause
        self._transport: httpx.BaseTransport | None = None
        self._aside: deque[_Case] = deque()
        self.until: float | None = None
        """The latest time (`time.monotonic`) to stop at; None where no caller waits."""

    @property
    def aside(self) -> int:
        """Bodies that are not settled yet."""
        return len(self._aside)

    @property
    def full(self) -> bool:
        """Whether too many bodies are aside to send another one."""
        return len(self._aside) >= _MAX_ASIDE

    def send(self, body: Body) -> None:
        """The rows are counted as accepted, refused or dropped, or the body is aside."""
        self._carry(_Case(body, time.monotonic() + self._target.retry_for))

    def resume(self) -> None:
        """Try the body again that has been aside for longest."""
        self._carry(self._aside.popleft())

    def close(self) -> None:
        """Drop the bodies that are aside."""
        while self._aside:
            self._drop(self._aside.popleft(), "the client was closed")
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _carry(self, case: _Case) -> None:
        if self._answered(case):
            for _ in range(len(self._aside)):
                self._answered(self._aside.popleft(), suspect=True)

    def _answered(self, case: _Case, *, suspect: bool = False) -> bool:
        """Try as long as retries make sense; whether the server accepted or refused it."""
        try:
            while (failure := self._attempt(case.body)) is not None:
                if not self._goes_on(case, failure, suspect):
                    return False
                suspect = False
        except Exception as error:  # noqa: BLE001 - the transport may be the application's
            rows = case.body.rows
            self._faults.drop(rows, "fault", "footfall: %d rows are lost", rows, error=error)
            return False
        return True

    def _goes_on(self, case: _Case, failure: FailedAttempt, suspect: bool) -> bool:
        """Whether to try again now; if not, the case is settled or aside."""
        unanswered = failure.blame is Blame.NOBODY
        delay = backoff(case.attempts) if failure.wait is None else failure.wait
        case.attempts += 1
        case.strikes += failure.blame is Blame.BODY or (suspect and unanswered)
        if case.strikes >= _MAX_TRIES:
            rows = case.body.rows
            self._faults.refuse(
                rows, "failed", "footfall: %d rows refused, tried %d times: %s", rows, case.attempts, failure.reason
            )
            return False
        self._faults.warn("retry", "footfall: %s; trying again", failure.reason)
        if suspect and unanswered:
            self._aside.append(case)
            return False
        if time.monotonic() + delay > case.until or not self._pause(delay, failure.wait is not None):
            self._drop(case, failure.reason)
            return False
        if unanswered and case.attempts >= _MAX_TRIES:
            self._aside.append(case)
            return False
        return True

    def _drop(self, case: _Case, reason: str) -> None:
        rows = case.body.rows
        self._faults.drop(rows, "given up", "footfall: gave up on %d rows: %s", rows, reason)

    def _attempt(self, body: Body) -> FailedAttempt | None:
        """None where the server accepted or refused it."""
        try:
            answer = self._post(body)
        except _AWAY as error:
            return FailedAttempt(f"{type(error).__name__}: {error}", Blame.SERVER)
        except (httpx.HTTPError, OSError) as error:
            return FailedAttempt(f"{type(error).__name__}: {error}", Blame.NOBODY)
        status = answer.status_code
        if status in _AGAIN or status >= 500:
            blame = _AGAIN.get(status, Blame.BODY)
            wait = retry_after(answer.headers.get("Retry-After"))
            return FailedAttempt(f"the server answered {status}", blame, wait)
        if status in {200, 201, 202, 204}:
            self._taken(body, answer)
        else:
            message = _message(answer)
            self._faults.refuse(
                body.rows, f"refused {status}", "footfall: %d rows refused with %d: %s", body.rows, status, message
            )
        return None

    def _post(self, body: Body) -> httpx.Response:
        """Without `httpx.Client`, which logs a line for each request."""
        target = self._target
        if self._transport is None:
            # Ignores proxies and certificates of the environment; the option `transport` can set them.
            self._transport = target.transport() if target.transport else httpx.HTTPTransport(trust_env=False)
        headers = {"Authorization": f"Bearer {target.token}", "User-Agent": "footfall-client", **body.headers}
        if target.project:
            headers["X-Project"] = target.project
        timeout = httpx.Timeout(self._timeout()).as_dict()
        url = httpx.URL(target.url)
        url = url.copy_with(path=url.path.rstrip("/") + body.kind.path, query=None, fragment=None)
        request = httpx.Request("POST", url, headers=headers, content=body.content, extensions={"timeout": timeout})
        answer = self._transport.handle_request(request)
        try:
            answer.read()
        finally:
            answer.close()
        return answer

    def _taken(self, body: Body, answer: httpx.Response) -> None:
        content = _object(answer)
        listed = content.get("rejected")
        rejected = listed if isinstance(listed, list) else []
        total = content.get("rejected_total", len(rejected))
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


def backoff(attempt: int) -> float:
    """Seconds before the next attempt: exponential, with full jitter."""
    longest = min(_MAX_DELAY, _FIRST_DELAY * 2 ** min(attempt, 16))
    return random.uniform(0, longest)  # noqa: S311 - spreads load; not for security


def retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110: seconds, or a date), at most 5 minutes; None where it is invalid."""
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
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER) if math.isfinite(seconds) else None


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _message(answer: httpx.Response) -> str:
    """The server's error message, else the beginning of its answer."""
    error = _object(answer).get("error")
    message = error.get("message") if isinstance(error, dict) else None
    return str(message or answer.text)[:_MESSAGE_CHARS]
