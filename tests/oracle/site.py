"""A project as it is known: its events, its sessions, and the ids under which they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.oracle.intake import Event, Visitor, show_id
from tests.oracle.sessions import Session, sessions_of


@dataclass(frozen=True)
class Site:
    """`events` are in order.

    A hash can't be foreseen, and neither can an id that the server makes. So these are taken from a listing (`learn`);
    what is asked of them is that equals look equal and others don't.
    """

    events: tuple[Event, ...]
    sessions: tuple[Session, ...]
    session_of: Mapping[Event, Session]
    shown_visitors: dict[Visitor, str] = field(default_factory=dict)
    shown_sessions: dict[Session, str] = field(default_factory=dict)
    shown_ids: dict[Event, str] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Site:
        ordered = tuple(sorted(events, key=lambda event: event.order))
        sessions = tuple(sessions_of(ordered))
        owners = {event: session for session in sessions for event in session.events}
        return cls(ordered, sessions, owners)

    def learn(self, event: Event, shown_id: str, visitor: str, session: str) -> None:
        self.shown_ids[event] = shown_id
        self.shown_visitors.setdefault(event.visitor, visitor)
        self.shown_sessions.setdefault(self.session_of[event], session)

    def id_of(self, event: Event) -> str:
        return show_id(event.id) if event.own_id else self.shown_ids.get(event, "?")

    def visitor_id(self, visitor: Visitor) -> str:
        return visitor.name or self.shown_visitors.get(visitor, "?")

    def session_id(self, session: Session) -> str:
        return session.name or self.shown_sessions.get(session, "?")

    def confusions(self) -> list[str]:
        """Contradictions: one id for two visitors, sessions or events, or a malformed id."""
        hidden = [shown for visitor, shown in self.shown_visitors.items() if not visitor.name]
        runs = [shown for session, shown in self.shown_sessions.items() if not session.name]
        ids = [shown for event, shown in self.shown_ids.items() if not event.own_id]
        found = [f"shown for several: {shown}" for group in (hidden, runs, ids) for shown in repeated(group)]
        found += [f"not 16 hexadecimal digits: {shown}" for shown in hidden + runs if not is_hash(shown)]
        return found


def repeated(texts: list[str]) -> set[str]:
    return {text for text in texts if texts.count(text) > 1}


def is_hash(text: str) -> bool:
    return len(text) == 16 and set(text) <= set("0123456789abcdef")
