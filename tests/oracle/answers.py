"""The oracle's function for each path below `/api/web-events/{slug}`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.oracle import figures, files, goals, journeys, lists, people
from tests.oracle.query import Params, Query, Refused, read
from tests.oracle.site import Site

Json = Any


@dataclass(frozen=True)
class Endpoint:
    """`answer` works out the JSON. `range` is what holds where none is given, None where the endpoint takes none."""

    answer: Callable[..., Json]
    range: str | None = "24h"


PANELS = ("/kpis", "/timeseries", "/custom-events", "/traffic")


def panels(query: Query) -> Json:
    """What the endpoints of these names answer; 1 to 12 names. Parameters hold for all of them, taken or not."""
    query.check()
    names = query.params.get("panel", ())
    if not 1 <= len(names) <= 12:
        raise Refused(400, "panel")
    for name in names:
        if f"/{name}" not in PANELS and not (name.startswith("top-") and f"/{name}" in ENDPOINTS):
            raise Refused(400, "panel", name)
    _ = query.part([]), query.by_visitors, query.by_bucket()  # refused even where no panel wants them
    return {"panels": {name: {"answer": ENDPOINTS[f"/{name}"].answer(query)} for name in names}}


ENDPOINTS: dict[str, Endpoint] = {
    "": Endpoint(lists.rows),
    "/count": Endpoint(lists.count),
    "/kpis": Endpoint(figures.kpis),
    "/timeseries": Endpoint(figures.timeseries),
    "/custom-events": Endpoint(figures.custom_events),
    "/top-pages": Endpoint(lists.top_pages),
    "/top-referrers": Endpoint(lists.top_referrers),
    "/top-countries": Endpoint(lists.top_countries),
    "/top-browsers": Endpoint(lists.top_browsers),
    "/top-os": Endpoint(lists.top_os),
    "/top-devices": Endpoint(lists.top_devices),
    "/top-timezones": Endpoint(lists.top_timezones),
    "/top-channels": Endpoint(lists.top_channels),
    "/top-utm-sources": Endpoint(lists.top_campaigns(0)),
    "/top-utm-mediums": Endpoint(lists.top_campaigns(1)),
    "/top-utm-campaigns": Endpoint(lists.top_campaigns(2)),
    "/top-utm-contents": Endpoint(lists.top_campaigns(3)),
    "/top-utm-terms": Endpoint(lists.top_campaigns(4)),
    "/top-hostnames": Endpoint(lists.top_hostnames),
    "/top-languages": Endpoint(lists.top_nothing),
    "/top-screen-classes": Endpoint(lists.top_screen_classes),
    "/top-regions": Endpoint(lists.top_regions),
    "/top-cities": Endpoint(lists.top_cities),
    "/top-titles": Endpoint(lists.top_nothing),
    "/top-traffic": Endpoint(lists.top_traffic),
    "/top-event-types": Endpoint(lists.top_event_types),
    "/top-entry-pages": Endpoint(lists.top_entry_pages),
    "/top-exit-pages": Endpoint(lists.top_exit_pages),
    "/top-flows": Endpoint(lists.top_flows),
    "/top-locations": Endpoint(lists.top_locations),
    "/recent-events": Endpoint(people.recent_events, range=None),
    "/visitor/{visitor_id}": Endpoint(people.visitor, range="ever"),
    "/visitor/{visitor_id}/sessions": Endpoint(people.visitor_sessions, range="ever"),
    "/properties": Endpoint(journeys.properties),
    "/funnel": Endpoint(journeys.funnel),
    "/goals": Endpoint(goals.goals),
    "/retention": Endpoint(journeys.retention),
    "/export": Endpoint(files.export),
    "/traffic": Endpoint(figures.traffic),
    "/panels": Endpoint(panels),
}


def answer(site: Site, now: int, path: str, params: Params, **in_path: str) -> tuple[int, Json]:
    """Status and JSON; for a refusal, the texts that its message must contain.

    Where the answer has a cursor, the expectation says whether there is one.
    """
    endpoint = ENDPOINTS[path]
    try:
        query: Query = read(site, now, params, endpoint.range)
        return 200, endpoint.answer(query, **in_path)
    except Refused as refusal:
        return refusal.status, refusal.says
