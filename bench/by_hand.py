"""B5's filters and statements, written by hand with knowledge of the tables, for the surface's figures.

Where two ways are close, both stand here and the faster one counts. Distinct visitors are as exact as semantics.md
demands. Rows of sessions that were cancelled (`sign`) are left out of every figure, as the surface must do, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Filter:
    """A filter string, and what it asks of events and of whole sessions: of the latter that they have it, or not."""

    text: str
    events: str = ""
    having: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


_BACKPACK = " OR ".join(
    f"{column} ILIKE '%backpack%'"
    for column in ("path", "url_base", "url_rest", "referrer", "title", "if(event_type = 'custom', name, '')")
)
"""The parts of the URL instead of the URL: a text without `/`, `?` and `#` lies within one of them."""

_VISITORS = "uniqCombined64(17)(visitor)"

FILTERS = (
    Filter("country:DE", "country = 'DE'"),
    Filter("!country:US", "country != 'US'"),
    Filter("path:/pricing", "path = '/pricing'"),
    Filter("path:/products/*", "path LIKE '/products/%'"),
    Filter("search:backpack", f"({_BACKPACK})"),
    Filter("prop.step:3", "position(properties, '\"step\":3') > 0 AND JSONExtractRaw(properties, 'step') = '3'"),
    Filter("referrer:google.com", having=("source = 'google.com'",)),
    Filter("referrer:https://www.google.com/", having=("referrer = 'https://www.google.com/'",)),
    Filter("channel:search", having=("channel = 'search'",)),
    Filter("!channel:search", lacking=("channel = 'search'",)),
    Filter("utm_source:newsletter", having=("utm_source = 'newsletter'",)),
    Filter("entry_page:/", having=("entry_page = '/'",)),
    Filter(
        "country:DE !device:mobile path:/products/*",
        "country = 'DE' AND device != 'mobile' AND path LIKE '/products/%'",
    ),
    Filter(
        "channel:search entry_page:/ !referrer:bing.com",
        having=("channel = 'search' AND entry_page = '/'",),
        lacking=("source = 'bing.com'",),
    ),
    Filter(
        "country:DE|FR !device:mobile channel:search",
        "country IN ('DE', 'FR') AND device != 'mobile'",
        having=("channel = 'search'",),
    ),
    Filter(
        "path:/products/* !browser:Firefox !channel:direct",
        "path LIKE '/products/%' AND browser != 'Firefox'",
        lacking=("channel = 'direct'",),
    ),
)


@dataclass(frozen=True)
class Span:
    """The rows of a period and a filter, as conditions."""

    start: int
    end: int
    filter: Filter

    @property
    def before(self) -> Span:
        return Span(2 * self.start - self.end, self.start, self.filter)

    @property
    def both(self) -> Span:
        """With the period before."""
        return Span(2 * self.start - self.end, self.end, self.filter)

    @property
    def own(self) -> str:
        """Events by their own properties."""
        time = f"timestamp >= {instant(self.start)} AND timestamp < {instant(self.end)}"
        return " AND ".join(filter(None, ("project_id = 1", time, "traffic = 'human'", self.filter.events)))

    @property
    def events(self) -> str:
        """Events by their own properties and by those of their sessions."""
        among = f"(SELECT session FROM sessions WHERE {self._overlapping} AND {_LIVE} AND "
        having = [f"session IN {among}{text})" for text in self.filter.having]
        lacking = [f"session NOT IN {among}{text})" for text in self.filter.lacking]
        return " AND ".join([self.own, *having, *lacking])

    @property
    def visits(self) -> str:
        """Sessions by their properties, with or without events that count."""
        lacking = [f"NOT ({text})" for text in self.filter.lacking]
        return " AND ".join([self._overlapping, *self.filter.having, *lacking, _LIVE])

    @property
    def _overlapping(self) -> str:
        time = f"end >= {instant(self.start)} AND start < {instant(self.end)}"
        return f"project_id = 1 AND source_table = 'events' AND {time}"


_LIVE = (
    "sign = 1 AND (session, version) NOT IN"
    " (SELECT session, version FROM sessions WHERE project_id = 1 AND source_table = 'events' AND sign = -1)"
)


def instant(millis: int) -> str:
    return f"fromUnixTimestamp64Milli({millis}, 'UTC')"


@dataclass(frozen=True)
class Case:
    """`ways` are ways to ask by hand, each of one or more statements.

    `answer` takes the figures from the surface's JSON, `figures` the same from the rows of a way's statements.
    """

    path: str
    ways: Callable[[Span], list[list[str]]]
    answer: Callable[[Any], Any]
    figures: Callable[[list[Rows]], Any]


def _kpis(span: Span) -> list[list[str]]:
    """Sessions that match are looked for on the side of the events, or on that of the sessions."""
    spans = (span, span.before)
    ways = [[_key_figures(each.own, each.visits) for each in spans]]
    if span.filter.having or span.filter.lacking:
        ways.append([_key_figures(each.events, each.visits) for each in spans])
    return ways


def _key_figures(events: str, visits: str) -> str:
    matched = f"SELECT session, countIf(event_type = 'pageview') AS views FROM events WHERE {events} GROUP BY session"
    return (
        f"SELECT {_VISITORS}, sum(views), count(), countIf(pageviews = 1 AND events = 1 + passive_events),"
        " sum(dateDiff('millisecond', start, end))"
        f" FROM sessions JOIN ({matched}) AS matched USING session WHERE {visits}"
    )


def _rates(found: list[Rows]) -> Rows:
    """A share to 4 decimals and seconds to 1, half to even."""
    return [
        (
            *(visitors, views, sessions),
            float(round(Fraction(bounces, max(1, sessions)), 4)),
            float(round(Fraction(duration, 1000 * max(1, sessions)), 1)),
        )
        for [(visitors, views, sessions, bounces, duration)] in found
    ]


def _series(span: Span) -> list[list[str]]:
    figures = f"SELECT toStartOfDay(timestamp) AS day, countIf(event_type = 'pageview'), {_VISITORS}"
    rows = f"{figures}, uniqCombined64(17)(session) FROM events WHERE"
    return [[f"{rows} {each.events} GROUP BY day ORDER BY day" for each in (span, span.before)]]


_TOP = "GROUP BY label ORDER BY found DESC, label LIMIT 20"


def _ranking(column: str, only: str = "") -> Callable[[Span], list[list[str]]]:
    figures = f"SELECT {column} AS label, count() AS found, {_VISITORS} FROM events"
    return lambda span: [[f"{figures} WHERE {span.events}{only} {_TOP}"]]


def _visits(column: str, only: str = "") -> Callable[[Span], list[list[str]]]:
    """Sessions with a matching event, by IN or by a join."""
    figures = f"SELECT {column} AS label, count() AS found, {_VISITORS} FROM sessions"

    def ways(span: Span) -> list[list[str]]:
        matched = f"(SELECT session FROM events WHERE {span.own})"
        among = f"{figures} WHERE {span.visits}{only} AND session IN {matched} {_TOP}"
        joined = f"{figures} SEMI JOIN {matched} AS matched USING session WHERE {span.visits}{only} {_TOP}"
        return [[among], [joined]]

    return ways


def _custom_events(span: Span) -> list[list[str]]:
    """Both periods at once: there are few names."""
    figures = f"SELECT name, timestamp >= {instant(span.start)} AS now, toStartOfDay(timestamp) AS day, count()"
    groups = "GROUP BY name, now, day ORDER BY name, now, day"
    return [[f"{figures} FROM events WHERE {span.both.events} AND event_type = 'custom' {groups}"]]


def _names(found: list[Rows]) -> dict[str, tuple[int, int]]:
    """By name the counts of the period and of the one before."""
    sums: dict[tuple[str, int], int] = Counter()
    for name, now, _, count in found[0]:
        sums[name, now] += count
    return {name: (count, sums[name, 0]) for (name, now), count in sums.copy().items() if now}


def _listing(span: Span) -> list[list[str]]:
    shown = (
        "path, event_type, timestamp, full_id_hi, id_lo, name, url, visitor, session, visitor_id, session_id, country"
    )
    more = "browser, os, device, referrer, hostname, properties"
    order = "ORDER BY timestamp DESC, full_id_hi DESC, id_lo DESC LIMIT 101"
    order += " SETTINGS read_in_order_use_buffering = 0"
    return [[f"SELECT {shown}, {more} FROM events WHERE {span.events} {order}"]]


def _count(span: Span) -> list[list[str]]:
    return [[f"SELECT count() FROM events WHERE {span.events}"]]


def _items(*names: str) -> Callable[[Any], Rows]:
    return lambda answer: [tuple(item[name] for name in names) for item in answer["items"]]


def _first(found: list[Rows]) -> Rows:
    return found[0]


CASES = (
    Case(
        "/kpis",
        _kpis,
        lambda answer: [tuple(answer[part].values()) for part in ("current", "previous")],
        _rates,
    ),
    Case(
        "/timeseries",
        _series,
        lambda answer: [row for row in _items("pageviews", "visitors", "sessions")(answer) if any(row)],
        lambda found: [row[1:] for row in found[0]],
    ),
    Case(
        "/count",
        _count,
        lambda answer: [(answer["count"],)],
        _first,
    ),
    Case("", _listing, _items("path", "event_type"), lambda found: [row[:2] for row in found[0][:100]]),
    Case(
        "/top-pages",
        _ranking("path", " AND event_type = 'pageview'"),
        _items("path", "count", "visitors"),
        _first,
    ),
    Case("/top-countries", _ranking("country"), _items("country", "count", "visitors"), _first),
    Case(
        "/top-referrers",
        _visits("if(source = '', 'direct', source)"),
        _items("referrer", "count", "visitors"),
        _first,
    ),
    Case(
        "/top-entry-pages",
        _visits("entry_page", " AND pageviews > 0"),
        _items("path", "count", "visitors"),
        _first,
    ),
    Case(
        "/custom-events",
        _custom_events,
        lambda answer: {item["name"]: (item["count"], item["prev_count"]) for item in answer["items"]},
        _names,
    ),
)
