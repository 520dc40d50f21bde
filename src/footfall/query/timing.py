"""Where the figures of one answer came from, and how long the store took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import perf_counter

from footfall.catalog.tables import Table
from footfall.query.ast import Query
from footfall.query.plan import (
    AnyPart,
    AnyPlan,
    BreakdownsOfCells,
    CellPart,
    FlowsOfSessions,
    LabelsOfWhole,
    MatchedPart,
    Part,
    RetentionOfSessions,
    RevenuePart,
    TotalledWhole,
    Whole,
)
from footfall.query.sources import Source


class Timing:
    """Of one answer. Parts of an answer may be read by several threads at once: the time is that of at least one."""

    def __init__(self) -> None:
        self._sources: set[Source] = set()
        self._seconds = 0.0
        self._running = 0
        self._since = 0.0
        self._lock = Lock()

    @property
    def sources(self) -> list[Source]:
        """The cheapest first."""
        return [source for source in reversed(Source) if source in self._sources]

    @property
    def store_seconds(self) -> float:
        return self._seconds

    def note(self, chosen: AnyPlan) -> None:
        with self._lock:
            self._sources |= sources_of(chosen)

    @contextmanager
    def in_store(self) -> Iterator[None]:
        with self._lock:
            if not self._running:
                self._since = perf_counter()
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
                if not self._running:
                    self._seconds += perf_counter() - self._since


def sources_of(chosen: AnyPlan) -> set[Source]:
    """What a query reads its figures from."""
    match chosen:
        case Whole(parts=parts):
            return {_source(part) for part in parts}
        case LabelsOfWhole(whole=whole) | TotalledWhole(whole=whole):
            return sources_of(whole)
        case FlowsOfSessions() | RetentionOfSessions():
            return {Source.SESSIONS, Source.FACTS} if chosen.besides else {Source.SESSIONS}
        case BreakdownsOfCells():
            return {Source.ROLLUPS, Source.FACTS}
        case Query(table=Table.SESSIONS) if not chosen.within:
            return {Source.SESSIONS}
        case _:
            return {Source.FACTS}


def _source(part: AnyPart) -> Source:
    match part:
        case CellPart():
            return Source.ROLLUPS
        case MatchedPart():
            return Source.FACTS
        case RevenuePart():
            return Source.FACTS if part.differing is None else Source.SESSIONS
        case Part() if part.query.table is not Table.SESSIONS or part.query.within:
            return Source.FACTS
        case _:
            return Source.SESSIONS
