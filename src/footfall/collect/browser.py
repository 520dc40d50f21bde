"""What browsers report, whichever client they speak through: here all public ways in become the same records.

They hold no secret, so they are believed less than senders with a token: a host that the project does not list is left
out, query strings are cut, and no time but the present (of Umami's client: the last 48 hours) is taken.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from footfall import ids
from footfall.clock import HOUR
from footfall.collect.bulk import Money, read_revenue
from footfall.collect.events import check_name
from footfall.collect.hosts import bare, host_of, is_allowed
from footfall.collect.identity import AGENT_CHARS
from footfall.collect.intake import Intake, Sender
from footfall.collect.kept_urls import kept_url, path_of, route_of
from footfall.collect.limits import RefusedError, check_time, encode_properties
from footfall.errors import FootfallError
from footfall.model.project import Project
from footfall.model.raw import EngagementRows, EventRows, RawEngagement, RawEvent

BODY_BYTES = 64 << 10
NAME_LENGTH = 100
BACK = 48 * HOUR
"""How far a public sender may date an event back: as long as the salt of its day is sure to be there."""

_LONGEST_MS = 24 * HOUR

_MOST = {
    "url": 4_096,
    "path": 2_048,
    "hostname": 253,
    "title": 512,
    "referrer": 2_048,
    "user_agent": AGENT_CHARS,
    "language": 64,
    "screen": 16,
}
"""Characters that are spooled of a text: what the pipeline would cut off need not wait on disk for an hour."""

Kind = Literal["pageview", "custom", "engagement"]
Measure = Annotated[float, Meta(ge=0, le=1e9)] | None


class DroppedError(FootfallError):
    """A well-formed report that is left out, for the reason that it names."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Vitals(msgspec.Struct, gc=False):
    """Web vitals of one page view: milliseconds, `cls` without a unit; None where it was not measured."""

    lcp: Measure = None
    inp: Measure = None
    cls: Measure = None
    fcp: Measure = None
    ttfb: Measure = None


class Hit(msgspec.Struct, gc=False):
    """One report. `url` is absolute, or a path of `hostname`; an absent text is `""`, absent figures are None.

    `timestamp` in Unix milliseconds; `address` and `user_agent` speak for the visitor where a server reports.
    """

    url: str
    kind: Kind = "pageview"
    name: str = ""
    hostname: str = ""
    referrer: str = ""
    title: str = ""
    language: str = ""
    screen: str = ""
    properties: dict[str, Any] | None = None
    revenue: Money | None = None
    visitor_id: str = ""
    timestamp: int | None = None
    address: str = ""
    user_agent: str = ""
    route: bool = False
    scroll: float | None = None
    engaged_ms: float | None = None
    vitals: Vitals | None = None


Rows = EventRows | EngagementRows


def rows(hit: Hit, project: Project, sender: Sender, intake: Intake, origin: str) -> Rows:
    """The record that is spooled; RefusedError where the report does not hold, DroppedError where it is left out.

    `origin` is the header of that name, `""` for none.
    """
    if hit.kind == "custom" and not 1 <= len(hit.name) <= NAME_LENGTH:
        raise RefusedError("bad_name", "name", f"name: a custom event needs one of 1 to {NAME_LENGTH} characters")
    host = host_of(hit.url) or bare(hit.hostname)
    if project.domains:
        _check_host(project.domains, host, origin)
    timestamp = _time(hit.timestamp, sender, intake)
    if hit.kind == "engagement":
        return EngagementRows(project.number, sender.received_at, [_engagement(hit, timestamp, sender, intake)])
    return EventRows(project.number, sender.received_at, [_event(hit, timestamp, sender, intake)])


def _check_host(domains: tuple[str, ...], host: str, origin: str) -> None:
    """Both the page that an event names and the page that sends it must be the project's.

    What has neither comes from no page: browsers name the origin of whatever they post to another host.
    """
    if (host and not is_allowed(domains, host)) or (origin and not is_allowed(domains, host_of(origin))):
        raise DroppedError("origin")


