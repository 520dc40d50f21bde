"""Key figures, and their course over time."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.oracle.intake import Event
from tests.oracle.moments import iso
from tests.oracle.query import Query, compared, share, visitors

Json = dict[str, Any]


def kpis(query: Query) -> Json:
    before = query.previous()
    return {
        "current": key_figures(query),
        "previous": key_figures(before) if before else None,
        "range": {
            "chip": query.chip,
            "from": iso(query.start),
            "to": iso(query.end),
            "bucket": query.bucket,
            "hasPrevious": before is not None,
        },
    }


def key_figures(query: Query) -> Json:
    """People and pages of the matching events; bounces and durations of whole sessions."""
    events, sessions = query.events(), query.sessions()
    seconds = Fraction(sum(session.end - session.start for session in sessions), 1000)
    return {
        "visitors": len(visitors(events)),
        "pageviews": sum(event.pageview for event in events),
        "sessions": len(sessions),
        "bounceRate": share(sum(session.is_bounce for session in sessions), len(sessions)),
        "avgDurationSec": float(round(seconds / len(sessions), 1)) if sessions else 0.0,
    }


def timeseries(query: Query) -> Json:
    """The n-th bucket beside the n-th of the previous period, or 0 if that has none."""
    before = query.previous()
    then = [figures for _, figures in series(before)] if before else []
    missing = counted(query, []) if before else dict.fromkeys(counted(query, []))
    items = []
    for place, (bucket, figures) in enumerate(series(query)):
        past = then[place] if place < len(then) else missing
        items.append(
            {"bucket": iso(bucket), **figures} | {f"previous{name.title()}": value for name, value in past.items()}
        )
    return {"items": items, "bucket": query.bucket}


def series(query: Query) -> list[tuple[int, Json]]:
    """Every bucket of the range; a visitor or session counts in each one that it has an event in."""
    inside: dict[int, list[Event]] = {bucket: [] for bucket in query.buckets()}
    for event in query.events():
        inside[query.bucket_of(event)].append(event)
    return [(bucket, counted(query, events)) for bucket, events in inside.items()]


def counted(query: Query, events: list[Event]) -> Json:
    return {
        "pageviews": sum(event.pageview for event in events),
        "visitors": len(visitors(events)),
        "sessions": len({query.site.session_of[event] for event in events}),
    }


def custom_events(query: Query) -> Json:
    edges = query.buckets()
    before = query.previous()
    then = [event.custom_name for event in before.events() if not event.pageview] if before else None
    found = [event for event in query.events() if not event.pageview]
    names = [event.name for event in found]
    ranked = sorted(set(names), key=lambda name: (-names.count(name), name))
    items = []
    for name in ranked[: query.limit(20, 300)]:
        now, past = names.count(name), None if then is None else then.count(name)
        in_buckets = [query.bucket_of(event) for event in found if event.name == name]
        items.append(
            {
                "name": name,
                "count": now,
                **compared(now, past),
                "spark": [in_buckets.count(edge) for edge in edges],
            }
        )
    return {"items": items, "buckets": [iso(edge) for edge in edges], "bucket": query.bucket}
