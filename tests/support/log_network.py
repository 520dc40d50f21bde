"""Histories of a server's requests, by hypothesis, and the network surface for `log_product`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.oracle import network
from tests.oracle.facts import CHROME, GALAXY, GOOGLEBOT, IPAD, UPTIME
from tests.oracle.moments import DAY, HOUR, MINUTE, SECOND, iso, read_instant
from tests.support.history_product import Answer
from tests.support.log_history import LogHistory, Post, TimedQuery
from tests.support.log_product import Surface

Json = dict[str, Any]

TURNS = tuple(
    read_instant(text) or 0 for text in ("2026-06-11T00:00:00Z", "2026-03-01T00:00:00Z", "2025-12-31T10:40:00Z")
)
"""Requests start around one of these."""

STEPS = (
    *(0, 0, 1, SECOND, 10 * MINUTE, 14 * MINUTE, 15 * MINUTE, 16 * MINUTE, 20 * MINUTE, 20 * MINUTE, 29 * MINUTE),
    *(30 * MINUTE - 1, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE + 1, 31 * MINUTE, 50 * MINUTE, HOUR, 9 * HOUR),
)
"""From one request to the next."""

LATE = (*[0] * 6, SECOND, 40 * MINUTE, 3 * HOUR, 26 * HOUR, 50 * HOUR, -5 * MINUTE, -5 * MINUTE - 1)
"""From the last request of a body to its receipt; below 0 the sender's clock is ahead."""

WAITS = (0, 1, SECOND, 4 * MINUTE, 20 * MINUTE, HOUR, 2 * HOUR, 2 * HOUR, 5 * HOUR, 20 * HOUR, -30 * MINUTE)
"""From the last request to the query."""

VISITORS: tuple[Json, ...] = (
    {"ip_address": "192.0.2.1", "user_agent": CHROME},
    {"ip_address": "192.0.2.1", "user_agent": CHROME},
    {"ip_address": "192.0.2.1", "user_agent": CHROME, "user_id": "ada"},
    {"ip_address": "198.51.100.7", "user_agent": GALAXY, "user_id": "ada"},
    {"ip_address": "198.51.100.7", "user_agent": GOOGLEBOT},
    {"ip_address": "2001:DB8:0::5", "user_agent": IPAD},
    {"ip_address": "10.0.0.1", "user_agent": UPTIME, "user_id": None},
    {"user_agent": CHROME},
    {},
)
TARGETS: tuple[Json, ...] = (
    {"endpoint": "/"},
    {"endpoint": "/"},
    {"endpoint": "/a?x=1#top"},
    {"url": "https://Shop.example/a?x=1"},
    {"url": "HTTP://shop.example"},
    {"endpoint": "/%C3%A9/ä☃\\%_'\"", "url": "https://shop.example/b"},
    {"endpoint": "?only=query"},
    {"endpoint": "/', {p0:String}) --\t"},
)
PROTOCOLS = (None, "", "https", "HTTPS", "http", "HTTP/1.1", "h2")
REFERERS = (None, "", "https://news.example/?id=1", "https://news.example/?id=2", "direct", "not a url", "r" * 2050)
PROVIDERS: tuple[Json, ...] = (
    {},
    {},
    {"provider": "Fastly"},
    {"provider": "", "headers": {"CF-Ray": "1"}},
    {"provider": "unknown", "headers": {"cf-ray": "1"}},
    {"headers": {"Accept": "*/*", "X-Amz-Cf-Id": "1"}},
    {"headers": {"CDN-Loop": "cloudflare"}},
)
FAULTS: tuple[Json, ...] = (
    {"endpoint": None, "url": ""},
    {"timestamp": "yesterday"},
    {"timestamp": "1999-12-31T23:59:59.999Z"},
    {"timestamp": 4_102_444_800},
    {"ip_address": "192.0.2.256"},
    {"status": 1000},
    {"bytes": -1},
    {"method": "GET /"},
    {"user_id": "u" * 129},
)
AGENTS = ("", "gateway/1.0")

rows = st.builds(
    lambda target, referer, provider, more: {**target, **referer, **provider, **more},
    st.sampled_from(TARGETS),
    st.builds(lambda text: {"referer": text}, st.sampled_from(REFERERS)),
    st.sampled_from(PROVIDERS),
    st.fixed_dictionaries(
        {},
        optional={
            "method": st.sampled_from(("GET", "get", "POST")),
            "protocol": st.sampled_from(PROTOCOLS),
            "bytes": st.sampled_from((None, 0, 1, 10_240, 2**50 - 1)),
            "status": st.sampled_from((200, 404)),
        },
    ),
)