def _time(timestamp: int | None, sender: Sender, intake: Intake) -> int:
    if timestamp is None:
        return sender.received_at
    if timestamp < sender.received_at - BACK:
        raise RefusedError(
            "timestamp_out_of_range", "timestamp", "timestamp: without a token, events are at most 48 hours old"
        )
    return check_time(timestamp, sender.received_at, intake.retention_days)


def _event(hit: Hit, timestamp: int, sender: Sender, intake: Intake) -> RawEvent:
    place = intake.place(sender, hit.address)
    high, low = ids.split(intake.ids.take())
    amount, currency = read_revenue(hit.revenue)
    agent = _agent(hit, sender)
    pageview = hit.kind == "pageview"
    # Positional, in the order of RawEvent's fields: keywords would double the cost of a busy line.
    return RawEvent(
        timestamp,
        high,
        low,
        False,  # own_id
        "pageview" if pageview else "custom",
        "" if pageview else hit.name,
        "page_view" if pageview else "user_action",
        "medium",
        _visitor(hit, timestamp, sender, intake),
        check_name("visitor_id", hit.visitor_id),
        "",
        kept_url(hit.url, intake.keep_query, route=hit.route)[: _MOST["url"]],
        _path(hit)[: _MOST["path"]],
        hit.hostname[: _MOST["hostname"]],
        hit.title[: _MOST["title"]],
        _referrer(hit, intake)[: _MOST["referrer"]],
        agent,
        hit.language[: _MOST["language"]],
        hit.screen[: _MOST["screen"]],
        place.country,
        place.region,
        place.city,
        amount,
        currency,
        encode_properties(hit.properties),
        place.latitude,
        place.longitude,
    )


def _engagement(hit: Hit, timestamp: int, sender: Sender, intake: Intake) -> RawEngagement:
    high, low = ids.split(intake.ids.take())
    vitals = hit.vitals or Vitals()
    return RawEngagement(
        timestamp,
        high,
        low,
        visitor=_visitor(hit, timestamp, sender, intake),
        visitor_id=check_name("visitor_id", hit.visitor_id),
        hostname=hit.hostname[: _MOST["hostname"]],
        path=_path(hit)[: _MOST["path"]],
        url=kept_url(hit.url, intake.keep_query, route=hit.route)[: _MOST["url"]],
        user_agent=_agent(hit, sender),
        country=intake.place(sender, hit.address).country,
        engaged_ms=round(min(max(hit.engaged_ms or 0, 0), _LONGEST_MS)),
        scroll=-1 if hit.scroll is None or not 0 <= hit.scroll <= 100 else round(hit.scroll),
        lcp=vitals.lcp,
        inp=vitals.inp,
        cls=vitals.cls,
        fcp=vitals.fcp,
        ttfb=vitals.ttfb,
    )


def _visitor(hit: Hit, timestamp: int, sender: Sender, intake: Intake) -> int:
    if hit.visitor_id:
        return 0
    address, agent = hit.address or sender.address, hit.user_agent or sender.user_agent
    if hit.timestamp is None:
        return intake.identity.present(sender.project_id, timestamp, address, agent)
    return intake.identity.visitor(sender.project_id, timestamp, address, agent)


def _agent(hit: Hit, sender: Sender) -> str:
    """A browser has one: without any text the event would pass for a backend's."""
    return (hit.user_agent or sender.user_agent)[: _MOST["user_agent"]] or " "


def _path(hit: Hit) -> str:
    """Where a single-page application's route counts, path and route; else the URL says it."""
    return path_of(hit.url) + route_of(hit.url) if hit.route and "#" in hit.url else ""


def _referrer(hit: Hit, intake: Intake) -> str:
    """As sent, but for the site's own pages: those URLs are cut like all of its URLs."""
    referrer = hit.referrer
    if "?" in referrer and host_of(referrer) == (host_of(hit.url) or bare(hit.hostname)):
        return kept_url(referrer, intake.keep_query)
    return referrer
