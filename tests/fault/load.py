"""Load from several threads, and a book of what was sent and what was acknowledged."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
from tests.support.collecting import CHROME
from tests.support.server import Access

_HOURS_3 = 3 * 3_600_000


SHARED = "shared.test"
"""The domain of a log that every body of logs begins with: all of the same second, so that they are summed up."""

STORED = {200, 201, 202, 204}


class Book:
    """Names are unique: of events their name, of visits their endpoint, of proxy logs their domain."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.unanswered: list[tuple[str, dict[str, Any], list[str]]] = []
        self._lock = threading.Lock()

    def note(self, names: list[str]) -> None:
        with self._lock:
            self.sent.update(names)

    def settle(self, names: list[str]) -> None:
        with self._lock:
            self.acknowledged.update(names)

    def lost(self, path: str, request: dict[str, Any], names: list[str]) -> None:
        """No answer came: whether it is stored is not known until it is sent again under its key."""
        with self._lock:
            self.unanswered.append((path, request, names))

    def resend(self, access: Access) -> None:
        """Requests with keys may be repeated: they must be stored once."""
        again, self.unanswered = self.unanswered, []
        for path, request, names in again:
            if access.post(path, **request).status_code in STORED:
                self.settle(names)


def bodies_of_logs(names: Iterable[str]) -> int:
    """How many bodies the names are of, each of which has one more log, of the domain SHARED."""
    return sum(name.endswith("-log-0") for name in names)


class Load:
    """A seeded mix of every way in, late and out of order, of visitors that all threads share."""

    def __init__(self, book: Book, seed: int) -> None:
        self._book = book
        self._seed = seed

    @contextmanager
    def running(self, access: Access, label: str, threads: int = 4) -> Iterator[None]:
        stop = threading.Event()
        makes = ways(access)
        workers = [
            threading.Thread(target=self._work, args=(access, makes, f"{label}-{number}", stop))
            for number in range(threads)
        ]
        for worker in workers:
            worker.start()
        try:
            yield
        finally:
            stop.set()
            for worker in workers:
                worker.join(60)

    def _work(self, access: Access, makes: Sequence[Make], label: str, stop: threading.Event) -> None:
        dice = random.Random(f"{self._seed} {label}")
        headers = {"Authorization": f"Bearer {access.token}"}
        with httpx.Client(base_url=access.server.url, headers=headers, timeout=30) as client:
            number = 0
            while not stop.is_set():
                number += 1
                make = dice.choice(makes)
                path, request, names, keyed = make(dice, f"{label}-{number}")
                self._book.note(names)
                try:
                    answer = client.post(path, **request)
                except httpx.HTTPError:
                    if keyed:
                        self._book.lost(path, request, names)
                    return
                if answer.status_code in STORED:
                    self._book.settle(names)


Made = tuple[str, dict[str, Any], list[str], bool]
"""Path, what to send, the names in it, and whether it may be sent again."""

Make = Callable[[random.Random, str], Made]


def ways(access: Access) -> tuple[Make, ...]:
    """Every way in: what each sends."""
    meta = access.server.meta()
    try:
        project = meta.project(access.slug)
        assert project is not None
        site = project.site_key
    finally:
        meta.close()
    return _single, _batch, _bulk, _visits, _logs, partial(_browser, site), partial(_request_log, access.token)


def _single(dice: random.Random, label: str) -> Made:
    event = _event(dice, label) | dice.choice(({}, {"session_id": f"s-{dice.randrange(4)}"}))
    request = {"json": event | {"user_agent": f"agent-{dice.randrange(3)}"}, "headers": {"Idempotency-Key": label}}
    return "/api/v1/analytics", request, [label], True


def _batch(dice: random.Random, label: str) -> Made:
    names = [f"{label}-{i}" for i in range(dice.randint(1, 12))]
    events = [_event(dice, name) | {"event_id": _id(dice)} for name in names]
    for event in events:
        if dice.random() < 0.3:
            event["session_id"] = f"s-{dice.randrange(6)}"
    request = {"json": {"events": events, "client_id": f"visitor-{dice.randrange(8)}"}}
    return "/api/v1/analytics/batch", request, names, True


def _bulk(dice: random.Random, label: str) -> Made:
    names = [f"{label}-{i}" for i in range(dice.randint(1, 12))]
    events = [
        {
            "type": dice.choice(("pageview", "custom")),
            "name": name,
            "path": f"/{name}",
            "visitor_id": f"visitor-{dice.randrange(8)}",
            "timestamp": _moment(dice),
            "event_id": _id(dice),
            **dice.choice(({}, {"revenue": {"amount": "1.25", "currency": dice.choice(("EUR", "USD"))}})),
        }
        for name in names
    ]
    return "/api/collect/bulk", {"json": {"events": events}}, names, True


def _visits(dice: random.Random, label: str) -> Made:
    names = [f"/{label}/{i}" for i in range(dice.randint(1, 12))]
    visits = [
        {
            "endpoint": name,
            "status": 200,
            "timestamp": _moment(dice),
            "user_agent": "agent",
            **dice.choice(({"user_id": f"u-{dice.randrange(5)}"}, {"ip_address": f"192.0.2.{dice.randrange(5)}"})),
        }
        for name in names
    ]
    return "/api/tracking/visits", {"json": {"visits": visits}}, names, False


def _logs(dice: random.Random, label: str) -> Made:
    names = [f"{label}-log-{i}" for i in range(dice.randint(1, 12))]
    logs = [{"ts": _moment(dice), "domain": name, "count": 1, "worker": f"w-{dice.randrange(3)}"} for name in names]
    shared = {"ts": "2026-01-01 00:00:00", "domain": SHARED, "count": 1, "max_concurrency": dice.randrange(9)}
    request = {"json": {"logs": [shared, *logs]}, "headers": {"Idempotency-Key": label}}
    return "/analytics/ingest", request, names, True


def _browser(site: str, dice: random.Random, label: str) -> Made:
    report = {"k": site, "u": f"https://site.test/{label}", "t": "event", "n": label}
    headers = {"User-Agent": CHROME, "X-Forwarded-For": f"192.0.2.{dice.randrange(5)}"}
    return "/api/collect", {"json": report, "headers": headers}, [label], False


def _request_log(token: str, dice: random.Random, label: str) -> Made:
    names = [f"/{label}/logged/{i}" for i in range(dice.randint(1, 12))]
    requests = [
        {
            "hostname": "api.test",
            "ip_address": f"192.0.2.{dice.randrange(5)}",
            "path": name,
            "user_agent": CHROME,
            "method": "GET",
            "status": 200,
            "response_time": 12,
            "user_id": None,
            "created_at": datetime.fromtimestamp(_moment(dice) / 1000, UTC).replace(tzinfo=None).isoformat(),
        }
        for name in names
    ]
    body = {"api_key": token, "framework": "FastAPI", "privacy_level": 0, "requests": requests}
    return "/api/log-request", {"json": body}, names, False


def _event(dice: random.Random, name: str) -> dict[str, Any]:
    kind = dice.choice(("page_view", "user_action", "error"))
    return {
        "event_name": name,
        "category": kind,
        "page_url": f"https://site.test/{name}",
        "timestamp": _moment(dice),
    }


def _moment(dice: random.Random) -> int:
    """Now, or up to three hours ago."""
    now = time.time_ns() // 1_000_000
    return now if dice.random() < 0.5 else now - dice.randrange(_HOURS_3)


def _id(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128)))
