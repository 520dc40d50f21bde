"""Listings and rankings. Texts are ordered by code point."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import Any

from tests.oracle.intake import Event
from tests.oracle.moments import iso
from tests.oracle.query import Query, compared, share, visitors
from tests.oracle.sessions import Session
from tests.oracle.urls import UTM

Json = dict[str, Any]


def newest_first(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.order, reverse=True)


def rows(query: Query) -> Json:
    """The first page; `next_cursor` says whether there is another."""
    found = newest_first(query.events())
    page = found[: query.limit(100, 1000)]
    return {
        "items": [row(query, event) for event in page],
        "count": len(page),
        "next_cursor": len(found) > len(page),
    }


def row(query: Query, event: Event) -> Json:
    site = query.site
    return {
        "id": site.id_of(event),
        "event_type": "pageview" if event.pageview else "custom",
        "custom_event_name": event.custom_name or None,
        "path": event.page.path,
        "url": event.url,
        "visitor_id": site.visitor_id(event.visitor),
        "session_id": site.session_id(site.session_of[event]),
        "country_code": event.place.country,
        "browser_family": event.agent.browser,
        "os_family": event.agent.os,
        "device_type": event.agent.device,
        "referrer": event.referrer or None,
        "hostname": event.page.hostname or None,
        "properties": event.properties,
        "timestamp": iso(event.at),
    }


def count(query: Query) -> Json:
    return {"count": len(query.events())}


def ranking(
    query: Query,
    name: str,
    members: Callable[[Query], list[Any]],
    label: Callable[[Any], Hashable | None],
) -> Json:
    """`members` (events or sessions) by their label, most first; members without a label are not ranked."""
    groups = grouped(members(query), label)
    before = query.previous() if query.compares else None
    then = grouped(members(before), label) if before else {}
    by_visitors = query.by_visitors
    rank = {key: len(visitors(group)) if by_visitors else len(group) for key, group in groups.items()}
    ranked = sorted(groups, key=lambda key: (-rank[key], key))
    items = []
    for key in query.part(ranked) if name != "steps" else ranked[: query.limit(20, 300)]:
        figures = {"count": len(groups[key]), "visitors": len(visitors(groups[key]))}
        past = compared(len(groups[key]), len(then.get(key, [])) if before else None) if query.compares else {}
        if query.compares and (by_visitors or query.switched_on("figures")):
            past["prev_visitors"] = len(visitors(then.get(key, []))) if before else None
        items.append({name: key, **figures, **past})
        if query.switched_on("figures"):
            items[-1] |= of_sessions(query, groups[key])
    answer = {"items": items}
    if query.switched_on("totals"):
        every = [member for group in groups.values() for member in group]
        base = {"count": len(every), "visitors": len(visitors(every))}
        answer |= {"total": len(query.searched(ranked)), "base": base}
    return answer


def of_sessions(query: Query, members: list[Any]) -> Json:
    """The key figures of the sessions in a group, or of those that its events belong to."""
    sessions = list(dict.fromkeys(query.site.session_of.get(member, member) for member in members))
    matching = [event for event in query.events() if query.site.session_of[event] in sessions]
    views = sum(event.pageview for event in (members if members[0] not in sessions else matching))
    seconds = Fraction(sum(session.end - session.start for session in sessions), 1000)
    return {
        "sessions": len(sessions),
        "pageviews": views,
        "viewsPerSession": float(round(Fraction(views, len(sessions)), 2)),
        "bounceRate": share(sum(session.is_bounce for session in sessions), len(sessions)),
        "avgDurationSec": float(round(seconds / len(sessions), 1)),
    }


def grouped(members: list[Any], label: Callable[[Any], Hashable | None]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for member in members:
        key = label(member)
        if key is not None:
            groups.setdefault(key, []).append(member)
    return groups


def top_pages(query: Query) -> Json:
    return ranking(query, "path", Query.events, lambda event: event.page.path if event.pageview else None)


def top_referrers(query: Query) -> Json:
    return ranking(query, "referrer", Query.sessions, lambda session: session.first.source)


def top_countries(query: Query) -> Json:
    return ranking(query, "country", Query.events, lambda event: event.place.country or "unknown")


def top_browsers(query: Query) -> Json:
    return ranking(query, "browser", Query.events, lambda event: event.agent.browser)


def top_os(query: Query) -> Json:
    return ranking(query, "os", Query.events, lambda event: event.agent.os)


def top_devices(query: Query) -> Json:
    return ranking(query, "device", Query.events, lambda event: event.agent.device)


def top_timezones(query: Query) -> Json:
    return ranking(query, "timezone", Query.events, lambda _: "unknown")  # the batch endpoint has no field for it


def top_channels(query: Query) -> Json:
    return ranking(query, "channel", Query.sessions, lambda session: session.first.channel)


def top_campaigns(place: int) -> Callable[[Query], Json]:
    """By one of the five utm parameters; sessions without it are not ranked."""

    def answer(query: Query) -> Json:
        return ranking(query, UTM[place], Query.sessions, lambda session: session.first.page.utm[place] or None)

    return answer


def top_hostnames(query: Query) -> Json:
    return ranking(query, "hostname", Query.events, lambda event: event.page.hostname or None)


def top_regions(query: Query) -> Json:
    return ranking(query, "region", Query.events, lambda event: event.place.region)


def top_cities(query: Query) -> Json:
    return ranking(query, "city", Query.events, lambda event: event.place.city)


def top_traffic(query: Query) -> Json:
    return ranking(query, "traffic", Query.events, lambda event: event.agent.traffic)


def top_event_types(query: Query) -> Json:
    return ranking(query, "event_type", Query.events, lambda event: "pageview" if event.pageview else "custom")


def top_screen_classes(query: Query) -> Json:
    return ranking(query, "screen_class", Query.events, lambda _: "unknown")  # as above


def top_nothing(query: Query) -> Json:
    """By what the batch endpoint has no field for, and no label where there is none."""
    return ranking(query, "", Query.events, lambda _: None)


def top_entry_pages(query: Query) -> Json:
    return ranking(query, "path", Query.sessions, lambda session: session.entry_page if session.pages else None)


def top_exit_pages(query: Query) -> Json:
    return ranking(query, "path", Query.sessions, lambda session: session.exit_page if session.pages else None)


def top_flows(query: Query) -> Json:
    """Sessions by the paths of their first pageviews; ties are ordered by their steps, the shorter flow first."""
    depth = query.number("depth", 3, 2, 5)

    def steps(session: Session) -> tuple[str, ...] | None:
        return tuple(session.pages[:depth]) or None

    answer = ranking(query, "steps", Query.sessions, steps)
    return {"items": [item | {"steps": list(item["steps"])} for item in answer["items"]]}


def top_locations(query: Query) -> Json:
    """One item per visitor: the latest matching event, and the number of them."""
    groups = grouped(query.events(), lambda event: event.visitor)
    before = query.previous() if query.compares else None
    then = grouped(before.events(), lambda event: event.visitor) if before else {}
    items = []
    for visitor, events in groups.items():
        past = compared(len(events), len(then.get(visitor, [])) if before else None) if query.compares else {}
        items.append(location(query, events[-1]) | {"events": len(events)} | past)
    items.sort(key=lambda item: item["visitor_id"])
    items.sort(key=lambda item: item["last_seen"], reverse=True)
    return {"items": items[: query.limit(20, 300)]}


def location(query: Query, event: Event) -> Json:
    place = event.place
    return {
        "visitor_id": query.site.visitor_id(event.visitor),
        "country_code": place.country,
        "region": place.region,
        "city": place.city,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "last_seen": iso(event.at),
        "path": event.page.path,
        "browser_family": event.agent.browser,
        "os_family": event.agent.os,
        "device_type": event.agent.device,
    }
