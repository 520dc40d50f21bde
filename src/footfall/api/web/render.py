"""Answers to the web surface's JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from footfall.api.web.parse import WebQuery
from footfall.ids import join, render
from footfall.model.period import iso
from footfall.model.saved import Goal
from footfall.query import cursor
from footfall.query.compared import Compared
from footfall.query.conversions import Conversion, ConversionReport
from footfall.query.engagement import PageEngagement, ProgramCounts
from footfall.query.fetch import Row
from footfall.query.journeys import Cohort, Flow, FunnelStep
from footfall.query.listing import NO_SESSIONS, SessionKeyFigures, views_per_session
from footfall.query.live import Moment
from footfall.query.rankings import ListTotals, RankedLabel, RankedProperty, Sparkline
from footfall.query.run import KeyFigures, RowsPage, TimePoint
from footfall.query.series import FiguresPoint
from footfall.query.timerange import TimeRange
from footfall.query.visitors import SessionDetail, SessionsPage, VisitorLocation

Json = dict[str, Any]

BRIEF_DIMENSIONS = (
    "event_type",
    "custom_event_name",
    "path",
    "visitor_id",
    "session_id",
    "country",
    "browser",
    "device",
)
LIVE_DIMENSIONS = (*BRIEF_DIMENSIONS, "revenue", "currency")
ROW_DIMENSIONS = (*BRIEF_DIMENSIONS, "url", "os", "referrer_url", "hostname", "properties")


def kpis(query: WebQuery, found: Compared[KeyFigures], *, figures: bool) -> Json:
    return {
        "current": _figures(found.current, figures=figures),
        "previous": _figures(found.previous, figures=figures) if found.previous else None,
        "range": _compared_range(query.time_range) if figures else _range(query.time_range),
    }


def _compared_range(shown: TimeRange) -> Json:
    """The range, and what it is compared with."""
    before = shown.previous
    return _range(shown) | {
        "previousFrom": None if before is None else iso(before.start),
        "previousTo": None if before is None else iso(before.end),
    }


def _range(shown: TimeRange) -> Json:
    return {
        "chip": shown.chip,
        "from": iso(shown.period.start),
        "to": iso(shown.period.end),
        "bucket": shown.bucket.value,
        "hasPrevious": shown.previous is not None,
    }


def _figures(found: KeyFigures, *, figures: bool) -> Json:
    more = {"viewsPerSession": views_per_session(found.pageviews, found.sessions)} if figures else {}
    return more | {
        "visitors": found.visitors,
        "pageviews": found.pageviews,
        "sessions": found.sessions,
        "bounceRate": found.bounce_rate,
        "avgDurationSec": found.average_duration,
    }


def timeseries(query: WebQuery, points: list[TimePoint]) -> Json:
    return {"items": [_point(point) for point in points], "bucket": query.time_range.bucket.value}


def timeseries_of_figures(query: WebQuery, points: list[FiguresPoint]) -> Json:
    shown = query.time_range
    items = [_figures_point(point, compared=shown.previous is not None) for point in points]
    return {"items": items, "bucket": shown.bucket.value, "range": _compared_range(shown)}


def _figures_point(point: FiguresPoint, *, compared: bool) -> Json:
    """Without a bucket to compare with, previous figures are 0, or null where nothing is compared."""
    now, before = point.figures.current, point.figures.previous
    past = {"visitors": 0, **session_figures(NO_SESSIONS)}
    if before is not None:
        past = {"visitors": before.visitors, **session_figures(before.of_sessions)}
    item: Json = {"bucket": iso(now.bucket), "visitors": now.visitors, **session_figures(now.of_sessions)}
    item |= {f"previous{name[0].upper()}{name[1:]}": value if compared else None for name, value in past.items()}
    return item | {"previousBucket": None if before is None else iso(before.bucket), "complete": point.complete}


def _point(point: TimePoint) -> Json:
    previous = point.figures.previous or {}
    return {
        "bucket": iso(point.bucket),
        **point.figures.current,
        "previousPageviews": previous.get("pageviews"),
        "previousVisitors": previous.get("visitors"),
        "previousSessions": previous.get("sessions"),
    }


def events(query: WebQuery, page: RowsPage) -> Json:
    following = cursor.encode_rows(query.base, page.next) if page.next else None
    return {"items": [_event(row) for row in page.rows], "count": len(page.rows), "next_cursor": following}


def _event(row: Row) -> Json:
    return _brief(row) | {
        "url": row["url"],
        "os_family": row["os"],
        "referrer": row["referrer_url"] or None,
        "hostname": row["hostname"] or None,
        "properties": json.loads(row["properties"]) if row["properties"] else {},
    }


def _brief(row: Row) -> Json:
    return {
        "id": render(join(row["id_hi"], row["id_lo"])),
        "event_type": row["event_type"],
        "custom_event_name": row["custom_event_name"] or None,
        "path": row["path"],
        "visitor_id": row["visitor_id"],
        "session_id": row["session_id"],
        "country_code": _country(row),
        "browser_family": row["browser"],
        "device_type": row["device"],
        "timestamp": iso(row["timestamp"]),
    }


def live_now(found: Moment) -> Json:
    return {
        "visitors": found.visitors,
        "pages": [{"path": path, "visitors": visitors} for path, visitors in found.pages],
        "minutes": found.minutes,
        "at": iso(found.at),
    }


def live_events(rows: list[Row]) -> list[Json]:
    return [_brief(row) | _revenue(_earned(row)) for row in rows]


def _earned(row: Row) -> dict[str, Decimal]:
    amount = Decimal(row["revenue"])
    return {row["currency"] or "unknown": amount} if amount else {}


def _country(row: Row) -> str | None:
    return row["country"] if row["country"] != "unknown" else None


def recent_events(page: RowsPage, active_visitors: int, window: int) -> Json:
    items = [_brief(row) for row in page.rows]
    return {"items": items, "count": len(items), "active_visitors": active_visitors, "windowMs": window}


def sparklines(query: WebQuery, label: str, found: list[Sparkline], *, figures: bool) -> Json:
    return {
        "items": [_sparkline(label, item) | ({"visitors": item.ranked.visitors} if figures else {}) for item in found],
        "buckets": [iso(start) for start in query.time_range.starts()],
        "bucket": query.time_range.bucket.value,
    }


def _sparkline(label: str, found: Sparkline) -> Json:
    row = found.ranked
    item = {label: row.label, "count": row.count.current, **_comparison(row.count), "spark": found.counts}
    return item | _revenue(row.revenue)


def properties(found: list[RankedProperty]) -> Json:
    return {"items": [_property(item) for item in found]}


def _property(found: RankedProperty) -> Json:
    row = found.ranked
    values = [{"value": value, "count": count} for value, count in found.values]
    return {"name": row.label, "count": row.count.current, "visitors": row.visitors, "values": values}


def top(label: str, ranked: list[RankedLabel], *, compare: bool) -> Json:
    return {"items": [_ranked(label, row, compare=compare) for row in ranked]}


def _ranked(label: str, row: RankedLabel, *, compare: bool) -> Json:
    item: Json = {label: row.label, "count": row.count.current, "visitors": row.visitors}
    return item | (_comparison(row.count) if compare else {}) | _revenue(row.revenue)


def add_figures(items: list[Json], label: str, found: Mapping[str, SessionKeyFigures]) -> None:
    """Key figures of sessions beside the labels."""
    for item in items:
        item.update(session_figures(found.get(item[label], NO_SESSIONS)))


def add_previous_visitors(items: list[Json], ranked: list[RankedLabel]) -> None:
    """None where there is no previous period."""
    for item, row in zip(items, ranked, strict=True):
        item["prev_visitors"] = row.visitors_before


def session_figures(found: SessionKeyFigures) -> Json:
    return {
        "sessions": found.sessions,
        "pageviews": found.pageviews,
        "viewsPerSession": found.views_per_session,
        "bounceRate": found.bounce_rate,
        "avgDurationSec": found.average_duration,
    }


def label_total(labels: int) -> Json:
    return {"total": labels}


def totals(found: ListTotals) -> Json:
    return {"total": found.labels, "base": {"count": found.count, "visitors": found.visitors}}


def goals(names: Sequence[Goal], found: ConversionReport, *, compare: bool) -> Json:
    items = [_goal(goal, one, compare=compare) for goal, one in zip(names, found.goals, strict=True)]
    return {"items": items, "visitors": found.visitors}


def _goal(goal: Goal, found: Conversion, *, compare: bool) -> Json:
    now, before = found.counts.current, found.counts.previous
    item: Json = {
        "name": goal.name,
        "filter": goal.filter,
        "visitors": now.visitors,
        "count": now.events,
        "rate": found.rate,
    }
    if compare:
        counts = Compared(now.events, None if before is None else before.events)
        item |= {**_comparison(counts), "prev_visitors": None if before is None else before.visitors}
    return item | _revenue(found.revenue)


def _revenue(earned: Mapping[str, Decimal]) -> Json:
    """Nothing where nothing was earned."""
    return {"revenue": {currency: _amount(amount) for currency, amount in earned.items()}} if earned else {}


def _amount(exact: Decimal) -> str:
    """All the decimals that it has, two at least: `49.50`, `0.125`."""
    units, _, decimals = f"{exact:.4f}".partition(".")
    return f"{units}.{decimals.rstrip('0').ljust(2, '0')}"


def _comparison(count: Compared[int]) -> Json:
    return {"prev_count": count.previous, "delta_pct": count.delta_percent()}


def flows(found: list[Flow], *, compare: bool) -> Json:
    return {"items": [_flow(flow, compare=compare) for flow in found]}


def _flow(flow: Flow, *, compare: bool) -> Json:
    item: Json = {"steps": list(flow.steps), "count": flow.count.current, "visitors": flow.visitors}
    return item | _comparison(flow.count) if compare else item


def locations(found: list[VisitorLocation], *, compare: bool) -> Json:
    return {"items": [_location(located, compare=compare) for located in found]}


def _location(located: VisitorLocation, *, compare: bool) -> Json:
    row = located.row
    item = {
        "visitor_id": row["visitor_id"],
        "country_code": _country(row),
        "region": row["region"] or None,
        "city": row["city"] or None,
        "latitude": _degrees(row["latitude"]),
        "longitude": _degrees(row["longitude"]),
        "last_seen": iso(located.last_seen),
        "path": row["path"],
        "browser_family": row["browser"],
        "os_family": row["os"],
        "device_type": row["device"],
        "events": located.events.current,
    }
    return item | _comparison(located.events) if compare else item


def _degrees(stored: float) -> float | None:
    """Stored in 32 bits, which hold 4 decimals; NaN means unknown."""
    return None if math.isnan(stored) else round(stored, 4)


def visitor(visitor_id: str, row: Row) -> Json:
    return {
        "visitor": {
            "visitor_id": visitor_id,
            "first_seen": iso(row["first"]),
            "last_seen": iso(row["last"]),
            "sessions": row["sessions"],
            "pageviews": row["pageviews"],
            "events": row["events"],
            "country_code": _country(row),
            "browser_family": row["browser"],
            "os_family": row["os"],
            "device_type": row["device"],
            "entry_page": row["entry_page"] if row["pageviews"] else None,
            "last_page": row["last_page"] if row["pageviews"] else None,
            "referrer": row["referrer"],
        }
    }


def sessions(query: WebQuery, page: SessionsPage) -> Json:
    following = cursor.encode_sessions(query.base, page.next, page.until) if page.next else None
    return {"sessions": [_session(session) for session in page.sessions], "next_cursor": following}


def _session(session: SessionDetail) -> Json:
    row = session.row
    return {
        "session_id": row["session_id"],
        "start": iso(row["start"]),
        "end": iso(row["end"]),
        "duration_ms": row["end"] - row["start"],
        "page_count": row["page_count"],
        "entry_page": row["entry_page"] if row["page_count"] else None,
        "exit_page": row["exit_page"] if row["page_count"] else None,
        "event_count": row["event_count"],
        "events": [_session_event(event) for event in session.events],
    }


def _session_event(row: Row) -> Json:
    return {
        "path": row["path"],
        "url": row["url"],
        "event_type": row["event_type"],
        "custom_event_name": row["custom_event_name"] or None,
        "timestamp": iso(row["timestamp"]),
    }


def funnel(filters: list[str], window: str, steps: list[FunnelStep]) -> Json:
    return {
        "steps": [
            {
                "filter": text,
                "visitors": step.visitors,
                "conversion": step.conversion,
                "step_conversion": step.of_previous,
                "drop_off": step.lost,
            }
            for text, step in zip(filters, steps, strict=True)
        ],
        "conversion": steps[-1].conversion,
        "window": window,
    }


def retention(period: str, cohorts: list[Cohort]) -> Json:
    return {"period": period, "items": [_cohort(cohort) for cohort in cohorts]}


def _cohort(found: Cohort) -> Json:
    return {
        "cohort": iso(found.start),
        "visitors": found.visitors,
        "returned": found.returned,
        "retention": found.retention,
    }


def engagement(pages: list[PageEngagement]) -> Json:
    return {"items": [_page(page) for page in pages]}


def _page(page: PageEngagement) -> Json:
    return {
        "path": page.path,
        "pageviews": page.pageviews,
        "engagedSec": page.engaged_seconds,
        "scrollDepth": page.scroll,
        **page.vitals,
    }


def dropped(
    reasons: dict[str, int], classes: dict[str, ProgramCounts], hosts: dict[str, int], fields: dict[str, int]
) -> Json:
    return {
        "dropped": [{"reason": name, "count": count} for name, count in reasons.items()],
        "programs": [
            {"class": name, "count": counts.events, "engagements": counts.engagements}
            for name, counts in classes.items()
        ],
        "hosts": [{"host": name, "count": count} for name, count in hosts.items()],
        "ignored": [{"name": name, "count": count} for name, count in fields.items()],
    }
