"""Sessions: which one each event of a visitor belongs to, and its properties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.oracle.intake import Event, Visitor
from tests.oracle.moments import MINUTE

GAP = 30 * MINUTE


@dataclass(frozen=True, eq=False)
class Session:
    """`events` are in order; `name` is the client's, `''` for a session found by time."""

    visitor: Visitor
    name: str
    events: tuple[Event, ...]

    @property
    def first(self) -> Event:
        """The event that decides the session's source."""
        return self.events[0]

    @property
    def start(self) -> int:
        return self.events[0].at

    @property
    def end(self) -> int:
        return self.events[-1].at

    @property
    def pages(self) -> list[str]:
        return [event.page.path for event in self.events if event.pageview]

    @property
    def entry_page(self) -> str:
        return self.pages[0] if self.pages else ""

    @property
    def exit_page(self) -> str:
        return self.pages[-1] if self.pages else ""

    @property
    def is_bounce(self) -> bool:
        """Exactly one pageview and no custom event other than passive ones."""
        return len(self.pages) == 1 and all(event.pageview or event.passive for event in self.events)


def sessions_of(events: Iterable[Event]) -> list[Session]:
    by_visitor: dict[Visitor, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.order):
        by_visitor[event.visitor].append(event)
    return [session for visitor, run in by_visitor.items() for session in divide(visitor, run)]


def divide(visitor: Visitor, events: list[Event]) -> list[Session]:
    """The rule, event by event, over all events of one visitor in order. A key is (name, number)."""
    members: dict[tuple[str, int], list[Event]] = defaultdict(list)
    spans = named_spans(events)
    before: Event | None = None
    key = ("", 0)
    for place, event in enumerate(events):
        around = [name for name, places in spans.items() if places[0] < place < places[-1]]
        if event.session_name:
            key = (event.session_name, 0)
        elif around:
            heard = {name: max(at for at in spans[name] if at < place) for name in around}
            key = (max(around, key=heard.__getitem__), 0)
        elif before is None or event.at - before.at > GAP:
            key = ("", place)
        members[key].append(event)
        before = event
    return [Session(visitor, name, tuple(found)) for (name, _), found in members.items()]


def named_spans(events: list[Event]) -> dict[str, list[int]]:
    """The positions of the events of each named session."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, event in enumerate(events):
        if event.session_name:
            places[event.session_name].append(place)
    return places
