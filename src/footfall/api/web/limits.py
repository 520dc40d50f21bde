"""What a link shows at most. Every query of this surface that a link may ask is built through `Limits`.

A link reads the endpoints of `SHOWN` alone. Its filter holds beside the request's, its range cuts the request's, and a
period that it does not contain is not compared with. It counts people, unless its own filter says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from footfall.api.parameters import Parameters
from footfall.catalog.columns import HUMAN
from footfall.catalog.dimensions import TOP_LISTS
from footfall.errors import UserError
from footfall.model.period import Period, iso
from footfall.model.project import Principal, Project
from footfall.query import filter, timerange  # noqa: A004 - the module is named after what it parses
from footfall.query.ast import Query, Term, equals
from footfall.query.filter import FindSaved
from footfall.query.timerange import TimeRange

SHOWN = frozenset(
    {
        "/kpis",
        "/timeseries",
        "/custom-events",
        "/traffic",
        "/properties",
        "/panels",
        "/engagement",
        "/funnel",
        "/retention",
        "/goals",
        "/top-pages",
        "/top-referrers",
        "/top-entry-pages",
        "/top-exit-pages",
        "/top-flows",
        *(f"/{top.path}" for _, top in TOP_LISTS),
    }
)
"""Endpoints that links may read: neither rows nor single visitors."""

_OF_WHOLE_SESSIONS = {"/top-flows", "/top-entry-pages", "/top-exit-pages"}
"""They show pages that the session has beside those which match a filter."""

_PERSONAL_KEYS = frozenset({"visitor_id", "session_id"})
_KEYS_OF_WHOLE_SESSIONS = frozenset({"entry_page", "exit_page"})
"""Keys of filters that tell, guess by guess, what such a list would show."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Those of a caller at a time. A caller who is not a link has none."""

    principal: Principal
    project: Project
    now: int

    def check(self, path: str) -> None:
        """UserError `forbidden` where the caller may not read an endpoint, by its path below the project."""
        limits = self.principal.limits
        if limits is None:
            return
        if path not in SHOWN or (limits.filter and path in _OF_WHOLE_SESSIONS):
            raise UserError("forbidden", "a link does not show this")

    def check_terms(self, terms: Iterable[Term]) -> None:
        """UserError `forbidden` where the caller may not ask what a term would tell."""
        limits = self.principal.limits
        if limits is None:
            return
        closed = _PERSONAL_KEYS | _KEYS_OF_WHOLE_SESSIONS if limits.filter else _PERSONAL_KEYS
        for term in terms:
            if term.key in closed:
                raise UserError("forbidden", f"filter: a link does not show what {term.key!r} tells")

    def own_range(self, zone: tzinfo) -> TimeRange | None:
        """The range of a link that has one, with buckets in this zone."""
        limits = self.principal.limits
        if limits is None:
            return None
        if limits.period is not None:
            return timerange.explicit(limits.period.start, limits.period.end, zone)
        if limits.range is None:
            return None
        if limits.range in timerange.CALENDAR:
            return timerange.calendar(limits.range, self.now, timerange.time_zone(self.project.timezone), zone)
        return timerange.rolling(limits.range, self.now, zone)

    def shows(self, at: int) -> bool:
        """Whether an instant lies in the range."""
        own = self.own_range(UTC)
        return own is None or own.period.start <= at < own.period.end

    def cut(self, asked: TimeRange, parameters: Parameters, *names: str) -> TimeRange:
        """What of a range lies within the link's; `names` are the parameters that then do not count as they are.

        UserError `forbidden` where nothing does.
        """
        own = self.own_range(asked.zone)
        if own is None or _contains(own.period, asked.period):
            return replace(asked, previous=self.comparable(asked.previous))
        start, end = max(own.period.start, asked.period.start), min(own.period.end, asked.period.end)
        if start >= end:
            shown = f"{iso(own.period.start)} to {iso(own.period.end)}"
            raise UserError("forbidden", f"range: the link shows {shown} only")
        for name in names:
            parameters.ignore(name, "the link shows less")
        found = own if Period(start, end) == own.period else timerange.explicit(start, end, asked.zone)
        return replace(found, previous=self.comparable(found.previous))

    def comparable(self, period: Period | None) -> Period | None:
        """The same period where the caller may see it."""
        own = self.own_range(UTC)
        return period if own is None or (period is not None and _contains(own.period, period)) else None

    def narrow(self, query: Query, find: FindSaved) -> Query:
        """The query with the link's filter."""
        limits = self.principal.limits
        if limits is None:
            return query
        terms = filter.parse(limits.filter, find)
        if not any(term.key == "traffic" for term in terms):
            terms = (*terms, equals("traffic", HUMAN))
        return replace(query, bots=None, filters=(*query.filters, *terms))


def _contains(outer: Period, inner: Period) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
