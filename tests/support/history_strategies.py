"""Histories, by hypothesis: a few visitors over a few days, around instants at which clocks and dates change."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from hypothesis import strategies as st
from tests.oracle.facts import CHROME, EDGE, FIREFOX, GALAXY, GOOGLEBOT, GPTBOT, IPAD, IPHONE, UPTIME
from tests.oracle.filters import KEYS
from tests.oracle.intake import YEAR_2000, Sent, read_id, read_time
from tests.oracle.moments import CALENDAR, DAY, HOUR, MINUTE, SECOND, iso, read_instant
from tests.oracle.saved import SAVED
from tests.support.history import History, QueryTemplate, Term

Json = dict[str, Any]

TURNS = tuple(
    read_instant(text) or 0
    for text in (
        "2026-06-11T00:00:00Z",  # midnight UTC: another salt, another day
        "2026-03-29T01:00:00Z",  # clocks go forward in Europe
        "2026-10-25T01:00:00Z",  # and back
        "2026-11-01T05:00:00Z",  # back in Havana, at midnight; in New York an hour later
        "2026-03-08T05:00:00Z",  # forward in Havana, over midnight
        "2026-04-04T15:00:00Z",  # back by half an hour on Lord Howe Island
        # TEMPORARY: not yet 2020-10-03T16:01:00Z, when Casey Station changed its clocks a minute past midnight
        "2011-12-30T10:00:00Z",  # a date that Samoa left out
        "2024-02-29T00:00:00Z",
        "2025-12-31T23:00:00Z",
        "2000-01-01T00:00:00Z",  # earlier events are refused
    )
)
"""The history starts within hours of one of these."""

STEPS = (
    *(0, 1, SECOND, SECOND, MINUTE, MINUTE, MINUTE, 5 * MINUTE, 5 * MINUTE, 10 * MINUTE, 10 * MINUTE, 29 * MINUTE),
    *(30 * MINUTE - 1, 30 * MINUTE, 30 * MINUTE + 1, 31 * MINUTE, HOUR, 2 * HOUR, 7 * HOUR, 23 * HOUR, DAY, 3 * DAY),
)
"""From one event to the next."""

LATE = (
    0,
    0,
    0,
    0,
    0,
    2 * SECOND,
    10 * MINUTE,
    40 * MINUTE,
    3 * HOUR,
    26 * HOUR,
    50 * HOUR,
    4 * DAY,
    -5 * MINUTE,
    -6 * MINUTE,
)
"""From an event to its receipt; below 0 the sender's clock is ahead."""

STAMPS = ("none", "none", "zulu", "offset", "naive", "seconds", "millis")
RESENT = (None, None, None, 0, MINUTE, 23 * HOUR, 25 * HOUR)

# Their first 48 bits are odd as milliseconds, and requests are received at even ones: no own id ties with a server's.
OWN_IDS = (
    "00000000-0001-4000-8000-000000000000",
    "00000000-0001-4000-8000-000000000001",
    "urn:uuid:00000000-0001-4000-8000-000000000001",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "01JXE7G6Q1V3T2M9K4D8C5B7AZ",
    "01jxe7g6q1v3t2m9k4d8c5b7az",
)


@dataclass(frozen=True)
class Actor:
    address: str
    agent: str  # of the connection
    client_id: str | None = None
    user_agent: str | None = None  # as the event says


ACTORS = (
    Actor("192.0.2.1", CHROME, user_agent=CHROME),
    Actor("192.0.2.1", FIREFOX, user_agent=FIREFOX),
    Actor("192.0.2.1", CHROME, "ada", CHROME),
    Actor("192.0.2.2", IPHONE, "ada", IPHONE),
    Actor("198.51.100.7", EDGE, "bob", EDGE),
    Actor("198.51.100.7", "", user_agent=GALAXY),
    Actor("203.0.113.9", IPAD),
    Actor("203.0.113.9", "curl/8.5.0", "s1"),
    Actor("2001:db8::5", IPAD, user_agent=IPAD),
    Actor("10.0.0.1", "", "名:x*|\"'\\%_ !", "☃ of no known make"),
    Actor("192.0.2.2", GOOGLEBOT, user_agent=GOOGLEBOT),
    Actor("192.0.2.1", CHROME, "ada", GPTBOT),
    Actor("203.0.113.9", UPTIME, "probe", UPTIME),
)

