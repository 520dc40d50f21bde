"""Single visitors: where they are, who they are, what each of their visits was."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.model.period import Period
from footfall.query import build
from footfall.query.ast import Query, VisitPosition
from footfall.query.fetch import Row, fetch
from footfall.query.shares import delta_percent
from footfall.store.protocol import Reader

EVENTS_OF_A_SESSION = 1_000
"""Most events that are listed of one session."""


@dataclass(frozen=True, slots=True)
class Located:
    """A visitor's latest event (`row`), its time and the count of events; `previous` is that of the period before."""

    row: Row
    last_seen: int
    events: int
    previous: int | None = None

    @property
    def delta_percent(self) -> int | None:
        return delta_percent(self.events, self.previous)


@dataclass(frozen=True, slots=True)
class Visit:
    """A session's row with its first events, oldest first."""

    row: Row
    events: list[Row]


@dataclass(frozen=True, slots=True)
class VisitsPage:
    """`next` is where the following page begins, None where this is the last; `until` holds for all pages."""

    visits: list[Visit]
    next: VisitPosition | None
    until: int


def locations(store: Reader, base: Query, limit: int, before: Query | None = None) -> list[Located]:
    """Visitors, last seen first, ties by visitor id; with `before`, how many events each had then."""
    found = fetch(store, build.latest_visitors(base, limit))
    if not found:
        return []
    keys = tuple(row["visitor"] for row in found)
    places = {row["visitor"]: row for row in fetch(store, build.places_of(base, keys))}
    then = _events_by_visitor(store, before, keys) if before else {}
    return [
        Located(
            places[row["visitor"]] | {"visitor_id": row["visitor_id"]},
            row["last"],
            row["events"],
            then.get(row["visitor"], 0) if before else None,
        )
        for row in found
        if row["visitor"] in places
    ]


def _events_by_visitor(store: Reader, base: Query, keys: tuple[int, ...]) -> dict[int, int]:
    rows = fetch(store, build.events_by_visitor(base, keys))
    return {row["visitor"]: row["events"] for row in rows}


def profile(store: Reader, base: Query) -> Row | None:
    """A visitor's figures with the `referrer` of its first session; None where it has no event."""
    (found,) = fetch(store, build.profile(base))
    if not found["events"]:
        return None
    first = fetch(store, build.sessions(base, (found["first_session"],)))
    return found | {"referrer": first[0]["referrer"] if first else "direct"}


def visits(
    store: Reader, base: Query, limit: int, after: VisitPosition | None = None, until: int | None = None
) -> VisitsPage:
    """A visitor's sessions, newest first; `after` and `until` are those of the page before."""
    last = fetch(store, build.last_batch(base))[0]["last_batch"] if until is None else until
    found = fetch(store, build.visits_until(base, last, limit + 1, after))
    shown = found[:limit]
    following = VisitPosition(shown[-1]["at"], shown[-1]["session_id"]) if len(found) > limit else None
    return VisitsPage(_whole(store, base, shown) if shown else [], following, last)


def _whole(store: Reader, base: Query, found: list[Row]) -> list[Visit]:
    keys = tuple(row["session"] for row in found)
    rows = {row["session"]: row for row in fetch(store, build.sessions(base, keys))}
    if not rows:
        return []
    span = Period(min(row["start"] for row in rows.values()), max(row["end"] for row in rows.values()) + 1)
    events: dict[int, list[Row]] = {key: [] for key in rows}
    for row in fetch(store, build.events_of(base, tuple(rows), span, EVENTS_OF_A_SESSION)):
        events[row["session"]].append(row)
    return [Visit(rows[key], events[key]) for key in keys if key in rows]
