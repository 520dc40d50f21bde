"""The questions of B5: each as a client asks it, and as statements written by hand for the same figures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from types import SimpleNamespace
from typing import Any

import httpx

from footfall.api.application import create_api
from footfall.api.reading import Questions
from footfall.clock import DAY
from footfall.model.period import iso
from footfall.model.project import Principal, Project, Scope
from footfall.store.protocol import Store

URL = "http://bench/api/web-events/bench"
DAYS = (7, 30)
FILTERS = {
    "": ("", ""),
    "country:DE": ("country = 'DE'", ""),
    "path:/products/*": ("path LIKE '/products/%'", ""),
    "channel:search": ("", "channel = 'search'"),
    "country:DE !device:mobile path:/products/*": (
        "country = 'DE' AND device != 'mobile' AND path LIKE '/products/%'",
        "",
    ),
    "country:DE !device:mobile channel:search": ("country = 'DE' AND device != 'mobile'", "channel = 'search'"),
}
"""Filter strings, and by hand what they ask of events and of sessions. The first is no filter, for comparison."""


@dataclass(frozen=True)
class Span:
    """Rows of events and of sessions within a period, as conditions."""

    start: int
    end: int
    of_events: str
    of_sessions: str

    @property
    def events(self) -> str:
        own = f" AND {self.of_events}" if self.of_events else ""
        sessions = (
            f" AND session IN (SELECT session FROM sessions WHERE {self._visits} GROUP BY session HAVING sum(sign) > 0)"
        )
        return (
            f"project_id = 1 AND timestamp >= fromUnixTimestamp64Milli({self.start}, 'UTC')"
            f" AND timestamp < fromUnixTimestamp64Milli({self.end}, 'UTC') AND traffic = 'human'{own}"
            + (sessions if self.of_sessions else "")
        )

    @property
    def sessions(self) -> str:
        return (
            f"project_id = 1 AND source_table = 'events' AND end >= fromUnixTimestamp64Milli({self.start}, 'UTC')"
            f" AND start < fromUnixTimestamp64Milli({self.end}, 'UTC')"
        )

    @property
    def _visits(self) -> str:
        return f"{self.sessions} AND {self.of_sessions}" if self.of_sessions else self.sessions

    @property
    def live(self) -> str:
        """Sessions that stand and have a matching event."""
        dead = "SELECT session, version FROM sessions WHERE project_id = 1 AND source_table = 'events' AND sign = -1"
        events = f"SELECT session FROM events WHERE {Span(self.start, self.end, self.of_events, '').events}"
        return f"{self._visits} AND sign = 1 AND (session, version) NOT IN ({dead}) AND session IN ({events})"

    @property
    def before(self) -> Span:
        return Span(2 * self.start - self.end, self.start, self.of_events, self.of_sessions)


@dataclass(frozen=True)
class Case:
    """`figures` takes from the surface's answer what the statements give in their first rows."""

    path: str
    statements: Callable[[Span], list[str]]
    figures: Callable[[Any], list[tuple[Any, ...]]]


def _kpis(span: Span) -> list[str]:
    return [_key_figures(span), _key_figures(span.before)]


def _key_figures(span: Span) -> str:
    return (
        "SELECT uniqExact(visitor), sum(sign * views), sum(sign), sum(sign * (pageviews = 1 AND events = 1)),"
        " sum(sign * dateDiff('millisecond', start, end)) FROM sessions JOIN"
        f" (SELECT session, countIf(event_type = 'pageview') AS views FROM events WHERE {span.events} GROUP BY session)"
        f" AS matched USING session WHERE {span.sessions}"
    )


def _series(span: Span) -> list[str]:
    figures = "countIf(event_type = 'pageview'), uniqExact(visitor), uniqExact(session)"
    return [
        f"SELECT toStartOfDay(timestamp) AS day, {figures} FROM events WHERE {each.events} GROUP BY day ORDER BY day"
        for each in (span, span.before)
    ]


def _ranking(column: str, only: str = "") -> Callable[[Span], list[str]]:
    narrowed = f" AND {only}" if only else ""
    top = "GROUP BY label ORDER BY found DESC, label LIMIT 20"
    figures = f"SELECT {column} AS label, count() AS found, uniqExact(visitor)"
    return lambda span: [f"{figures} FROM events WHERE {span.events}{narrowed} {top}"]


def _visits(column: str, only: str = "") -> Callable[[Span], list[str]]:
    narrowed = f" AND {only}" if only else ""
    top = "GROUP BY label ORDER BY found DESC, label LIMIT 20"
    figures = f"SELECT {column} AS label, count() AS found, uniqExact(visitor)"
    return lambda span: [f"{figures} FROM sessions WHERE {span.live}{narrowed} {top}"]


