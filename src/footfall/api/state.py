"""What endpoints depend on: one value for collecting, one for querying, and an accessor for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from fastapi import FastAPI, Request

from footfall.api.answer_cache import AnswerCache
from footfall.api.auth import Authenticator
from footfall.api.bodies import Bodies
from footfall.api.lifecycle import Lifecycle
from footfall.api.metrics import Metrics
from footfall.api.query_limiter import QueryLimiter
from footfall.api.streams import Streams
from footfall.clock import Clock
from footfall.collect.intake import Intake
from footfall.meta import Drops, MemoryFilters, SavedFilters
from footfall.model.period import iso_seconds
from footfall.model.progress import FailingJob, Standstill
from footfall.settings import Settings
from footfall.spool.group import GroupCommitter
from footfall.spool.protocol import SpoolState
from footfall.spool.receiving import Receiving
from footfall.store.protocol import Store

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Collecting:
    """What writing endpoints and probes depend on, for the life of the process. `buffer` never waits."""

    settings: Settings
    clock: Clock
    auth: Authenticator
    intake: Intake
    committer: GroupCommitter
    bodies: Bodies
    metrics: Metrics
    drops: Drops
    buffer: Callable[[], SpoolState]  # all spools added up
    lifecycle: Lifecycle
    standstills: Callable[[], Sequence[Standstill]] = tuple  # never waits
    receiving: Receiving | None = None  # where the process drains what other machines forward

    def stale(self) -> Standstill | None:
        """The longest standstill of those that are for good, or longer than figures may be stale. Never waits."""
        told = [one for one in self.standstills() if one.for_good or one.seconds >= self.settings.stale_seconds]
        return max(told, key=lambda one: one.seconds, default=None)

    def refusal(self) -> str:
        """Why events can't be accepted now, or `""`. Never waits."""
        if self.lifecycle.stopping:
            return "the server is stopping"
        state = self.buffer()
        if state.waiting >= state.capacity:
            return f"the buffer holds {state.waiting} events, and its limit is {state.capacity}"
        return "a write to the buffer failed within the last 5 seconds" if self.committer.failing else ""


def stale_since(one: Standstill) -> str:
    """A standstill in words."""
    return f"nothing of the spool {one.spool!r} is drained since {iso_seconds(one.since)}: {one.reason}"


def fails_since(one: FailingJob) -> str:
    """A failing job in words."""
    return f"work on {one.name} fails since {iso_seconds(one.since)}: {one.reason}"


@dataclass(frozen=True, slots=True)
class Querying:
    """What reading endpoints depend on, for the life of the process."""

    settings: Settings
    clock: Clock
    auth: Authenticator
    store: Store
    limiter: QueryLimiter
    answers: AnswerCache
    drops: Drops
    buffer: Callable[[], SpoolState]  # as above
    last_flush: Callable[[], int]  # Unix milliseconds of the drain's last round
    failing_jobs: Callable[[], Sequence[FailingJob]] = tuple  # never waits
    streams: Streams = field(default_factory=Streams)
    saved: SavedFilters = field(default_factory=MemoryFilters)


@dataclass(frozen=True, slots=True)
class State:
    """The parts of a process; one that it does not have is None."""

    collecting: Collecting | None = None
    querying: Querying | None = None

    def install(self, app: FastAPI) -> None:
        app.state.footfall = self


def state_of(request: Request) -> State:
    found: State = request.app.state.footfall
    return found


def collecting(request: Request) -> Collecting:
    """The collecting part; RuntimeError where an endpoint is mounted in a process that has none."""
    return _present(state_of(request).collecting)


def querying(request: Request) -> Querying:
    """The querying part; RuntimeError as above."""
    return _present(state_of(request).querying)


def _present(part: _Part | None) -> _Part:
    if part is None:
        raise RuntimeError("this endpoint needs a part that the process does not have")
    return part
