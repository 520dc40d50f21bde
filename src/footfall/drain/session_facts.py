"""Facts of the sessions that an earlier version stored, filled in while the server answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic

import structlog

from footfall.store.protocol import FactStore

SLICE = 100_000
"""Sessions that get their facts in one call: a second or two, for which no batch is begun, and no answer."""

EARNINGS_SLICE = 300_000
"""The same of earnings: each slice rewrites a column of the month's parts, and takes some 150 bytes of a session."""

_AFTER_FAILURE = 60.0


class Filling(ABC):
    """Each call fills in a slice of the newest month that lacks something, so that a stop never waits long.

    Nothing is remembered from one start to the next: the store says what is left. `changing_sessions` is the drain's:
    a batch that read a session before it got its facts would cancel it without them, so none may be under way.
    `report` is called with the number of sessions that are left; `done` says that there are none, and will be none.
    """

    what = ""
    """What is filled in, for the log."""

    def __init__(
        self,
        facts: FactStore,
        changing_sessions: Callable[[], AbstractContextManager[bool]],
        report: Callable[[int], None],
        tick: Callable[[], float] = monotonic,
    ) -> None:
        self._facts = facts
        self._changing_sessions = changing_sessions
        self._report = report
        self._tick = tick
        self._month: int | None = None
        self._not_before = 0.0
        self.done = False
        self._log = structlog.get_logger("store")

    def __call__(self) -> None:
        if self.done or self._tick() < self._not_before:
            return
        self._not_before = self._tick() + _AFTER_FAILURE  # set first: it holds where this call fails
        with self._changing_sessions() as quiesced:
            if quiesced:
                self._fill()
        self._not_before = 0.0

    def _fill(self) -> None:
        months = self._lacking()
        left = sum(months.values())
        self._report(left)
        month = max(months, default=None)
        if month is None:
            self.done = True  # only earlier versions leave sessions without facts
            if self._month:
                self._log.info(f"all sessions have their {self.what}")
            return
        if month != self._month:
            what = f"filling in the {self.what} of sessions that an earlier version stored"
            self._log.info(what, month=month, left=left)
            self._month = month
        self._fill_in(month)

    @abstractmethod
    def _lacking(self) -> dict[int, int]:
        """How many sessions lack it, by month (yyyymm)."""

    @abstractmethod
    def _fill_in(self, month: int) -> None:
        """Of a slice of the month's sessions."""


class SessionFacts(Filling):
    """What queries need to know of a session's events."""

    what = "facts"

    def _lacking(self) -> dict[int, int]:
        return self._facts.sessions_without_facts()

    def _fill_in(self, month: int) -> None:
        self._facts.fill_session_facts(month, SLICE)


class SessionEarnings(Filling):
    """What sessions earned; roll-ups and moves do not wait for it, since events tell it, too."""

    what = "earnings"

    def _lacking(self) -> dict[int, int]:
        return self._facts.sessions_without_earnings()

    def _fill_in(self, month: int) -> None:
        self._facts.fill_session_earnings(month, EARNINGS_SLICE)
