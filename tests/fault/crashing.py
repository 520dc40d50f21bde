"""A process that drains and ends at once, without a word, at the n-th step of the way: `crashing.py DATA N`.

It first makes good what the process before it left behind. Exit code 9: it crashed there; 0: there is no n-th step.
Events are of project N, so that each crash has visitors of its own.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.support.draining import drain_all

from footfall.clock import MINUTE, system_clock
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.model.raw import EventRows, RawEvent, RawRequest, RequestRows
from footfall.settings import Settings
from footfall.spool.protocol import Submission
from footfall.spool.sqlite import SqliteSpool
from footfall.store.clickhouse import open_store

CRASHED = 9
STEPS = {"write", "remove", "insert", "command", "apply", "finish"}
BASE = 1_780_000_000_000


class Countdown:
    """Ends the process before the n-th step, counted over all parts that it wraps."""

    def __init__(self, left: int) -> None:
        self._left = left

    def wrap(self, part: Any) -> Any:
        return _Wrapped(part, self)

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os._exit(CRASHED)


class _Wrapped:
    def __init__(self, part: Any, countdown: Countdown) -> None:
        self._part = part
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if name == "facts":  # a part of the store that writes
            return _Wrapped(found, self._countdown)
        if name not in STEPS:
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            self._countdown.step()
            answer = found(*arguments, **named)
            if name == "finish":  # the last moment of a batch, before its plan is removed
                self._countdown.step()
            return answer

        return call


class Silent:
    def step(self, name: str, seconds: float) -> None: ...

    def drained(self, table: str, rows: int) -> None: ...

    def failed(self, stage: str) -> None: ...


def event(project: int, minute: int, visitor: int = 7, session_id: str = "") -> RawEvent:
    name = f"p{project} v{visitor} {minute} {session_id}"
    return RawEvent(
        timestamp=BASE + minute * MINUTE,
        id_hi=project,
        id_lo=minute + 1000 * visitor,
        event_type="pageview",
        name=name,
        path=f"/{name}",
        visitor=visitor,
        session_id=session_id,
        user_agent="agent",
    )


def request(project: int, minute: int) -> RawRequest:
    return RawRequest(
        timestamp=BASE + minute * MINUTE,
        id_hi=project,
        id_lo=minute,
        visitor=9,
        endpoint=f"/p{project}/{minute}",
        method="GET",
    )


def first_batch(project: int) -> list[Submission]:
    """Two sessions each of a visitor, one of another, and requests."""
    events = [event(project, minute) for minute in (0, 50)] + [event(project, minute, 8) for minute in (0, 20)]
    return _submissions(project, events, [request(project, minute) for minute in (0, 50)])


def late_batch(project: int) -> list[Submission]:
    """Events that join what was apart and take stored events along: sessions merge, move and grow."""
    events = [event(project, 25), event(project, 10, 8, "named"), event(project, 60)]
    return _submissions(project, events, [request(project, 25)])


def _submissions(project: int, events: list[RawEvent], requests: list[RawRequest]) -> list[Submission]:
    now = BASE + 100 * MINUTE
    return [Submission(EventRows(project, now, events)), Submission(RequestRows(project, now, requests))]


def main(data: Path, number: int) -> None:
    settings = Settings(data=data)
    (data / "spool").mkdir(parents=True, exist_ok=True)
    spool = SqliteSpool(data / "spool" / "serve.db", clock=system_clock, capacity=10_000, keep_seconds=3600)
    store, journal = open_store(settings), Journal(data / "drain")
    store.migrate()
    healthy = Drain(lambda: [("serve", spool)], store, journal, Silent())
    drain_all(healthy, spool)
    spool.append(first_batch(number))
    drain_all(healthy, spool)
    for submission in late_batch(number):
        spool.append([submission])
    time.sleep(0.002)
    count = Countdown(number)
    # Every batch is a full one, so that the second is planned while the first is written.
    draining = Drain(
        lambda: [("serve", count.wrap(spool))], count.wrap(store), count.wrap(journal), Silent(), batch_events=1
    )
    while spool.state().waiting:
        draining.drain_once(whole=False)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
