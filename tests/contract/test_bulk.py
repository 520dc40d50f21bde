"""`POST /api/collect/bulk` of a running server."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest
from tests.support.server import Access, Server, ask, running, until

BULK = "/api/collect/bulk"
NDJSON = {"Content-Type": "application/x-ndjson"}
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
FULL = {
    "type": "pageview",
    "name": "landing",
    "url": "https://Shop.example/from-url?utm_source=news",
    "path": "/believed",
    "hostname": "believed.example",
    "title": "A title",
    "referrer": "https://www.google.com/search?q=x",
    "visitor_id": "ada",
    "session_id": "s-1",
    "timestamp": "2026-06-11T10:00:00.250Z",
    "ip": "203.0.113.7",
    "user_agent": CHROME,
    "language": "de-AT,de;q=0.8",
    "timezone": "Europe/Vienna",
    "screen": "1920x1080",
    "country_code": "ro",
    "region": "Cluj",
    "city": "Cluj-Napoca",
    "properties": {"plan": "pro", "deep": {"n": 1.5}},
    "revenue": {"amount": "49.9", "currency": "EUR"},
    "event_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("bulk") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture
def access(server) -> Access:
    return server.project()


def send(access: Access, *events: object) -> dict:
    answer = access.post(BULK, json={"events": events})
    assert answer.status_code == 202, answer.text
    found: dict = answer.json()
    assert set(found) == {"accepted", "rejected", "rejected_total"}
    return found


def listed(access: Access, count: int, **params: str) -> list[dict]:
    """The raw rows of the web surface, once there are as many and their sessions."""
    path = f"/api/web-events/{access.slug}"
    until(lambda: len(access.read(path, **params)["items"]) >= count)
    until(access.server.queryable)
    return access.read(path, **params)["items"]


def codes(answer: dict) -> list[tuple[int, str]]:
    return [(row["index"], row["code"]) for row in answer["rejected"]]


def test_what_the_sender_gives_is_believed(access):
    assert send(access, FULL) == {"accepted": 1, "rejected": [], "rejected_total": 0}
    (row,) = listed(access, 1, range="all")
    expected = {
        "id": FULL["event_id"],
        "event_type": "pageview",
        "path": "/believed",
        "hostname": "believed.example",
        "visitor_id": "ada",
        "session_id": "s-1",
        "country_code": "RO",
        "browser_family": "Chrome",
        "os_family": "Windows",
        "device_type": "desktop",
        "timestamp": "2026-06-11T10:00:00.250Z",
        "properties": {"plan": "pro", "deep": {"n": 1.5}},
        "referrer": FULL["referrer"],
    }
    assert {name: row[name] for name in expected} == expected
    for terms in (
        "language:de-AT",
        "timezone:Europe/Vienna",
        "utm_source:news",
        "channel:search",
        "search:title",
        "prop.plan:pro",
    ):
        assert access.read(f"/api/web-events/{access.slug}/count", range="all", filter=terms) == {"count": 1}, terms


def test_what_is_left_out_is_derived(access):
    send(access, {"url": "https://Shop.example:8443/a?x=1#y", "user_agent": CHROME})
    (row,) = listed(access, 1)
    assert (row["event_type"], row["path"], row["hostname"]) == ("pageview", "/a", "shop.example")
    assert (row["browser_family"], row["device_type"], row["referrer"] or "") == ("Chrome", "desktop", "")
    assert len(row["visitor_id"]) == 16
    assert abs(time.time() - datetime.fromisoformat(row["timestamp"]).timestamp()) < 60


def test_addresses_tell_visitors_apart_and_are_not_kept(access, server):
    send(access, *({"path": "/", "ip": ip, "user_agent": CHROME} for ip in ("198.51.100.77", "198.51.100.78") * 2))
    assert len({row["visitor_id"] for row in listed(access, 4)}) == 2
    found = [path for path in server.data.rglob("*") if path.is_file() and b"198.51.100.77" in path.read_bytes()]
    assert found == []


def test_the_effect_on_the_key_figures(server):
    access, other = server.project(), server.project()
    now = time.time_ns() // 1_000_000
    events = [
        {"path": "/in", "visitor_id": "v1", "timestamp": now - 60_000},
        {"path": "/out", "visitor_id": "v1", "timestamp": now},
        {"path": "/in", "visitor_id": "v2"},
        {"type": "custom", "name": "buy", "visitor_id": "v3"},
    ]
    assert send(access, *events)["accepted"] == 4
    assert send(other, {"path": "/x", "visitor_id": "v1"})["accepted"] == 1
    assert access.total(4) == 4
    kpis = access.read(f"/api/web-events/{access.slug}/kpis")["current"]
    # Three sessions: one of two pages over 60 s, one page alone (a bounce), one custom event (none).
    assert kpis == {"visitors": 3, "pageviews": 3, "sessions": 3, "bounceRate": 0.3333, "avgDurationSec": 20.0}
    pages = access.read(f"/api/web-events/{access.slug}/top-pages")["items"]
    assert [(page["path"], page["count"]) for page in pages] == [("/in", 2), ("/out", 1)]
    assert other.total(1) == 1


def bounce_rate(access, events):
    assert access.total(events) == events
    return access.read(f"/api/web-events/{access.slug}/kpis")["current"]["bounceRate"]


PASSIVE = {"type": "custom", "name": "scrolled", "interactive": False}


@pytest.mark.parametrize(
    ("visit", "bounces"),
    [
        ([{"path": "/"}], True),
        ([{"path": "/"}, PASSIVE], True),
        ([PASSIVE, {"path": "/"}, PASSIVE], True),
        ([{"path": "/"}, {**PASSIVE, "interactive": True}], False),
        ([{"path": "/"}, {**PASSIVE, "interactive": None}], False),
        ([{"path": "/"}, PASSIVE, {"type": "custom", "name": "buy"}], False),
        ([{"path": "/"}, {"path": "/b", "interactive": False}], False),
        ([{"path": "/", "interactive": False}], True),
        ([PASSIVE], False),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_an_event_that_is_no_interaction_leaves_a_bounce_a_bounce(server, visit, bounces, at_once):
    access = server.project()
    events = [{**event, "visitor_id": "v"} for event in visit]
    if at_once:
        send(access, *events)
    else:
        for count, event in enumerate(events, 1):
            send(access, event)
            assert access.total(count) == count
    assert bounce_rate(access, len(visit)) == bounces


def test_it_is_so_in_sessions_that_the_client_names_only_in_part(server):
    access = server.project()
    now = time.time_ns() // 1_000_000
    send(access, {"path": "/", "visitor_id": "v", "session_id": "s", "timestamp": now - 60_000})
    send(access, {**PASSIVE, "visitor_id": "v", "timestamp": now - 30_000})
    send(access, {**PASSIVE, "visitor_id": "v", "session_id": "s", "timestamp": now})
    assert bounce_rate(access, 3) == 1.0


def test_ndjson(access):
    lines = [json.dumps({"path": f"/{i}"}).encode() for i in range(1500)]
    answer = access.post(BULK, content=b"\n".join([lines[0], b"", b"  ", *lines[1:]]) + b"\r\n", headers=NDJSON)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1500, "rejected": [], "rejected_total": 0})
    assert access.total(1500) == 1500


def test_a_bad_line_of_ndjson_refuses_itself(access):
    content = b'{"path": "/a"}\n{"path":\nnull\n{"path": "/b"}\n\xff'
    answer = access.post(BULK, content=content, headers={"Content-Type": "application/x-ndjson; charset=utf-8"}).json()
    assert (answer["accepted"], answer["rejected_total"]) == (2, 3)
    assert [(row["index"], row["code"]) for row in answer["rejected"]] == [
        (1, "invalid"),
        (2, "invalid"),
        (4, "invalid"),
    ]


def test_the_list_of_refused_lines_is_bounded(access):
    content = b'{"path": "/first"}\n' + b"0\n" * 300_000 + b'{"path": "/last"}\n'
    answer = access.post(BULK, content=content, headers=NDJSON).json()
    assert (answer["accepted"], answer["rejected_total"]) == (2, 300_000)
    assert [row["index"] for row in answer["rejected"]] == list(range(1, 1001))
    assert sorted(row["path"] for row in listed(access, 2)) == ["/first", "/last"]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", {}, 400),
        (b"[]", {}, 400),
        (b"{}", {}, 400),
        (b'{"events": []}', {}, 400),
        (b'{"events": {}}', {}, 400),
        (b'{"events": null}', {}, 400),
        (b'{"events": [{"path": "/"}', {}, 400),
        (b"[" * 100_000, {}, 400),
        (json.dumps({"events": [{"path": "/"}] * 1001}).encode(), {}, 400),
        (b"\n \n", NDJSON, 400),
        (b" " * ((10 << 20) + 1), NDJSON, 413),
        (b"{}", {"Content-Encoding": "br"}, 415),
    ],
)
def test_bodies_that_are_refused(access, content, headers, status):
    answer = access.post(BULK, content=content, headers=headers)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    assert len(error["message"]) < 500


def test_the_bounds_of_a_body(access):
    assert send(access, *[{"path": "/"}] * 1000)["accepted"] == 1000
    frame = b'{"path": "/", "x": ""}\n'
    full = frame[:-3] + b"y" * ((10 << 20) - len(frame)) + frame[-3:]
    assert access.post(BULK, content=full, headers=NDJSON).json() == {
        "accepted": 1,
        "rejected": [],
        "rejected_total": 0,
        "ignored": ["x"],
    }


BAD = [
    ("invalid", 1),
    ("invalid", []),
    ("invalid", {"type": "click", "path": "/"}),
    ("invalid", {"type": "custom", "name": "n" * 101}),
    ("invalid", {"path": 7}),
    ("invalid", {"path": "/", "properties": []}),
    ("invalid", {"path": "/", "country_code": "ROU"}),
    ("invalid", {"path": "/", "revenue": {"amount": 1, "currency": "euro"}}),
    ("invalid", {"path": "/", "revenue": {"currency": "EUR"}}),
    ("name_required", {"type": "custom"}),
    ("name_required", {"type": "custom", "name": ""}),
    ("url_required", {"title": "nowhere"}),
    ("url_required", {"url": "", "path": ""}),
    ("bad_ip", {"path": "/", "ip": "300.1.1.1"}),
    ("bad_timestamp", {"path": "/", "timestamp": "soon"}),
    ("timestamp_out_of_range", {"path": "/", "timestamp": 1}),
    ("timestamp_out_of_range", {"path": "/", "timestamp": "2200-01-01"}),
    ("bad_url", {"url": "javascript://shop.example/%0aalert(1)"}),
    ("bad_url", {"path": "javascript:alert(1)"}),
    ("bad_visitor_id", {"path": "/", "visitor_id": "a/b"}),
    ("bad_visitor_id", {"path": "/", "visitor_id": ".."}),
    ("visitor_id_too_long", {"path": "/", "visitor_id": "v" * 129}),
    ("session_id_too_long", {"path": "/", "session_id": "s" * 129}),
    ("bad_event_id", {"path": "/", "event_id": "7"}),
    ("bad_revenue", {"path": "/", "revenue": "much"}),
    ("bad_revenue", {"path": "/", "revenue": "NaN"}),
    ("bad_revenue", {"path": "/", "revenue": "100000000000000"}),
    ("text_too_long", {"path": "/", "properties": {"a": "x" * 4097}}),
    ("too_many_properties", {"path": "/", "properties": {f"k{i}": 1 for i in range(65)}}),
]


def test_a_bad_event_refuses_only_itself(access):
    events = [event for bad in BAD for event in (bad[1], {"path": "/good"})]
    answer = send(access, *events)
    assert answer["accepted"] == len(BAD)
    assert [(row["index"], row["code"]) for row in answer["rejected"]] == [
        (2 * i, code) for i, (code, _) in enumerate(BAD)
    ]
    assert all(row["message"] and len(row["message"]) < 300 for row in answer["rejected"])
    assert access.total(len(BAD)) == len(BAD)


def test_where_all_are_refused_nothing_is_stored(access):
    assert send(access, {"path": 1})["accepted"] == 0
    assert access.stats()["total_events"] == 0


def test_an_event_id_is_stored_once(access):
    event = {"path": "/", "event_id": str(uuid.uuid4())}
    assert send(access, event, event)["accepted"] == 2
    assert send(access, event, {"path": "/other"})["accepted"] == 2
    assert access.total(2) == 2
    assert sorted(row["path"] for row in listed(access, 2)) == ["/", "/other"]


MONEY = {
    "49": "49",
    "0.1": "0.1",
    "12345678901234.5678": "12345678901234.5678",
    "-3.25": "-3.25",
    "0.00005": "0",
    "0.00015": "0.0002",
}


def test_revenue_is_exact(tmp_path):
    with running(tmp_path / "data", flush_interval="0.2") as server:
        access = server.default()
        amounts = [{"amount": text, "currency": "EUR"} for text in MONEY] + [0.1, 19.99, 7, "1e3"]
        events = [{"path": f"/{i}", "revenue": amount} for i, amount in enumerate(amounts)]
        assert send(access, *events) == {"accepted": len(events), "rejected": [], "rejected_total": 0}
        assert access.total(len(events)) == len(events)
        assert server.stop() == 0
        sql = "SELECT path, toString(revenue) AS revenue, currency FROM events"
        (rows,) = ask(server.data, sql)
    stored = {row["path"]: (Decimal(row["revenue"]), row["currency"]) for row in rows}
    wanted = [(Decimal(text), "EUR") for text in MONEY.values()] + [
        (Decimal(t), "") for t in ("0.1", "19.99", "7", "1000")
    ]
    assert stored == {f"/{i}": pair for i, pair in enumerate(wanted)}
