"""From browsers' reports to raw records, for every client's wire format.

Browsers hold no secret, so they are trusted less than senders with a token: a report for a host that the project does
not list is dropped, query strings are cut, and the time of a report is that of its receipt (Umami's clients may date it
back by up to 48 hours).
"""

from __future__ import annotations

from footfall import ids
from footfall.catalog.columns import TEXT_CAPS
from footfall.clock import HOUR
from footfall.collect.exclusions import is_excluded
from footfall.collect.fields import put_place, read_revenue
from footfall.collect.hit import Hit, Vitals
from footfall.collect.hosts import host_of, is_allowed
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError, check_name, check_time, encode_properties
from footfall.collect.page_url import kept_url
from footfall.collect.schemes import check_page_url
from footfall.errors import FootfallError
from footfall.model.drops import DropReason
from footfall.model.project import Exclusions, Project
from footfall.model.raw import EngagementRows, EventRows, RawEngagement, RawEvent

BODY_BYTES = 64 << 10
NOTHING = Exclusions()
MAX_BACK = 48 * HOUR
"""How far a public sender may date an event back. The salt of an earlier day may be deleted already."""

_MAX_ENGAGED_MS = 24 * HOUR

Rows = EventRows | EngagementRows


class DroppedError(FootfallError):
    """A well-formed report that is not stored, why, and for `origin` the host that is refused."""

    def __init__(self, reason: DropReason, host: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.host = host


def rows(hit: Hit, project: Project, sender: Sender, intake: Intake, origin: str) -> Rows:
    """The record that is spooled; RefusedError where the report is not valid, DroppedError where it is not stored.

    `origin` is the header of that name, `""` for none.
    """
    check_page_url("url", hit.url.text)
    if project.domains:
        _check_host(project.domains, hit.url.host, origin)
    if project.excluded != NOTHING:
        _check_excluded(project.excluded, hit, sender, intake)
    timestamp = _time(hit.timestamp, sender, intake)
    if hit.kind == "engagement":
        return EngagementRows(project.number, sender.received_at, [_engagement(hit, timestamp, sender, intake)])
    return EventRows(project.number, sender.received_at, [_event(hit, timestamp, sender, intake)])


def _check_host(domains: tuple[str, ...], host: str, origin: str) -> None:
    """Both the page that an event names and the page that sends it must be the project's.

    A report with neither does not come from a page: browsers send an origin with whatever they post to another host.
    """
    if host and not is_allowed(domains, host):
        raise DroppedError(DropReason.ORIGIN, host)
    if origin and not is_allowed(domains, host_of(origin)):
        raise DroppedError(DropReason.ORIGIN, host_of(origin) or origin)


def _check_excluded(excluded: Exclusions, hit: Hit, sender: Sender, intake: Intake) -> None:
    country = intake.place(sender, hit.address).country if excluded.countries else ""
    if is_excluded(excluded, hit.url, hit.address or sender.address, country):
        raise DroppedError(DropReason.EXCLUDED)


def _time(timestamp: int | None, sender: Sender, intake: Intake) -> int:
    if timestamp is None:
        return sender.received_at
    if timestamp < sender.received_at - MAX_BACK:
        raise RefusedError(
            "timestamp_out_of_range", "timestamp", "timestamp: without a token, events are at most 48 hours old"
        )
    return check_time(timestamp, sender.received_at, intake.oldest(sender))


def _event(hit: Hit, timestamp: int, sender: Sender, intake: Intake) -> RawEvent:
    high, low = ids.split(intake.ids.take())
    amount, currency = ("", "") if hit.revenue is None else read_revenue(hit.revenue)
    pageview = hit.kind == "pageview"
    url = hit.url
    raw = RawEvent(
        timestamp,
        high,
        low,
        event_type="pageview" if pageview else "custom",
        name="" if pageview else intake.labels.event(sender.project_id, sender.received_at, hit.name),
        category="page_view" if pageview else "user_action",
        priority="medium",
        visitor=_visitor(hit, timestamp, sender, intake),
        visitor_id=hit.visitor_id and check_name("visitor_id", hit.visitor_id),
        url=url.kept(intake.keep_query)[: TEXT_CAPS["url"]],
        referrer=_referrer(hit, intake),
        user_agent=_agent(hit, sender),
        revenue=amount,
        currency=currency,
        properties=encode_properties(intake.labels.properties(sender.project_id, sender.received_at, hit.properties)),
    )
    if hit.passive and not pageview:
        raw.passive = True
    if url.path:
        raw.path = url.path[: TEXT_CAPS["path"]]
    if url.hostname:
        raw.hostname = url.hostname[: TEXT_CAPS["hostname"]]
    for column, text in hit.texts.items():
        if text:
            setattr(raw, column, text[: TEXT_CAPS[column]])
    put_place(raw, intake.place(sender, hit.address))
    return raw


def _engagement(hit: Hit, timestamp: int, sender: Sender, intake: Intake) -> RawEngagement:
    high, low = ids.split(intake.ids.take())
    vitals = hit.vitals or Vitals()
    return RawEngagement(
        timestamp,
        high,
        low,
        visitor=_visitor(hit, timestamp, sender, intake),
        visitor_id=check_name("visitor_id", hit.visitor_id),
        hostname=hit.url.hostname[: TEXT_CAPS["hostname"]],
        path=hit.url.path[: TEXT_CAPS["path"]],
        url=hit.url.kept(intake.keep_query)[: TEXT_CAPS["url"]],
        user_agent=_agent(hit, sender),
        country=intake.place(sender, hit.address).country,
        engaged_ms=round(min(max(hit.engaged_ms or 0, 0), _MAX_ENGAGED_MS)),
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
    """The user agent; a space for none, since an event without one counts as a backend's."""
    return (hit.user_agent or sender.user_agent)[: TEXT_CAPS["user_agent"]] or " "


def _referrer(hit: Hit, intake: Intake) -> str:
    """As sent, unless it is a page of the same site: that is cut like all of the site's URLs."""
    referrer = hit.referrer
    if "?" in referrer and host_of(referrer) == hit.url.host:
        referrer = kept_url(referrer, intake.keep_query)
    return referrer[: TEXT_CAPS["referrer"]]