PAGES: tuple[Json, ...] = (
    {"page_url": "https://shop.example/"},
    {"page_url": "https://shop.example", "referrer": "https://www.google.com/search?q=shop"},
    {"page_url": "https://www.shop.example/pricing?plan=pro#top", "referrer": "https://shop.example/"},
    {"page_url": "https://shop.example/blog/a", "referrer": "https://news.example/item?id=1"},
    {"page_url": "https://shop.example/blog/b", "referrer": "https://NEWS.example:8080/item?id=2"},
    {"page_url": "HTTPS://Ada:pw@Shop.Example:8443/blog/%C3%A9?utm_source=newsletter&utm_medium=E-mail&utm_term="},
    {"page_url": "https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=spring+sale%21&gclid=1"},
    {"page_url": "/relative/path?utm_campaign=%ff&fbclid=x", "referrer": "not a url"},
    {"page_url": "https://shop.example/a_b%", "referrer": "android-app://com.google.android.gm/"},
    {"page_url": "", "referrer": "https://l.facebook.com/l.php?u=x"},
    {"page_url": "https://bücher.example/ä/*", "referrer": "javascript:alert(1)"},
    {"page_url": "https://shop.example/" + "long/" * 900, "referrer": "https://chatgpt.com/" + "x" * 2100},
    {"referrer": "https://mail.google.com/", "page_url": None},
)
NAMES = ("signup", "purchase", "Purchase", "view item", "purchase|signup", "пока", "{p0:String}", "' OR 1=1 --", "\x00")
PROPERTIES: tuple[Json | None, ...] = (
    None,
    {},
    {"plan": "pro"},
    {"plan": "Pro", "trial": True, "n": 3},
    {"plan": None, "n": -1, "price": 9.5},
    {"n": 3.0, "price": 0.1, "list": [1.0, None, {"a/b": "é"}]},
    {"cart": {"items": 3, "note": 'a"b'}, "tags": ["x", "y"], "plan": ""},
    {"big": 2**64 - 1, "n": "3", "trial": "true", "café": "naïve ☃"},
)
REFUSED: tuple[Json, ...] = (
    {"session_id": "s" * 129},
    {"properties": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}},
    {"properties": {str(number): number for number in range(65)}},
    {"properties": {"long": "é" * 2049}},
    {"properties": {"n": 2**64}},
    {"timestamp": "1999-12-31T23:59:59.999Z"},
    {"timestamp": "2100-01-01T00:00:00Z"},
    {"event_name": "n" * 101},
    {"event_name": ""},
    {"category": "pageview"},
    {"event_id": "no id"},
    {"page_url": "javascript://shop.example/%0aalert(1)"},
)
HOSTILE = st.text(st.sampled_from("aAéÉßяЯ☃😀 /\\*|!:\"'%_{}?#&=+.,;\t\n\x7f\u202e\ufeff"), max_size=6)


@dataclass(frozen=True)
class Happening:
    """One event, and how it is sent."""

    step: int
    actor: int
    content: Json
    session: str | None
    late: int
    stamp: str
    own_id: str | None
    resent: int | None


def page_view(page: Json) -> Json:
    return {"event_name": "page_view", "category": "page_view", **page}


def custom(name: str, page: Json, properties: Json | None) -> Json:
    return {"event_name": name, "properties": properties, **page}


def hostile(text: str, other: str) -> Json:
    return {"event_name": text or "?", "page_url": f"https://shop.example/{other}", "properties": {text: other}}


