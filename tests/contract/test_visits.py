"""`POST /api/tracking/visits` of a running server, and what the reading endpoints make of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from tests.support.server import Access, Server, ask, running, until

VISITS = "/api/tracking/visits"
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("visits") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture
def access(server) -> Access:
    return server.project()


def send(access: Access, *visits: object) -> dict:
    answer = access.post(VISITS, json={"visits": visits})
    assert answer.status_code == 202, answer.text
    found: dict = answer.json()
    assert set(found) == {"accepted", "rejected", "rejected_total"}
    return found


def hits(access: Access, count: int) -> dict:
    until(lambda: access.read("/api/tracking/summary")["total_hits"] >= count)
    return access.read("/api/tracking/summary")


def listed(access: Access, count: int) -> list[dict]:
    hits(access, count)
    return access.read(VISITS, limit="1000")["visits"]


@pytest.mark.parametrize(
    ("target", "endpoint"),
    [
        ({"endpoint": "/a/b"}, "/a/b"),
        ({"endpoint": "/a?x=1&y=2"}, "/a"),
        ({"endpoint": "/a#top"}, "/a"),
        ({"endpoint": "/a?q=#/b"}, "/a"),
        ({"endpoint": "/%7Efoo//bar/"}, "/%7Efoo//bar/"),
        ({"endpoint": "/first", "url": "https://x.test/second"}, "/first"),
        ({"url": "https://Api.test:8443/v1/items?id=7#z"}, "/v1/items"),
        ({"url": "https://api.test"}, "/"),
        ({"url": "/relative?x"}, "/relative"),
    ],
)
def test_the_endpoint_is_the_path_as_received(access, target, endpoint):
    assert send(access, target) == {"accepted": 1, "rejected": [], "rejected_total": 0}
    assert [visit["endpoint"] for visit in listed(access, 1)] == [endpoint]


@pytest.mark.parametrize(
    ("target", "host", "protocol"),
    [
        ({"endpoint": "/users/{id}", "url": "https://Api.test/users/7"}, "api.test", "https"),
        ({"endpoint": "http://A.test:8000/x", "url": "https://b.test/y"}, "a.test", "http"),
        ({"url": "https://me@Api.test:8443/x"}, "api.test", "https"),
        ({"endpoint": "/x", "host": "API.test:8443"}, "api.test", None),
        ({"endpoint": "/x", "host": "[2001:DB8::1]:80"}, "[2001:db8::1]", None),
        ({"endpoint": "/x", "host": "2001:db8::1"}, "2001:db8::1", None),
        ({"endpoint": "/x", "url": "/users/7"}, None, None),
        ({"endpoint": "/x", "url": "https://[::1"}, None, None),
        ({"endpoint": "/x", "url": "localhost:8000/y"}, None, None),
    ],
)
def test_the_host_is_that_of_the_url_without_its_port(access, target, host, protocol):
    send(access, target)
    (visit,) = listed(access, 1)
    assert (visit["host"], visit["protocol"]) == (host, protocol)


def test_every_field_is_read_back(access):
    visit = {
        "timestamp": "2026-06-11T10:00:00Z",
        "method": "post",
        "endpoint": "/pricing",
        "status": 201,
        "ip_address": "203.0.113.7",
        "user_agent": "curl/8",
        "referer": "https://news.test/",
    }
    send(access, visit)
    (row,) = listed(access, 1)
    user = row.pop("user_hash")
    assert len(user) == 16
    assert user == f"{int(user, 16):016x}"
    unsent = dict.fromkeys(("bytes", "duration_ms", "host", "protocol", "country_code", "user_id"))
    assert row == unsent | visit | {"method": "POST"}


def test_the_effect_on_all_reading_endpoints(server):
    access, other = server.project(), server.project()
    now = time.time_ns() // 1_000_000 // 1000 * 1000
    visits = [
        {"endpoint": "/a", "user_id": "u1", "timestamp": now - 3000},
        {"endpoint": "/a?page=2", "user_id": "u1", "timestamp": now - 2000},
        {"endpoint": "/a", "user_id": "u2", "timestamp": now - 1000},
        {"endpoint": "/a", "user_id": "u2", "method": "DELETE", "timestamp": now - 1000},
        {"endpoint": "/b", "ip_address": "192.0.2.1", "user_agent": "x", "timestamp": now},
        {"endpoint": "/b", "ip_address": "192.0.2.2", "user_agent": "x", "timestamp": now},
        {"endpoint": "/b", "ip_address": "192.0.2.1", "user_agent": "y", "timestamp": now},
    ]
    assert send(access, *visits)["accepted"] == 7
    send(other, {"endpoint": "/other"})
    summary = hits(access, 7)
    assert (summary["total_hits"], summary["total_endpoints"], summary["total_unique_users"]) == (7, 2, 5)
    stats = access.read("/api/tracking/stats")
    rows = [(row["endpoint"], row["method"], row["hit_count"], row["unique_users"]) for row in stats["stats"]]
    assert rows == [("/a", "GET", 3, 2), ("/b", "GET", 3, 3), ("/a", "DELETE", 1, 1)]
    assert stats["total_endpoints"] == 3
    trends = access.read("/api/tracking/trends")["trends"]
    assert sum(bucket["hits"] for bucket in trends) == 7
    assert [visit["endpoint"] for visit in listed(access, 7)][-1] == "/a"
    assert hits(other, 1)["total_hits"] == 1


def test_ndjson(access):
    lines = [json.dumps({"endpoint": f"/{i}"}) for i in range(1500)] + ["{", '"text"']
    answer = access.post(VISITS, content="\n".join(lines), headers=NDJSON)
    body = answer.json()
    assert (answer.status_code, body["accepted"]) == (202, 1500)
    assert [row["index"] for row in body["rejected"]] == [1500, 1501]
    assert hits(access, 1500)["total_hits"] == 1500


BAD = [
    {},
    {"endpoint": ""},
    {"endpoint": None, "url": None},
    {"endpoint": 5},
    {"url": "http://[bad/"},
    {"endpoint": "/", "method": ""},
    {"endpoint": "/", "method": "G E T"},
    {"endpoint": "/", "method": "x" * 17},
    {"endpoint": "/", "status": 1000},
    {"endpoint": "/", "status": -1},
    {"endpoint": "/", "status": "200"},
    {"endpoint": "/", "bytes": -1},
    {"endpoint": "/", "bytes": 1 << 63},
    {"endpoint": "/", "duration_ms": -0.1},
    {"endpoint": "/", "duration_ms": 1e13},
    {"endpoint": "/", "ip_address": "localhost"},
    {"endpoint": "/", "timestamp": "then"},
    {"endpoint": "/", "timestamp": 0},
    {"endpoint": "/", "timestamp": "2200-01-01T00:00:00Z"},
    {"endpoint": "/", "user_id": "u" * 129},
    {"endpoint": "/", "host": "h" * 254},
    {"endpoint": "/", "protocol": "p" * 33},
    None,
    "text",
]


def test_a_bad_visit_refuses_only_itself(access):
    answer = send(access, *(visit for bad in BAD for visit in (bad, {"endpoint": "/good"})))
    assert answer["accepted"] == len(BAD)
    assert [row["index"] for row in answer["rejected"]] == list(range(0, 2 * len(BAD), 2))
    assert all(row["message"] and isinstance(row["message"], str) for row in answer["rejected"])
    assert hits(access, len(BAD))["total_hits"] == len(BAD)


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", {}, 400),
        (b'{"visits": []}', {}, 400),
        (b'{"events": [{"endpoint": "/"}]}', {}, 400),
        (json.dumps({"visits": [{"endpoint": "/"}] * 1001}).encode(), {}, 400),
        (b"\n" * ((10 << 20) + 1), NDJSON, 413),
        (b"x", {"Content-Encoding": "zip"}, 415),
    ],
)
def test_bodies_that_are_refused(access, content, headers, status):
    answer = access.post(VISITS, content=content, headers=headers)
    assert (answer.status_code, set(answer.json()["error"])) == (status, {"code", "message"})


@pytest.mark.parametrize(
    ("kept", "stored", "whole"),
    [
        ("full", {"203.0.113.77", "2001:db8:1:2:3:4:5:6"}, True),
        ("truncated", {"203.0.113.0", "2001:db8:1::"}, False),
        ("none", {None}, False),
    ],
)
def test_how_much_of_an_address_is_kept(tmp_path, kept, stored, whole):
    addresses = ("203.0.113.77", "2001:DB8:1:2:3:4:5:6")
    with running(tmp_path / "data", flush_interval="0.2", store_ip=kept) as server:
        access = server.default()
        send(access, *({"endpoint": "/", "ip_address": address} for address in addresses))
        visits = listed(access, 2)
        assert {visit["ip_address"] for visit in visits} == stored
        assert len({visit["user_hash"] for visit in visits}) == 2
        assert server.stop() == 0
        files = [path.read_bytes() for path in (*server.data.rglob("*"), server.log) if path.is_file()]
        assert len(files) > 10
        found = any(b"203.0.113.77" in content or b"2001:db8:1:2" in content.lower() for content in files)
        if not whole:
            assert not found
            answered = ask(server.data, "SELECT count() AS n FROM requests WHERE ip_address LIKE '%113.77'")
            assert answered == [[{"n": 0}]]


def test_by_default_the_addresses_of_requests_are_kept(access):
    send(access, {"endpoint": "/", "ip_address": "203.0.113.9"})
    assert [visit["ip_address"] for visit in listed(access, 1)] == ["203.0.113.9"]


def test_a_visitor_is_the_user_id_wherever_it_comes_from(access):
    visits = [
        {"endpoint": "/", "user_id": "ada", "ip_address": f"192.0.2.{i}", "user_agent": f"a{i}"} for i in range(4)
    ]
    send(access, *visits)
    assert hits(access, 4)["total_unique_users"] == 1


def test_the_same_idempotency_key_stores_once_and_gets_the_first_answer(access):
    body = {"visits": [{"endpoint": "/a"}, {"endpoint": ""}]}
    first, again = (access.post(VISITS, json=body, headers={"Idempotency-Key": "k-1"}) for _ in range(2))
    assert (again.status_code, again.content) == (202, first.content)
    other = access.post(VISITS, json={"visits": [{"endpoint": "/b"}]}, headers={"Idempotency-Key": "k-2"})
    assert other.json()["accepted"] == 1
    assert hits(access, 2)["total_hits"] == 2


def test_another_projects_idempotency_key_is_another(server, access):
    for one in (access, server.project()):
        answer = one.post(VISITS, json={"visits": [{"endpoint": "/a"}]}, headers={"Idempotency-Key": "shared"})
        assert answer.json()["accepted"] == 1
        assert hits(one, 1)["total_hits"] == 1


@pytest.mark.parametrize(
    ("sent", "listed_as"),
    [
        ({"endpoint": "http://Api.test/abs?x"}, ("/abs", None)),
        ({"endpoint": "/a", "referer": "   "}, ("/a", None)),
        ({"endpoint": "/a", "referer": " https://b.test/ "}, ("/a", "https://b.test/")),
    ],
)
def test_blanks_and_absolute_endpoints(access, sent, listed_as):
    assert send(access, sent)["accepted"] == 1
    (visit,) = listed(access, 1)
    assert (visit["endpoint"], visit["referer"]) == listed_as


def test_a_response_has_at_most_a_pebibyte(access):
    found = send(access, {"endpoint": "/a", "bytes": 1 << 50}, {"endpoint": "/a", "bytes": (1 << 50) + 1})
    assert (found["accepted"], found["rejected"][0]["index"]) == (1, 1)
    assert "bytes" in found["rejected"][0]["message"]


def test_another_method_is_told_all_that_the_path_takes(access):
    answer = access.server.http.request("DELETE", VISITS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
