"""Key figures, and their course over time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.oracle.intake import Event
from tests.oracle.moments import begin, iso
from tests.oracle.query import Query, compared, share, visitors

Json = dict[str, Any]


def kpis(query: Query) -> Json:
    before = query.previous()
    more = query.switched_on("figures")
    return {
        "current": key_figures(query) | (views_per_session(query) if more else {}),
        "previous": key_figures(before) | (views_per_session(before) if more else {}) if before else None,
        "range": shown_range(query, before),
    }


def shown_range(query: Query, before: Query | None) -> Json:
    found = {
        "chip": query.chip,
        "from": iso(query.start),
        "to": iso(query.end),
        "bucket": query.bucket,
        "hasPrevious": before is not None,
    }
    if query.switched_on("figures"):
        found["previousFrom"] = iso(before.start) if before else None
        found["previousTo"] = iso(before.end) if before else None
    return found


def views_per_session(query: Query) -> Json:
    views, sessions = sum(event.pageview for event in query.events()), len(query.sessions())
    return {"viewsPerSession": float(round(Fraction(views, sessions), 2)) if sessions else 0.0}


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
    query = query.by_bucket()
    if query.switched_on("figures"):
        return all_figures_over_time(query)
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


def all_figures_over_time(query: Query) -> Json:
    """The key figures of each bucket's part of the range, and whether that is all of the bucket."""
    before = query.previous()
    then = parts(before) if before else []
    items = []
    for place, (bucket, part) in enumerate(parts(query)):
        past = then[place] if place < len(then) else None
        item = {"bucket": iso(bucket), **key_figures(part), **views_per_session(part)}
        nothing = dict.fromkeys(item, 0 if before else None)
        old = key_figures(past[1]) | views_per_session(past[1]) if past else nothing
        item |= {f"previous{name[0].upper()}{name[1:]}": value for name, value in old.items() if name != "bucket"}
        following = begin(query.bucket, part.end, query.zone)
        ends_with_it = following == part.end and begin(query.bucket, part.end - 1, query.zone) == bucket
        item |= {"previousBucket": iso(past[0]) if past else None, "complete": bucket == part.start and ends_with_it}
        items.append(item)
    return {"items": items, "bucket": query.bucket, "range": shown_range(query, before)}


def parts(query: Query) -> list[tuple[int, Query]]:
    """Every bucket of the range, with the query over what of it lies in the range."""
    edges = query.buckets()
    ends = [*edges[1:], query.end]
    return [(edge, query.over(max(edge, query.start), end)) for edge, end in zip(edges, ends, strict=True)]


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


def traffic(query: Query) -> Json:
    """Every class of traffic by its events over time."""
    query = replace(query.by_bucket(), bots=True)
    edges, found, before = query.buckets(), query.events(), query.previous()
    then = [event.agent.traffic for event in before.events()] if before else None
    names = [event.agent.traffic for event in found]
    items = []
    for name in sorted(set(names), key=lambda name: (-names.count(name), name)):
        group = [event for event in found if event.agent.traffic == name]
        in_buckets = [query.bucket_of(event) for event in group]
        items.append(
            {
                "traffic": name,
                "count": len(group),
                "visitors": len(visitors(group)),
                **compared(len(group), None if then is None else then.count(name)),
                "spark": [in_buckets.count(edge) for edge in edges],
            }
        )
    return {"items": items, "buckets": [iso(edge) for edge in edges], "bucket": query.bucket}


def custom_events(query: Query) -> Json:
    query = query.by_bucket()
    edges = query.buckets()
    before = query.previous()
    then = [event.custom_name for event in before.events() if not event.pageview] if before else None
    found = [event for event in query.events() if not event.pageview]
    names = [event.name for event in found]
    people = {name: len(visitors(event for event in found if event.name == name)) for name in names}
    rank = people if query.by_visitors else {name: names.count(name) for name in names}
    ranked = sorted(set(names), key=lambda name: (-rank[name], name))
    items = []
    for name in query.part(ranked):
        now, past = names.count(name), None if then is None else then.count(name)
        in_buckets = [query.bucket_of(event) for event in found if event.name == name]
        items.append(
            {
                "name": name,
                "count": now,
                **compared(now, past),
                "spark": [in_buckets.count(edge) for edge in edges],
                **({"visitors": people[name]} if query.switched_on("figures") else {}),
            }
        )
    answer = {"items": items, "buckets": [iso(edge) for edge in edges], "bucket": query.bucket}
    if query.switched_on("totals"):
        base = {"count": len(found), "visitors": len(visitors(found))}
        answer |= {"total": len(query.searched(ranked)), "base": base}
    return answer