@st.composite
def posts(draw: st.DrawFn, start: int) -> list[Post]:
    """A few visitors' requests, in bodies that come in any order."""
    who, what = (
        draw(st.lists(st.sampled_from(VISITORS), min_size=1, max_size=2)),
        draw(st.lists(rows, min_size=1, max_size=3)),
    )
    at, found = start, []
    for _ in range(draw(st.integers(2, 8))):
        sent = []
        for _ in range(draw(st.integers(1, 2))):
            at += draw(st.sampled_from(STEPS))
            sent.append({"timestamp": iso(at), **draw(st.sampled_from(who)), **draw(st.sampled_from(what))})
        if draw(st.integers(0, 15)) == 7:
            sent.insert(0, sent[0] | draw(st.sampled_from(FAULTS)))
        project, spool = draw(st.sampled_from((*[0] * 7, 1))), draw(st.integers(0, 1))
        agent = draw(st.sampled_from(AGENTS))
        found.append(Post(at + draw(st.sampled_from(LATE)), project, {"visits": sent}, "", spool, agent))
    many = draw(st.sampled_from((*[0] * 11, 130)))
    if many:
        found.append(Post(at, 0, {"visits": [crowd(at, place) for place in range(many)]}))
    return draw(st.permutations(found)) if draw(st.integers(0, 3)) else found


def crowd(at: int, place: int) -> Json:
    """More paths than are shown; a few come twice, so that the choice matters."""
    path = (place * 7) % 115
    return {"timestamp": iso(at - place * SECOND), "endpoint": f"/{path}", "user_id": "c", "bytes": path}


@st.composite
def timed_query(draw: st.DrawFn, sent: list[Post], last: int) -> TimedQuery:
    times = sorted(read_instant(row["timestamp"]) or 0 for post in sent for row in post.body["visits"] if sound(row))
    now = draw(st.sampled_from((*[times[-1]] * 3, *times[len(times) // 2 :]))) + draw(st.sampled_from(WAITS))
    if draw(st.integers(0, 2)) == 0:
        now -= now % HOUR
    params = draw(st.sampled_from(ASKED)) + draw(pairs(times))
    after, project = draw(st.sampled_from((last, last, last, 0, 1))), draw(st.sampled_from((*[0] * 7, 1)))
    return TimedQuery(after, now, project, "/v2/apps/{app_id}/network/analytics", params)


def pairs(times: list[int]) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Mostly none; else bounds around requests, up to the longest allowed, and beyond; or half a pair."""
    lengths = (HOUR, DAY, 7 * DAY, 7 * DAY + 1, 20 * DAY, 62 * DAY, 62 * DAY + 1, 0, -1)
    ends = st.builds(lambda at, more: at + more, st.sampled_from(times), st.sampled_from((0, 1, HOUR, DAY)))
    whole = st.builds(lambda to, long: (("from", iso(to - long)), ("to", iso(to))), ends, st.sampled_from(lengths))
    odd = st.sampled_from(((("from", "2026-01-01"),), (("to", "2026-01-01"),), (("from", "x"), ("to", "2026-01-01"))))
    return st.one_of(st.just(()), st.just(()), whole, whole, odd)


def sound(row: Json) -> bool:
    return isinstance(row["timestamp"], str) and row["timestamp"].startswith("20")


ASKED = (
    *[()] * 4,
    *[(("range", "weekly"),)] * 8,
    (("range", "daily"),),
    (("range", ""),),
    (("bots", "0"),),
    *[(("range", "weekly"), ("bots", "0"))] * 3,
    (("range", "weekly"), ("bots", "1")),
    (("range", "monthly"),),
    (("bots", "some"),),
)


@st.composite
def histories(draw: st.DrawFn) -> LogHistory:
    """Histories with three queries each, and roll-ups written in between."""
    sent = draw(posts(draw(st.sampled_from(TURNS)) - draw(st.sampled_from((0, SECOND, HOUR)))))
    cuts = sorted({0, *draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))} & set(range(len(sent))))
    rounds = [tuple(sent[one:other]) for one, other in zip(cuts, [*cuts[1:], len(sent)], strict=True)]
    last = len(rounds) - 1
    asked = draw(st.lists(timed_query(sent, last), min_size=3, max_size=3))
    upkeep = draw(st.sampled_from(((), (0,), (0, 1), (0, 1, 2), (last,))))
    return LogHistory(tuple(rounds), tuple(asked), upkeep)


def told(history: LogHistory) -> tuple[list[Any], list[list[Any]]]:
    intake = network.Intake()
    receipts, known = [], []
    for posted in history.rounds:
        for post in posted:
            refused = intake.receive(network.Sent(post.at, post.project, post.body, post.agent))
            receipts.append((len(post.body["visits"]) - len(refused), refused))
        known.append([list(intake.requests[0]), list(intake.requests[1])])
    return receipts, known


def receipt(answer: Answer) -> Any:
    """The number of accepted requests, and the indexes of refused ones."""
    status, said = answer
    assert status == 202, said
    return said["accepted"], [rejected["index"] for rejected in said["rejected"]]


SURFACE = Surface(
    "/api/tracking/visits",
    told,
    receipt,
    lambda known, query: network.answer(known, query.now, dict(query.params)),
    headed=False,
)
