"""B5's queries through the web surface and by hand, in turn, on one store in one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from itertools import product
from statistics import median
from typing import Any

import httpx

from bench.by_hand import CASES, FILTERS, Case, Rows, Span
from footfall.api.answer_cache import AnswerCache
from footfall.api.application import create_api
from footfall.api.query_limiter import QueryLimiter
from footfall.api.state import Querying, State
from footfall.clock import DAY, HOUR, Clock
from footfall.meta import Drops, MemoryAnswers
from footfall.meta.database import Database
from footfall.model.period import iso
from footfall.model.project import Principal, Project, Scope
from footfall.settings import Settings
from footfall.spool.protocol import SpoolState
from footfall.store.protocol import Store

URL = "http://bench/api/web-events/bench"
_LATE = 17 * HOUR + 1_234
"""Time of day that ranges end at: sessions cross their edges, as they do when a range ends now."""


class _Gate:
    """Lets anyone read the only project."""

    def authenticate(self, *_: object) -> Principal:
        return Principal(1, frozenset({Scope.READ}), None)

    def client(self, *_: object) -> str:
        return "127.0.0.1"

    def project_in_path(self, *_: object) -> Project:
        return Project(1, "bench", "bench", "")


def compare(store: Store, runs: int, step: int, ranges: tuple[int, ...]) -> dict[str, Any]:
    """Both sides' times and their ratios by query, of which every `step`-th is run; ranges in days."""
    last = store.query("SELECT toUnixTimestamp64Milli(max(timestamp)) FROM events").scalar
    end = last // DAY * DAY - DAY + _LATE
    transport = httpx.ASGITransport(create_api(State(querying=_querying(store, lambda: end))))
    with asyncio.Runner() as loop:
        client = httpx.AsyncClient(transport=transport)

        def ask(path: str, span: Span) -> Any:
            params = {"from": iso(span.start), "to": iso(span.end), "filter": span.filter.text}
            return loop.run(client.get(URL + path, params=params)).raise_for_status().json()

        found = {
            f"{case.path or 'rows'} {days}d {which.text}".strip(): _measure(
                store, ask, case, Span(end - days * DAY, end, which), runs
            )
            for days, which, case in list(product(ranges, FILTERS, CASES))[::step]
        }
        loop.run(client.aclose())
    return {"cases": found}


def _querying(store: Store, clock: Clock) -> Querying:
    return Querying(
        settings=Settings(),
        clock=clock,
        auth=_Gate(),  # type: ignore[arg-type]  # lets anyone in
        store=store,
        limiter=QueryLimiter(store, 8),
        answers=AnswerCache(MemoryAnswers(clock), clock, seconds=10, patience=30),
        drops=Drops(Database("sqlite://"), clock),
        buffer=lambda: SpoolState(0, 0, 0, 0, 0, 0),
        last_flush=clock,
    )


def _measure(store: Store, ask: Callable[[str, Span], Any], case: Case, span: Span, runs: int) -> dict[str, float]:
    """Milliseconds, medians. The ratio is the median of the pairs' ratios, by hand in the way that was the fastest."""

    def by_hand(statements: list[str]) -> list[Rows]:
        return [list(store.query(sql).rows) for sql in statements]

    ways = [partial(by_hand, statements) for statements in case.ways(span)]
    sides: list[Callable[[], Any]] = [partial(ask, case.path, span), *ways]
    wanted = case.answer(sides[0]())
    for way in ways:
        _check(case, span, wanted, case.figures(way()))
    times = _in_turn(sides, runs)
    surface, hand = times[0], min(times[1:], key=lambda taken: median(wall for wall, _ in taken))
    result: dict[str, float] = {}
    for place, prefix in enumerate(("", "cpu_")):
        ours, theirs = ([both[place] for both in side] for side in (surface, hand))
        result |= {
            f"{prefix}surface_ms": round(median(ours), 1),
            f"{prefix}by_hand_ms": round(median(theirs), 1),
            f"{prefix}ratio": round(median(a / b for a, b in zip(ours, theirs, strict=True)), 2),
        }
    return result


def _in_turn(sides: list[Callable[[], Any]], runs: int) -> list[list[tuple[float, float]]]:
    """Wall and processor time of every run by side; every other turn is in reverse order."""
    taken: list[list[tuple[float, float]]] = [[] for _ in sides]
    for turn in range(runs):
        for place in range(len(sides))[:: -1 if turn % 2 else 1]:
            started, spent = time.perf_counter(), time.process_time()
            sides[place]()
            taken[place].append((1000 * (time.perf_counter() - started), 1000 * (time.process_time() - spent)))
    return taken


def _check(case: Case, span: Span, wanted: Any, found: Any) -> None:
    """RuntimeError where the two answers differ: comparing their times would be meaningless."""
    if wanted != found:
        raise RuntimeError(f"{case.path} {span.filter.text}: the surface says {wanted!r:.300}, by hand {found!r:.300}")
