"""Key figures, and what they were over time."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.oracle.intake import Event
from tests.oracle.moments import iso
from tests.oracle.question import Question, compared, share, visitors

Json = dict[str, Any]


def kpis(asked: Question) -> Json:
    before = asked.previous()
    return {
        "current": key_figures(asked),
        "previous": key_figures(before) if before else None,
        "range": {
            "chip": asked.chip,
            "from": iso(asked.start),
            "to": iso(asked.end),
            "bucket": asked.bucket,
            "hasPrevious": before is not None,
        },
    }


def key_figures(asked: Question) -> Json:
    """People and pages of the matching events; bounces and durations of whole sessions."""
    events, sessions = asked.events(), asked.sessions()
    seconds = Fraction(sum(session.end - session.start for session in sessions), 1000)
    return {
        "visitors": len(visitors(events)),
        "pageviews": sum(event.pageview for event in events),
        "sessions": len(sessions),
        "bounceRate": share(sum(session.is_bounce for session in sessions), len(sessions)),
        "avgDurationSec": float(round(seconds / len(sessions), 1)) if sessions else 0.0,
    }


def timeseries(asked: Question) -> Json:
    """The n-th bucket stands beside the n-th of the period before, or 0 where that has none."""
    before = asked.previous()
    then = [figures for _, figures in series(before)] if before else []
    missing = counted(asked, []) if before else dict.fromkeys(counted(asked, []))
    items = []
    for place, (bucket, figures) in enumerate(series(asked)):
        past = then[place] if place < len(then) else missing
        items.append(
            {"bucket": iso(bucket), **figures} | {f"previous{name.title()}": value for name, value in past.items()}
        )
    return {"items": items, "bucket": asked.bucket}


def series(asked: Question) -> list[tuple[int, Json]]:
    """Every bucket of the range; a visitor or session counts in each one that it has an event in."""
    inside: dict[int, list[Event]] = {bucket: [] for bucket in asked.buckets()}
    for event in asked.events():
        inside[asked.bucket_of(event)].append(event)
    return [(bucket, counted(asked, events)) for bucket, events in inside.items()]


def counted(asked: Question, events: list[Event]) -> Json:
    return {
        "pageviews": sum(event.pageview for event in events),
        "visitors": len(visitors(events)),
        "sessions": len({asked.site.session_of[event] for event in events}),
    }


def custom_events(asked: Question) -> Json:
    edges = asked.buckets()
    before = asked.previous()
    then = [event.custom_name for event in before.events() if not event.pageview] if before else None
    found = [event for event in asked.events() if not event.pageview]
    names = [event.name for event in found]
    ranked = sorted(set(names), key=lambda name: (-names.count(name), name))
    items = []
    for name in ranked[: asked.limit(20, 300)]:
        now, past = names.count(name), None if then is None else then.count(name)
        in_buckets = [asked.bucket_of(event) for event in found if event.name == name]
        items.append(
            {
                "name": name,
                "count": now,
                **compared(now, past),
                "spark": [in_buckets.count(edge) for edge in edges],
            }
        )
    return {"items": items, "buckets": [iso(edge) for edge in edges], "bucket": asked.bucket}
