"""The reading endpoints that B4 measures, each with its parameters and the bar that it has to meet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bench.asking import Answer, Asked
from bench.data.filling import LARGE_SLUG
from footfall.api.tracking.toplists import TOP_ROUTES as TRACKING_LISTS
from footfall.api.web.toplists import TOP_ROUTES as WEB_LISTS
from footfall.catalog.tables import Table
from footfall.clock import DAY

Params = list[tuple[str, Any]]

WEB = f"/api/web-events/{LARGE_SLUG}"
RANGES: Mapping[str, int] = {"24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "12m": 365 * DAY, "all": 365 * DAY}
"""Ranges in milliseconds; all rows lie within a year."""

SHORT = 30 * DAY
"""Up to here the shorter of a bar's times counts."""


@dataclass(frozen=True)
class Limit:
    """Milliseconds at p95 up to 30 days and beyond, and how many times the reference that is, from 30 days on."""

    short: float
    long: float
    ratio: float


LIGHT = Limit(100, 250, 0.5)
HEAVY = Limit(400, 1_500, 2.5)
NETWORK = Limit(400, 400, float("inf"))
PROXY = Limit(250, 250, float("inf"))


@dataclass(frozen=True)
class Endpoint:
    """`path` may name the `{visitor}` of the server.

    `params` are those of a request over a range, by its name and length; None for a range that it does not have.
    """

    name: str
    path: str
    params: Callable[[Asked, str, int], Params | None]
    limit: Limit = LIGHT
    table: Table = Table.EVENTS

    @property
    def surface(self) -> str:
        """The rows that it reads, as the manifest calls them."""
        return {Table.REQUESTS: "requests", Table.PROXY_LOGS: "logs"}.get(self.table, "events")

    def has(self, server: Asked, named: str) -> bool:
        """Whether there is such a range, and rows to read."""
        return bool(server.rows(self.surface)) and self.params(server, named, RANGES[named]) is not None

    def ask(self, server: Asked, named: str) -> Answer:
        """Over a range that it has."""
        params = self.params(server, named, RANGES[named]) or ()
        return server.get(self.path.format(visitor=server.visitor), params)


def _web(name: str, *more: tuple[str, Any], limit: Limit = LIGHT) -> Endpoint:
    path = WEB if name == "listing" else f"{WEB}/{name}"
    return Endpoint(name, path, lambda _, named, __: [("range", named), *more], limit)


_STEPS = (("steps", "path:/"), ("steps", "path:/pricing"), ("steps", "path:/cart"))
_NAMED = f"{WEB}/visitor/{{visitor}}"
"""`visitor` is one who was there today."""


WEB_ENDPOINTS = (
    *(_web(name) for name in ("kpis", "timeseries", "listing", "count", "custom-events", "properties", "traffic")),
    *(_web(row.path) for row in WEB_LISTS),
    _web("top-flows", limit=HEAVY),
    _web("top-locations", limit=HEAVY),
    _web("funnel", *_STEPS, limit=HEAVY),
    _web("retention", limit=HEAVY),
    _web("engagement", limit=HEAVY),
    Endpoint("visitor", _NAMED, lambda _, named, __: [("range", named)]),
    Endpoint("visitor-sessions", f"{_NAMED}/sessions", lambda _, named, __: [("range", named)]),
)

_PERIODS = {"24h": "day", "7d": "week", "30d": "month", "12m": "year", "all": "all"}
_TREND = {"24h": "24h", "7d": "7d", "30d": "30d", "12m": "1y", "all": "all"}


def _tracking(name: str, key: str = "period", names: Mapping[str, str] = _PERIODS) -> Endpoint:
    def params(_: Asked, named: str, __: int) -> Params:
        return [(key, names[named])]

    return Endpoint(f"tracking-{name}", f"/api/tracking/{name}", params, table=Table.REQUESTS)


_TRACKING = (
    *("stats", "summary", "overview", "endpoints", "consumers", "visits", "top-users"),
    *(row.path for row in TRACKING_LISTS),
)
TRACKING_ENDPOINTS = (
    *(_tracking(name) for name in _TRACKING),
    _tracking("trends", names=_TREND),
)

_NETWORK_RANGES = {"24h": "daily", "7d": "weekly"}
NETWORK_ENDPOINTS = (
    Endpoint(
        "network",
        f"/v2/apps/{LARGE_SLUG}/network/analytics",
        lambda _, named, __: [("range", _NETWORK_RANGES[named])] if named in _NETWORK_RANGES else None,
        NETWORK,
        Table.REQUESTS,
    ),
)

PROXY_DAYS = 62


def _proxy(name: str) -> Endpoint:
    def params(server: Asked, named: str, length: int) -> Params | None:
        """The longest range is 62 days, which stands for 12 months here."""
        return None if named == "all" else list(server.span(min(length, PROXY_DAYS * DAY)).items())

    return Endpoint(f"proxy-{name}", f"/analytics/{name}", params, PROXY, Table.PROXY_LOGS)


PROXY_ENDPOINTS = tuple(
    _proxy(name) for name in ("traffic", "requests", "concurrency", "domains", "errors", "websites")
)

ENDPOINTS = (*WEB_ENDPOINTS, *TRACKING_ENDPOINTS, *NETWORK_ENDPOINTS, *PROXY_ENDPOINTS)


def chosen(server: Asked, named: str, names: Collection[str]) -> list[Endpoint]:
    """Those of these names that have the range; of all where `names` is empty."""
    return [each for each in ENDPOINTS if (not names or each.name in names) and each.has(server, named)]


LEFT_OUT: Mapping[str, str] = {
    "/export": "its length is that of the rows",
    "/recent-events": "of the last minutes only",
    "/live": "a stream",
    "/goals": "as many filters as a project has goals",
    "/panels": "several of the others at once",
    "/dropped": "counts of the metadata",
    "/stats": "counts of one project by category, on the events surface",
}
"""Reading endpoints that B4 does not measure, each with the reason."""