def _listing(span: Span) -> list[str]:
    shown = "path, timestamp, id_hi, id_lo, event_type, name, url, visitor, session, visitor_id, session_id, country"
    order = "ORDER BY timestamp DESC, id_hi DESC, id_lo DESC LIMIT 101 SETTINGS read_in_order_use_buffering = 0"
    return [
        f"SELECT {shown}, browser, os, device, referrer, hostname, properties FROM events WHERE {span.events} {order}"
    ]


def _items(*names: str) -> Callable[[Any], list[tuple[Any, ...]]]:
    return lambda answer: [tuple(item[name] for name in names) for item in answer["items"]]


CASES = (
    Case(
        "/kpis",
        _kpis,
        lambda answer: [tuple(answer["current"][name] for name in ("visitors", "pageviews", "sessions"))],
    ),
    Case(
        "/timeseries",
        _series,
        lambda answer: [
            (item["pageviews"], item["visitors"], item["sessions"]) for item in answer["items"] if item["visitors"]
        ],
    ),
    Case(
        "/count", lambda span: [f"SELECT count() FROM events WHERE {span.events}"], lambda answer: [(answer["count"],)]
    ),
    Case("", _listing, _items("path")),
    Case("/top-pages", _ranking("path", "event_type = 'pageview'"), _items("path", "count", "visitors")),
    Case("/top-countries", _ranking("country"), _items("country", "count", "visitors")),
    Case("/top-referrers", _visits("if(source = '', 'direct', source)"), _items("referrer", "count", "visitors")),
    Case("/top-entry-pages", _visits("entry_page", "pageviews > 0"), _items("path", "count", "visitors")),
)


class _Gate:
    """Lets everybody read the one project there is."""

    def authenticate(self, *_: object) -> Principal:
        return Principal(1, frozenset({Scope.READ}), None)

    def client(self, *_: object) -> str:
        return "127.0.0.1"

    def project_in_path(self, *_: object) -> Project:
        return Project(1, "bench", "bench", "")


def compare(store: Store, runs: int) -> dict[str, Any]:
    """Milliseconds of both sides and their ratio (medians), by case."""
    end = store.query("SELECT toUnixTimestamp64Milli(max(timestamp)) FROM events").scalar // DAY * DAY
    services = SimpleNamespace(store=store, questions=Questions(store, 8), auth=_Gate(), clock=lambda: end)
    transport = httpx.ASGITransport(create_api(lambda: services))  # type: ignore[arg-type,return-value]  # what reading needs
    found: dict[str, Any] = {}
    with asyncio.Runner() as loop:
        client = httpx.AsyncClient(transport=transport)
        for days in DAYS:
            for text, (of_events, of_sessions) in FILTERS.items():
                span = Span(end - days * DAY, end, of_events, of_sessions)
                params = {"from": iso(span.start), "to": iso(span.end), "filter": text}
                for case in CASES:
                    name = f"{case.path or 'rows'} {days}d {text}".strip()
                    found[name] = _measure(loop, client, store, case, span, params, runs)
        loop.run(client.aclose())
    return {"cases": found}


def _measure(
    loop: asyncio.Runner,
    client: httpx.AsyncClient,
    store: Store,
    case: Case,
    span: Span,
    params: dict[str, str],
    runs: int,
) -> dict[str, float]:
    def surface() -> Any:
        return loop.run(client.get(URL + case.path, params=params)).raise_for_status().json()

    def by_hand() -> list[Any]:
        return [store.query(sql).rows for sql in case.statements(span)]

    _check(case, surface(), by_hand()[0])
    times: dict[Callable[[], Any], list[float]] = {surface: [], by_hand: []}
    for _ in range(runs):
        for side, taken in times.items():
            started = time.perf_counter()
            side()
            taken.append(time.perf_counter() - started)
    ours, hand = (median(taken) * 1000 for taken in times.values())
    return {"surface_ms": round(ours, 1), "by_hand_ms": round(hand, 1), "ratio": round(ours / hand, 2)}


def _check(case: Case, answer: Any, rows: Any) -> None:
    """RuntimeError where both sides do not say the same: then a comparison of their times would say nothing."""
    wanted = case.figures(answer)
    found = [
        tuple(row[len(row) - len(want) :] if case.path == "/timeseries" else row[: len(want)])
        for row, want in zip(rows, wanted, strict=False)
    ]
    if wanted != found:
        raise RuntimeError(f"{case.path}: the surface says {wanted[:3]}, by hand {found[:3]}")