CONTENTS = st.one_of(
    st.builds(page_view, st.sampled_from(PAGES)),
    st.builds(page_view, st.sampled_from(PAGES[:5])),
    st.builds(custom, st.sampled_from(NAMES), st.sampled_from(PAGES), st.sampled_from(PROPERTIES)),
    st.builds(custom, st.sampled_from(NAMES[:2]), st.sampled_from(PAGES[:5]), st.sampled_from(PROPERTIES)),
    st.builds(hostile, HOSTILE, HOSTILE),
    st.builds(lambda text: page_view({"page_url": text, "referrer": f"https://{text}/{text}"}), HOSTILE),
    st.sampled_from([*[page_view(PAGES[0])] * 20, *({"event_name": "refused", **each} for each in REFUSED)]),
)
HAPPENING = st.builds(
    Happening,
    st.sampled_from(STEPS),
    st.sampled_from((0, 0, 0, 1, 1, 2)),
    CONTENTS,
    st.sampled_from([None, None, None, "s1", "s2"]),
    st.sampled_from(LATE),
    st.sampled_from(STAMPS),
    st.sampled_from([*[None] * 9, *OWN_IDS]),
    st.sampled_from(RESENT),
)


def happenings(least: int) -> st.SearchStrategy[list[Happening]]:
    """Mostly more than `least`."""
    return st.one_of([st.lists(HAPPENING, min_size=least + more, max_size=24) for more in (0, 3, 5, 7, 8, 9)])


