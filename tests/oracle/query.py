"""A request: its parameters, parsed, and the events they select."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from tests.oracle import filters
from tests.oracle.filters import Term
from tests.oracle.intake import Event, Visitor
from tests.oracle.moments import CALENDAR, DAY, RANGES, begin, buckets, calendar, read_instant, year_before
from tests.oracle.sessions import Session
from tests.oracle.site import Site

Params = Mapping[str, tuple[str, ...]]


class Refused(Exception):  # noqa: N818 - named for what the answer is
    """`says` are texts that the message must contain: the parameter and, if relevant, the position."""

    def __init__(self, status: int, *says: str) -> None:
        super().__init__(status, says)
        self.status = status
        self.says = says


@dataclass(frozen=True)
class Query:
    """`start` and `end` are the range; `before` is what it is compared with, None if there is no such period."""

    site: Site
    now: int
    params: Params
    chip: str
    start: int
    end: int
    before: tuple[int, int] | None
    bucket: str
    zone: tzinfo
    terms: tuple[Term, ...]
    bots: bool

    def text(self, name: str, default: str = "") -> str:
        return one(self.params, name, default)

    def limit(self, default: int, most: int) -> int:
        return min(self.number("limit", default, 1), most)

    def number(self, name: str, default: int, least: int, most: int | None = None) -> int:
        text = self.text(name, str(default))
        if not text.lstrip("-").isdigit() or int(text) < least or (most is not None and int(text) > most):
            raise Refused(400, name, text)
        return int(text)

    @property
    def compares(self) -> bool:
        return self.text("compare") == "1"

    def switched_on(self, name: str) -> bool:
        return self.text(name) == "1"

    @property
    def by_visitors(self) -> bool:
        text = self.text("order", "count")
        if text not in {"count", "visitors"}:
            raise Refused(400, "order", text)
        return text == "visitors"

    def previous(self) -> Query | None:
        """The same over the period that it is compared with."""
        return None if self.before is None else self.over(*self.before)

    def by_bucket(self) -> Query:
        """The same with the buckets that the request chooses."""
        text = self.text("bucket")
        if text not in {"", "hour", "day", "week", "month"}:
            raise Refused(400, "bucket", text)
        return replace(self, bucket=text or self.bucket)

    def check(self) -> None:
        """Refuses what an answer that has no list and no buckets would not look at."""
        _ = self.part([]), self.by_visitors, self.by_bucket()

    def part(self, ranked: list[str]) -> list[str]:
        """The labels of a page of a list."""
        skip, limit = self.number("skip", 0, 0, 10_000), self.limit(20, 300)
        return self.searched(ranked)[skip : skip + limit]

    def searched(self, labels: list[str]) -> list[str]:
        return [label for label in labels if filters.fold(self.text("search")) in filters.fold(label)]

    def over(self, start: int, end: int) -> Query:
        return replace(self, start=start, end=end)

    def is_counted(self, event: Event) -> bool:
        """Bots count only if asked for, also by a filter; every term of the filter must match."""
        human = self.bots or any(term.key == "traffic" for term in self.terms) or event.agent.traffic == "human"
        return human and filters.holds(self.site, self.terms, event)

    def events(self) -> list[Event]:
        """The matching events, in order."""
        return [event for event in self.site.events if self.start <= event.at < self.end and self.is_counted(event)]

    def sessions(self) -> list[Session]:
        """The counted sessions, whole: those with at least one matching event."""
        return list(dict.fromkeys(self.site.session_of[event] for event in self.events()))

    def buckets(self) -> list[int]:
        return buckets(self.bucket, self.start, self.end, self.zone)

    def bucket_of(self, event: Event) -> int:
        return begin(self.bucket, event.at, self.zone)


def read(site: Site, now: int, params: Params, default_range: str | None = "24h") -> Query:
    try:
        terms = filters.parse(one(params, "filter"))
    except filters.BadFilter as fault:
        raise Refused(400, "filter", "" if fault.position is None else f"position {fault.position}") from fault
    zone = read_zone(one(params, "timezone", "UTC")) if default_range else UTC
    chip, start, end = read_range(site, now, params, default_range, zone) if default_range else ("ever", 0, now)
    short = chip in {"1h", "24h", "today", "yesterday"} or (chip == "custom" and end - start <= 2 * DAY)
    return Query(
        site=site,
        now=now,
        params=params,
        chip=chip,
        start=start,
        end=end,
        before=read_comparison(params, chip, start, end, zone),
        bucket="hour" if short else "day",
        zone=zone,
        terms=terms,
        bots=one(params, "bots", "0") == "1",
    )


def read_range(site: Site, now: int, params: Params, default: str, zone: tzinfo) -> tuple[str, int, int]:
    """Both bounds, if both are valid, else the named range, which ends now, or is of the calendar."""
    given = read_instant(one(params, "from"), zone), read_instant(one(params, "to"), zone)
    name = one(params, "range", default)
    if name not in {*RANGES, *CALENDAR, "all", "ever"}:
        raise Refused(400, "range", name)
    if given[0] is not None and given[1] is not None:
        if given[0] >= given[1]:
            raise Refused(400, "from")
        return "custom", given[0], given[1]
    if name == "ever":
        return name, 0, now
    if name == "all":
        first = min([now, *(event.at for event in site.events)])
        return name, begin("day", first, zone), now
    if name in CALENDAR:
        return name, *calendar(name, now, zone)
    return name, now - RANGES[name], now


def read_comparison(params: Params, chip: str, start: int, end: int, zone: tzinfo) -> tuple[int, int] | None:
    """Both bounds, if both are valid, else the period right before, or a year before."""
    given = read_instant(one(params, "compare_from"), zone), read_instant(one(params, "compare_to"), zone)
    name = one(params, "compare_range", "previous")
    if name not in {"previous", "year", "year-weekday"}:
        raise Refused(400, "compare_range", name)
    if given[0] is not None and given[1] is not None:
        if given[0] >= given[1]:
            raise Refused(400, "compare_from")
        return given[0], given[1]
    if name == "previous":
        return None if chip in {"all", "ever"} else (start - (end - start), start)
    first, last = (year_before(at, zone, weekdays=name == "year-weekday") for at in (start, end))
    return first, max(last, first + 1)


@cache
def _zones() -> set[str]:
    return available_timezones()  # walks a directory


def read_zone(name: str) -> tzinfo:
    if name not in _zones():
        raise Refused(400, "timezone", name)
    return ZoneInfo(name)


def one(params: Params, name: str, default: str = "") -> str:
    return params[name][0] if name in params else default


def visitors(events: Iterable[Event]) -> set[Visitor]:
    return {event.visitor for event in events}


def share(part: int, whole: int) -> float:
    """To 4 decimals, half to even; 0 if `whole` is 0."""
    return float(round(Fraction(part, whole), 4)) if whole else 0.0


def delta_percent(now: int, before: int | None) -> int | None:
    """To the nearest whole percent, half to even; None if there was nothing before."""
    return round(Fraction(100 * (now - before), before)) if before else None


def compared(now: int, before: int | None) -> dict[str, int | None]:
    return {"prev_count": before, "delta_pct": delta_percent(now, before)}
