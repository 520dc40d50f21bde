"""Single visitors: where they are, their profile, and each of their sessions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from footfall.model.period import Period
from footfall.query import build
from footfall.query.ast import Query, SessionPosition, VisitorSessions
from footfall.query.compared import Compared, compare_counts
from footfall.query.fetch import Row, fetch
from footfall.store.protocol import Reader

MAX_EVENTS = 1_000
"""Events listed per session."""


@dataclass(frozen=True, slots=True)
class VisitorLocation:
    """A visitor's latest event (`row`) and its time, with the visitor's number of events."""

    row: Row
    last_seen: int
    events: Compared[int]


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """A session's row with its first events, oldest first."""

    row: Row
    events: list[Row]


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """`next` is where the following page starts, None on the last page; `until` is the same on all pages."""

    sessions: list[SessionDetail]
    next: SessionPosition | None
    until: int


def locations(store: Reader, base: Query, limit: int, previous: Query | None = None) -> list[VisitorLocation]:
    """Visitors, last seen first, ties by visitor id."""

    def counts(query: Query, visitors: tuple[int, ...]) -> dict[int, int]:
        return {row["visitor"]: row["events"] for row in fetch(store, build.events_by_visitor(query, visitors))}

    newest = fetch(store, build.newest_visitors(base, limit))
    if not newest:
        return []
    # Whoever is shown was there at this time or later, so no earlier event matters, but for their numbers.
    since = newest[-1]["timestamp"] if len(newest) == limit else base.period.start
    period = Period(max(since, base.period.start), base.period.end)
    latest = {row["visitor"]: row for row in fetch(store, build.latest_visitors(replace(base, period=period), limit))}
    events = compare_counts(counts(base, tuple(latest)), previous, counts)
    return [VisitorLocation(row, row["last"], events[visitor]) for visitor, row in latest.items() if visitor in events]


def profile(store: Reader, base: Query) -> Row | None:
    """A visitor's figures with the `referrer` of its first session; None if it has no event."""
    (found,) = fetch(store, build.profile(base))
    if not found["events"]:
        return None
    first = fetch(store, build.sessions(base, (found["first_session"],)))
    return found | {"referrer": first[0]["referrer"] if first else "direct"}


def sessions(
    store: Reader, base: Query, limit: int, after: SessionPosition | None = None, until: int | None = None
) -> SessionsPage:
    """A visitor's sessions, newest first; `after` and `until` come from the page before."""
    last = fetch(store, build.last_batch(base))[0]["last_batch"] if until is None else until
    found = fetch(store, VisitorSessions(base, last, limit + 1, after))
    shown = found[:limit]
    following = SessionPosition(shown[-1]["at"], shown[-1]["session_id"]) if len(found) > limit else None
    return SessionsPage(_details(store, base, shown) if shown else [], following, last)


def _details(store: Reader, base: Query, found: list[Row]) -> list[SessionDetail]:
    keys = tuple(row["session"] for row in found)
    rows = {row["session"]: row for row in fetch(store, build.sessions(base, keys))}
    if not rows:
        return []
    span = Period(min(row["start"] for row in rows.values()), max(row["end"] for row in rows.values()) + 1)
    events: dict[int, list[Row]] = {key: [] for key in rows}
    for row in fetch(store, build.events_of(base, tuple(rows), span, MAX_EVENTS)):
        events[row["session"]].append(row)
    return [SessionDetail(rows[key], events[key]) for key in keys if key in rows]