def received(turn: int, shift: int, cast: tuple[Actor, ...], happenings: list[Happening]) -> list[Sent]:
    """Requests in the order of their receipt."""
    at = turn + shift
    arrivals: list[tuple[int, Actor, Json]] = []
    for each in happenings:
        at += each.step
        arrivals += arrive(each, at, cast[each.actor])
    arrivals.sort(key=lambda arrival: arrival[0])
    batches = groupby(arrivals, key=lambda arrival: (arrival[0] // (3 * MINUTE), ACTORS.index(arrival[1])))
    return without_twins([batch(list(found)) for _, found in batches])


def arrive(each: Happening, at: int, actor: Actor) -> list[tuple[int, Actor, Json]]:
    """Receipts of one event: with a time of its own it may arrive late; sent twice, it arrives twice."""
    item = {"session_id": each.session, "user_agent": actor.user_agent, "event_id": each.own_id, **each.content}
    if "timestamp" not in item and each.stamp != "none":
        item["timestamp"] = stamped(at, each.stamp)
    item = {name: value for name, value in item.items() if value is not None}
    received = max(YEAR_2000, at + each.late if "timestamp" in item else at)
    again = [(received + each.resent, actor, dict(item))] if each.own_id and each.resent is not None else []
    return [(received, actor, item), *again]


def stamped(at: int, how: str) -> str | float:
    texts = {"zulu": iso(at), "naive": iso(at).removesuffix("Z"), "offset": iso(at + 330 * MINUTE)[:-1] + "+05:30"}
    return texts[how] if how in texts else at / 1000 if how == "seconds" else at


def batch(arrivals: list[tuple[int, Actor, Json]]) -> Sent:
    """One request; it is received at an even millisecond."""
    actor = arrivals[0][1]
    body: Json = {"events": [item for _, _, item in arrivals]}
    if actor.client_id is not None:
        body["client_id"] = actor.client_id
    received = arrivals[-1][0]
    return Sent(received + received % 2, actor.address, actor.agent, body)


def without_twins(sent: list[Sent]) -> list[Sent]:
    """No two events with one id and one time (an id is accepted again after 24 hours): they would have no order."""
    first: dict[tuple[int | None, int], int] = {}
    for each in sent:
        for event in each.body["events"]:
            if "event_id" in event:
                at = read_time(event["timestamp"]) if "timestamp" in event else each.at
                if each.at >= first.setdefault((read_id(event["event_id"]), at), each.at) + DAY:
                    del event["event_id"]
    return sent


SPANS = ("", "1h", "24h", "7d", "7d", "30d", "30d", "3m", "12m", "all", "all", "all", "all", *CALENDAR)
FORMS = ("zulu", "zulu", "naive", "offset", "date")
STYLES = (
    *(
        "as it is",
        "as it is",
        "as it is",
        "quoted",
        "in capitals",
        "in capitals",
        "its beginning",
        "its end",
        "around its middle",
    ),
    *("anything", "nothing", "something else", "with a fraction"),
)
PICKS = st.tuples(st.integers(0, 7), st.sampled_from(STYLES))
NAMES_OF_KEYS = (
    *sorted(KEYS),
    *("search", "prop.plan", "prop.n", "prop.trial", "prop.cart.items", "prop.café", "prop.x"),
)


def terms(keys: tuple[str, ...]) -> st.SearchStrategy[Term]:
    return st.builds(Term, st.sampled_from(keys), st.lists(PICKS, min_size=1, max_size=3).map(tuple), st.booleans())


TERMS = terms((*NAMES_OF_KEYS, *SAVED, ""))
OTHERS: dict[str, tuple[str | None, ...]] = {
    "bots": (None, None, "1", "0"),
    "limit": (*[None] * 6, "1", "2", "3", "400", "400", "0", "x"),
    "compare": (None, "1", "1", "0"),
    "timezone": (
        *(None, "Europe/Bucharest", "Europe/Bucharest", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"),
        *("America/Havana", "Pacific/Apia", "Antarctica/Casey", "UTC", "Nowhere/Land"),
    ),
    "compare_range": (None, None, None, "previous", "year", "year-weekday", "decade"),
    "bucket": (None, None, "hour", "day", "week", "month", "minute"),
    "skip": (None, None, None, "0", "1", "2", "10001"),
    "search": (None, None, None, "g", "E", "/", "É", "%", "o"),
    "order": (None, None, "count", "visitors", "visitors", "label"),
    "totals": (None, None, "1", "1", "0"),
    "figures": (None, None, "1", "1", "0"),
    "panel": (None, "kpis", "timeseries", "custom-events", "traffic", "top-pages", "top-channels", "export"),
    "depth": (None, "2", "3", "4", "5", "2", "3", "4", "5", "1", "6"),
    "windowMs": (None, None, "60000", "3600000", "3600000", "59999", "3600001"),
    "values": (None, None, "1", "200", "0"),
    "period": (None, "day", "week", "month", "week", "month", "year"),
    "format": (None, "csv", "ndjson", "ndjson", "parquet", "xlsx"),
    "window": (None, None, "1m", "30m", "2h", "1d", "90d", "91d", "0m", "1w"),
}
_OF_LISTS = ("limit", "skip", "search", "order", "totals", "figures", "compare_range")
TAKEN = {
    "/kpis": ("compare_range", "figures"),
    "/timeseries": ("compare_range", "bucket", "figures"),
    "/custom-events": (*_OF_LISTS, "bucket"),
    "/traffic": ("compare_range", "bucket"),
    "/panels": ("panel", "panel", "panel", *_OF_LISTS, "compare", "bucket"),
    "": ("limit",),
    "/top-flows": ("limit", "compare", "compare_range", "depth"),
    "/top-locations": ("limit", "compare", "compare_range"),
    "/recent-events": ("limit", "windowMs"),
    "/visitor/{visitor_id}/sessions": ("limit",),
    "/properties": ("limit", "skip", "search", "totals", "values"),
    "/funnel": ("window",),
    "/goals": ("compare", "compare_range"),
    "/retention": ("period",),
    "/export": ("format",),
}
"""Parameters beside range, time zone, filter and bots; the top lists by label all take `compare` and theirs."""


STEPS_OF_A_FUNNEL = st.one_of(
    st.tuples(TERMS),
    st.tuples(TERMS),
    st.just((Term("event_type", ((1, "as it is"),), negated=False),)),
    st.just((Term("search", ((0, "anything"),), negated=False),)),
    st.sampled_from(((Term("", ((0, "as it is"),), negated=False),), ())),
)


def template(path: str) -> st.SearchStrategy[QueryTemplate]:
    taken = TAKEN.get(path, (*_OF_LISTS, "compare") if path.startswith("/top-") else ())
    others = [
        st.sampled_from([value and (name, value) for value in OTHERS[name]]) for name in ("bots", "timezone", *taken)
    ]
    return st.builds(
        QueryTemplate,
        st.just(path),
        st.one_of(st.sampled_from(SPANS), st.tuples(st.integers(0, 15), st.integers(0, 15), st.sampled_from(FORMS))),
        st.lists(TERMS, max_size=2).map(tuple),
        st.tuples(*others).map(lambda found: tuple(pair for pair in found if pair)),
        st.integers(0, 3) if "{" in path else st.just(0),
        st.lists(STEPS_OF_A_FUNNEL, min_size=2, max_size=4).map(tuple) if path == "/funnel" else st.just(()),
    )


def history(
    sent: list[Sent], cuts: list[int], later: int, templates: list[QueryTemplate], retention_days: int | None
) -> History:
    edges = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    rounds = tuple(tuple(sent[start:end]) for start, end in pairwise(edges))
    return History(rounds, (sent[-1].at if sent else TURNS[0]) + later, tuple(templates), retention_days)


def sending(cast: st.SearchStrategy[tuple[Actor, ...]], least: int = 0) -> st.SearchStrategy[list[Sent]]:
    """The requests of three actors, with at least so many events."""
    shifts = st.sampled_from((0, -1, -2 * MINUTE, -40 * MINUTE, -5 * HOUR, HOUR))
    return st.builds(received, st.sampled_from(TURNS), shifts, cast, happenings(least))


def histories(paths: tuple[str, ...]) -> st.SearchStrategy[History]:
    """Histories with three queries each, to these paths."""
    return st.builds(
        history,
        sending(st.tuples(*[st.sampled_from(ACTORS)] * 3)),
        st.lists(st.integers(0, 12), max_size=2),
        st.sampled_from((0, 2, 2, MINUTE, MINUTE, HOUR, HOUR, 20 * HOUR, 3 * DAY, 20 * DAY)),
        st.lists(st.one_of([template(path) for path in paths]), min_size=3, max_size=3),
        st.sampled_from((None, None, None, None, None, None, 2, 30)),
    )


def pagings(path: str) -> st.SearchStrategy[History]:
    """Histories of two visitors in several rounds, with a listing to read in small pages, round by round."""
    keys = ("path", "device", "custom_event_name", "referrer", "entry_page", "channel", "country")
    term = st.builds(Term, st.sampled_from(keys), st.tuples(PICKS), st.sampled_from((True, True, False)))
    asked = st.builds(
        QueryTemplate,
        st.just(path),
        st.sampled_from(("all", "all", "30d", "7d")),
        st.one_of(st.just(()), st.tuples(term)),
        st.tuples(st.just(("bots", "1")), st.sampled_from([("limit", text) for text in "1123"])),
    )
    cuts = st.lists(st.integers(6, 20), min_size=2, max_size=6)
    return st.builds(
        history, sending(st.just(ACTORS[2:5]), 8), cuts, st.just(DAY), st.tuples(asked).map(list), st.none()
    )


def filterings() -> st.SearchStrategy[History]:
    """Histories with a filter of one term."""
    asked = st.builds(QueryTemplate, st.just(""), st.just("all"), st.tuples(terms(NAMES_OF_KEYS)))
    return st.builds(
        history,
        sending(st.tuples(*[st.sampled_from(ACTORS)] * 3)),
        st.just([]),
        st.just(0),
        st.tuples(asked).map(list),
        st.none(),
    )
