"""Recent events, and single visitors."""

from __future__ import annotations

import re
from typing import Any

from tests.oracle.intake import Event
from tests.oracle.lists import newest_first, row
from tests.oracle.moments import iso
from tests.oracle.query import Query, Refused, visitors
from tests.oracle.sessions import Session

Json = dict[str, Any]
RECENT = (
    *("id", "event_type", "custom_event_name", "path", "visitor_id", "session_id"),
    *("country_code", "browser_family", "device_type", "timestamp"),
)
MAX_EVENTS = 1000


def recent_events(query: Query) -> Json:
    """The last minutes, whatever the range. Visitors of all their events are active, listed or not."""
    window = query.number("windowMs", 300_000, 60_000, 3_600_000)
    found = newest_first(query.over(query.now - window, query.now).events())
    page = found[: query.limit(200, 500)]
    items = [row(query, event) for event in page]
    return {
        "items": [{name: item[name] for name in RECENT} for item in items],
        "count": len(items),
        "active_visitors": len(visitors(found)),
        "windowMs": window,
    }


def visitor(query: Query, visitor_id: str) -> Json:
    events = events_of(query, visitor_id)
    if not events:
        raise Refused(404)
    pages = [event.page.path for event in events if event.pageview]
    last = events[-1]
    return {
        "visitor": {
            "visitor_id": visitor_id,
            "first_seen": iso(events[0].at),
            "last_seen": iso(last.at),
            "sessions": len({query.site.session_of[event] for event in events}),
            "pageviews": len(pages),
            "events": len(events),
            "country_code": last.place.country,
            "browser_family": last.agent.browser,
            "os_family": last.agent.os,
            "device_type": last.agent.device,
            "entry_page": pages[0] if pages else None,
            "last_page": pages[-1] if pages else None,
            "referrer": query.site.session_of[events[0]].first.source,
        }
    }


def visitor_sessions(query: Query, visitor_id: str) -> Json:
    """Whole sessions with a matching event, newest start first."""
    sessions = list(dict.fromkeys(query.site.session_of[event] for event in events_of(query, visitor_id)))
    sessions.sort(key=lambda session: (session.start, query.site.session_id(session)), reverse=True)
    page = sessions[: query.limit(20, 100)]
    return {
        "sessions": [session_item(query, session) for session in page],
        "next_cursor": len(sessions) > len(page),
    }


def session_item(query: Query, session: Session) -> Json:
    return {
        "session_id": query.site.session_id(session),
        "start": iso(session.start),
        "end": iso(session.end),
        "duration_ms": session.end - session.start,
        "page_count": len(session.pages),
        "entry_page": session.entry_page if session.pages else None,
        "exit_page": session.exit_page if session.pages else None,
        "events": [session_event(event) for event in session.events[:MAX_EVENTS]],
        "event_count": len(session.events),
    }


def session_event(event: Event) -> Json:
    return {
        "path": event.page.path,
        "url": event.url,
        "event_type": "pageview" if event.pageview else "custom",
        "custom_event_name": event.custom_name or None,
        "timestamp": iso(event.at),
    }


def events_of(query: Query, visitor_id: str) -> list[Event]:
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,128}", visitor_id):
        raise Refused(400, "visitor_id")
    return [event for event in query.events() if query.site.visitor_id(event.visitor) == visitor_id]
