"""The events surface of a running server."""

from __future__ import annotations

import gzip
import json
import time
import uuid
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.support.server import Access, Server, running, until

from footfall import zstd

SINGLE = "/api/v1/analytics"
BATCH = "/api/v1/analytics/batch"
WRITING = {
    SINGLE: {"event_name": "a"},
    BATCH: {"events": [{"event_name": "a"}]},
    "/api/collect/bulk": {"events": [{"path": "/"}]},
    "/api/tracking/visits": {"visits": [{"endpoint": "/"}]},
}
MIB = 1 << 20
CATEGORIES = ["page_view", "user_action", "trading", "auth", "error", "performance", "feature", "system"]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("events") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture
def access(server) -> Access:
    return server.project()


def now() -> int:
    return time.time_ns() // 1_000_000


def listed(access: Access, count: int, **params: str) -> list[dict]:
    """The raw rows of the web surface, once there are as many and their sessions."""
    path = f"/api/web-events/{access.slug}"
    until(lambda: len(access.read(path, **params)["items"]) >= count)
    until(access.server.queryable)
    return access.read(path, **params)["items"]


def at_bound(size: int) -> bytes:
    """An event of exactly `size` bytes, filled up in a field that the server does not know."""
    frame = b'{"event_name": "filled", "x": ""}'
    return frame[:-2] + b"y" * (size - len(frame)) + frame[-2:]


# What is accepted.


def test_one_event_is_answered_and_found(access):
    before = datetime.now(UTC).replace(microsecond=0)
    answer = access.post(SINGLE, json={"event_name": "signup", "session_id": "s-1", "properties": {"plan": "pro"}})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"success", "event_id", "message", "timestamp"}
    assert body["success"] is True
    assert len(body["event_id"]) == 26
    assert before <= datetime.fromisoformat(body["timestamp"]) <= datetime.now(UTC)
    (row,) = listed(access, 1)
    assert (row["id"], row["event_type"], row["custom_event_name"], row["session_id"], row["visitor_id"]) == (
        body["event_id"],
        "custom",
        "signup",
        "s-1",
        "s-1",
    )
    assert row["properties"] == {"plan": "pro"}


def test_a_page_view_is_a_pageview(access):
    event = {"event_name": "view", "category": "page_view", "page_url": "https://Shop.example/a/b?utm_source=x#c"}
    assert access.post(SINGLE, json=event).status_code == 200
    (row,) = listed(access, 1)
    assert (row["event_type"], row["path"], row["hostname"]) == ("pageview", "/a/b", "shop.example")
    kpis = access.read(f"/api/web-events/{access.slug}/kpis")["current"]
    assert (kpis["pageviews"], kpis["visitors"], kpis["sessions"], kpis["bounceRate"]) == (1, 1, 1, 1.0)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_is_counted(access, category):
    assert access.post(SINGLE, json={"event_name": "a", "category": category}).status_code == 200
    assert access.total(1) == 1
    assert access.stats()["events_by_category"] == {category: 1}


def test_a_batch_is_counted_and_its_client_is_the_visitor(access):
    events = [{"event_name": f"e{i}", "session_id": "s"} for i in range(3)]
    answer = access.post(BATCH, json={"events": events, "client_id": "ada"})
    assert answer.status_code == 200
    body = answer.json()
    assert isinstance(body.pop("timestamp"), str)
    assert isinstance(body.pop("message"), str)
    assert body == {"success": True, "events_received": 3, "events_queued": 3, "events_failed": 0}
    assert {(row["visitor_id"], row["session_id"]) for row in listed(access, 3)} == {("ada", "s")}


def test_a_batch_is_stored_alike_when_its_names_are_known(access):
    """The second time, nothing has to be looked at alone, and all of it is taken by column."""
    events = [
        {
            "event_name": "view" if number % 3 else "buy",
            "category": "page_view" if number % 3 else "user_action",
            "page_url": f"https://a.test/{number % 7}",
            "session_id": f"s-{number % 5}" if number % 4 else None,
            "user_agent": "an app" if number % 2 else None,
            "properties": {"plan": "pro", "n": number % 2} if number % 3 == 0 else None,
            "timestamp": now() - number * 1_000,
        }
        for number in range(40)
    ]
    shown = ("event_type", "custom_event_name", "path", "properties", "visitor_id", "session_id", "timestamp")
    stored = []
    for _ in range(2):
        assert access.post(BATCH, json={"events": events}).json()["events_queued"] == 40
        stored = listed(access, 40 * (1 + bool(stored)), limit="100")
    rows = sorted(str([row[field] for field in shown]) for row in stored)
    assert rows[::2] == rows[1::2]
    assert len(set(rows)) == 40


def test_without_a_name_the_visitor_is_a_hash_of_address_and_agent(access):
    for agent in ("one", "two", "one"):
        access.post(SINGLE, json={"event_name": "a", "user_agent": agent})
    visitors = [row["visitor_id"] for row in listed(access, 3)]
    assert len(set(visitors)) == 2
    assert all(len(visitor) == 16 and int(visitor, 16) for visitor in visitors)


@pytest.mark.parametrize("count", [1, 100])
def test_a_batch_has_1_to_100_events(access, count):
    answer = access.post(BATCH, json={"events": [{"event_name": "a"}] * count})
    assert (answer.status_code, answer.json()["events_queued"]) == (200, count)
    assert access.total(count) == count


@pytest.mark.parametrize("count", [0, 101])
def test_and_no_others(access, count):
    answer = access.post(BATCH, json={"events": [{"event_name": "a"}] * count})
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", "events"])


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-06-11T10:00:00Z", "2026-06-11T10:00:00.000Z"),
        ("2026-06-11T10:00:00.250", "2026-06-11T10:00:00.250Z"),
        ("2026-06-11T12:00:00+02:00", "2026-06-11T10:00:00.000Z"),
        ("2026-06-11", "2026-06-11T00:00:00.000Z"),
        (1_781_172_000, "2026-06-11T10:00:00.000Z"),
        (1_781_172_000_250, "2026-06-11T10:00:00.250Z"),
        ("1781172000", "2026-06-11T10:00:00.000Z"),
        ("1781172000250", "2026-06-11T10:00:00.250Z"),
        ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00.000Z"),
    ],
)
def test_every_form_of_a_timestamp(access, sent, stored):
    for path, body in ((SINGLE, {}), (BATCH, {"events": []})):
        event = {"event_name": "a", "timestamp": sent}
        answer = access.post(path, json=event if path == SINGLE else body | {"events": [event]})
        assert answer.status_code == 200, answer.text
    assert [row["timestamp"] for row in listed(access, 2, range="all")] == [stored, stored]


# What is refused.


@pytest.mark.parametrize("shift", [-1, 10 * 60_000, 10**12, "1999-12-31T23:59:59.999Z", 0, -5_000_000_000])
def test_a_time_out_of_range_is_refused_with_a_reason(access, shift):
    moment = shift if isinstance(shift, str) or shift <= 0 else now() + shift
    bad = {"event_name": "a", "timestamp": moment}
    single = access.post(SINGLE, json=bad)
    assert single.status_code == 422
    (fault,) = single.json()["detail"]
    assert (fault["loc"], fault["type"]) == (["body", "timestamp"], "timestamp_out_of_range")
    batch = access.post(BATCH, json={"events": [{"event_name": "good"}, bad]}).json()
    assert (batch["success"], batch["events_queued"], batch["events_failed"]) == (True, 1, 1)
    (error,) = batch["errors"]
    assert (error["index"], error["code"]) == (1, "timestamp_out_of_range")
    assert access.total(1) == 1


def test_a_page_has_a_scheme_of_pages(access):
    bad = {"event_name": "view", "page_url": "javascript://shop.example/%0aalert(1)"}
    single = access.post(SINGLE, json=bad)
    assert (single.status_code, single.json()["detail"][0]["loc"]) == (422, ["body", "page_url"])
    batch = access.post(BATCH, json={"events": [bad]}).json()
    assert [error["code"] for error in batch["errors"]] == ["bad_url"]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ('{"a": 1e999}', "number_out_of_range"),
        ('{"a": 18446744073709551616}', "number_out_of_range"),
        ('{"a": [-9223372036854775809]}', "number_out_of_range"),
        ('{"a": "' + "x" * 4097 + '"}', "text_too_long"),
        ('{"a": {"b": {"c": {"d": {"e": {}}}}}}', "properties_too_deep"),
        (json.dumps({f"k{i}": i for i in range(65)}), "too_many_properties"),
        (json.dumps({f"k{i}": "x" * 4000 for i in range(9)}), "properties_too_large"),
        ('{"a": "\\ud800"}', "bad_text"),
    ],
)
def test_properties_over_a_limit(access, properties, code):
    bad = '{"event_name": "bad", "properties": ' + properties + "}"
    single = access.post(SINGLE, content=bad)
    assert single.status_code == 422
    (fault,) = single.json()["detail"]
    assert (fault["loc"], fault["type"]) == (["body", "properties"], code)
    batch = access.post(BATCH, content='{"events": [{"event_name": "good"}, ' + bad + ', {"event_name": "too"}]}')
    assert batch.status_code == 200, batch.text
    assert [(error["index"], error["code"]) for error in batch.json()["errors"]] == [(1, code)]
    assert access.total(2) == 2


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        (b"", ["body"]),
        (b"{", ["body", 1]),
        (b'{"event_name": "a", "properties": {"x": NaN}}', ["body", 0]),
        (b'{"event_name": "\xff"}', ["body", 16]),
        (b"[" * 100_000, ["body", 0]),
        (b'{"event_name": "a", "user_agent": "\\udc00"}', ["body", "user_agent"]),
        (b'{"event_name": "a", "timestamp": 1e999}', ["body", "timestamp"]),
        (b'{"event_name": ""}', ["body", "event_name"]),
    ],
)
def test_a_body_that_breaks_the_schema(access, body, loc):
    answer = access.post(SINGLE, content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/json")
    (fault,) = json.loads(answer.content, parse_constant=pytest.fail)["detail"]
    assert fault["loc"] == loc
    assert {"loc", "msg", "type"} <= set(fault)


def test_one_schema_fault_refuses_the_whole_batch(access):
    answer = access.post(BATCH, json={"events": [{"event_name": "good"}, {"event_name": "bad", "category": "x"}]})
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", "events", 1, "category"])
    access.post(SINGLE, json={"event_name": "after"})
    assert access.total(1) == 1


def in_chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 60_000):
        yield body[start : start + 60_000]


PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstd.compress, "identity": bytes}


@pytest.mark.parametrize("encoding", PACKERS)
def test_packed_bodies_and_their_limit(access, encoding):
    pack = PACKERS[encoding]
    headers = {"Content-Encoding": encoding}
    for size, status in ((MIB, 200), (MIB + 1, 413), (30 * MIB if encoding != "identity" else 2 * MIB, 413)):
        assert access.post(SINGLE, content=pack(at_bound(size)), headers=headers).status_code == status
    assert access.total(1) == 1


def test_the_limit_holds_without_a_length(access):
    assert access.post(SINGLE, content=in_chunks(at_bound(MIB))).status_code == 200
    assert access.post(SINGLE, content=in_chunks(at_bound(MIB + 1))).status_code == 413


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("br", b"{}", 415),
        ("gzip, gzip", gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), 415),
        ("gzip", b'{"event_name": "a"}', 400),
        ("gzip", gzip.compress(b'{"event_name": "a"}', mtime=0)[:-4], 400),
    ],
)
def test_encodings_that_are_refused(access, encoding, body, status):
    answer = access.post(SINGLE, content=body, headers={"Content-Encoding": encoding})
    assert (answer.status_code, isinstance(answer.json()["detail"], str)) == (status, True)


# Idempotency.


def test_a_repeated_key_gets_the_first_answer(access):
    first = access.post(SINGLE, json={"event_name": "paid"}, headers={"Idempotency-Key": "k-1"})
    again = access.post(SINGLE, json={"event_name": "other"}, headers={"Idempotency-Key": "k-1"})
    other = access.post(SINGLE, json={"event_name": "paid"}, headers={"Idempotency-Key": "k-2"})
    assert (again.status_code, again.content) == (200, first.content)
    assert other.json()["event_id"] != first.json()["event_id"]
    assert access.total(2) == 2
    assert {row["custom_event_name"] for row in listed(access, 2)} == {"paid"}


def test_keys_of_projects_are_apart(server):
    one, other = server.project(), server.project()
    answers = [
        project.post(SINGLE, json={"event_name": "a"}, headers={"Idempotency-Key": "k"}) for project in (one, other)
    ]
    assert answers[0].json()["event_id"] != answers[1].json()["event_id"]
    assert (one.total(1), other.total(1)) == (1, 1)


def test_a_key_that_is_too_long_is_refused(access):
    answer = access.post(SINGLE, json={"event_name": "a"}, headers={"Idempotency-Key": "k" * 256})
    assert answer.status_code == 400
    assert "idempotency-key" in answer.json()["detail"].lower()


def test_the_events_of_a_batch_have_ids_of_their_own(access):
    named = {"event_name": "a", "event_id": str(uuid.uuid4())}
    for events in ([named], [named, {"event_name": "b"}], [named, named]):
        answer = access.post(BATCH, json={"events": events}).json()
        assert (answer["events_queued"], answer["events_failed"]) == (len(events), 0)
    assert access.total(2) == 2
    assert sorted(row["custom_event_name"] for row in listed(access, 2)) == ["a", "b"]


def test_a_single_event_takes_no_id_of_its_own_and_says_so(access):
    event = {"event_name": "a", "event_id": str(uuid.uuid4())}
    answer = access.post(SINGLE, json=event)
    assert (answer.status_code, answer.json()["ignored"]) == (200, ["event_id"])
    refused = access.post(f"{SINGLE}?strict=1", json=event)
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "event_id"]
    assert access.total(1) == 1


def test_keys_outlive_the_server(tmp_path):
    with running(tmp_path / "data", flush_interval="0.2") as server:
        access = server.default()
        request = {"json": {"event_name": "a"}, "headers": {"Idempotency-Key": "k"}}
        first = access.post(SINGLE, **request)
        assert access.total(1) == 1
        server.kill()
        server.start()
        assert access.post(SINGLE, **request).content == first.content
        assert server.stop() == 0
        server.start()
        assert access.post(SINGLE, **request).content == first.content
        access.post(SINGLE, json={"event_name": "b"})
        assert access.total(2) == 2


# Counting and health.


def test_stats_count_the_token_s_project_by_event_time(server):
    access, other = server.project(), server.project()
    other.post(SINGLE, json={"event_name": "not mine"})
    midnight = now() // 86_400_000 * 86_400_000
    hour = now() // 3_600_000 * 3_600_000
    times = [now(), hour, hour - 1, midnight, midnight - 1, midnight - 86_400_000]
    events = [
        {"event_name": "a", "category": "auth" if i % 2 else "system", "timestamp": t} for i, t in enumerate(times)
    ]
    assert access.post(BATCH, json={"events": events}).json()["events_queued"] == len(times)
    assert access.total(len(times)) == len(times)
    stats = access.stats()
    assert set(stats) == {"total_events", "events_by_category", "events_today", "events_this_hour", "buffer_status"}
    assert stats["events_by_category"] == {"system": 3, "auth": 3}
    assert stats["events_today"] == sum(t >= midnight for t in times)
    assert stats["events_this_hour"] == sum(t >= hour for t in times)


def test_the_buffer_s_status(access):
    access.post(SINGLE, json={"event_name": "a"})
    assert access.total(1) == 1
    buffer = access.stats()["buffer_status"]
    kinds = {name: type(value) for name, value in buffer.items()}
    assert kinds.pop("flush_interval_seconds") in {int, float}
    assert kinds == {
        "buffer_size": int,
        "max_buffer_size": int,
        "last_flush": str,
        "events_pending": int,
        "events_flushed_total": int,
    }
    assert datetime.fromisoformat(buffer["last_flush"]).tzinfo is not None
    assert buffer["max_buffer_size"] > 0
    assert buffer["events_flushed_total"] >= 1


def test_health_needs_no_token(server):
    answer = server.http.get("/api/v1/analytics/health")
    assert (answer.status_code, isinstance(answer.json(), dict)) == (200, True)


# Who may write.


@pytest.mark.parametrize("path", WRITING)
def test_outcomes_of_tokens(server, path):
    writer, reader, other = server.project("ingest"), server.project("read"), server.project()
    wide = server.project("ingest", also=[other.slug])
    body, accepted = WRITING[path], {200, 202}
    cases = [
        (401, None, {}, {}),
        (401, None, {"Authorization": "Bearer nonsense"}, {}),
        (401, None, {"Authorization": f"Bearer {writer.token[:-1]}{'a' if writer.token[-1] != 'a' else 'b'}"}, {}),
        (401, None, {}, {"token": writer.token}),
        (401, None, {}, {"api_key": writer.token}),
        (401, writer, {}, {"token": writer.token}),
        (403, reader, {}, {}),
        (404, writer, {"X-Project": other.slug}, {}),
        (404, writer, {"X-Project": "no-such-project"}, {}),
        (404, writer, {}, {"project": other.slug}),
        (400, wide, {}, {}),
    ]
    for status, caller, headers, params in cases:
        post = caller.post if caller else server.http.post
        answer = post(path, json=body, headers=headers, params=params)
        assert answer.status_code == status, (headers, params, answer.text)
        assert ("www-authenticate" in answer.headers) == (status == 401)
    for headers in (
        {"Authorization": writer.token},
        {"X-API-Key": writer.token},
        {"authorization": f"bearer {writer.token}"},
    ):
        assert server.http.post(path, json=body, headers=headers).status_code in accepted
    for name in (wide.slug, other.slug):
        assert wide.post(path, json=body, headers={"X-Project": name}).status_code in accepted
        assert wide.post(path, json=body, params={"project": name}).status_code in accepted


def test_another_project_answers_like_an_unknown_one(server):
    writer, other = server.project("ingest"), server.project()
    texts = {
        writer.post(SINGLE, json={"event_name": "a"}, headers={"X-Project": name}).text.replace(name, "NAME")
        for name in (other.slug, "unknown")
    }
    assert len(texts) == 1


def test_stats_want_the_scope_read(server):
    assert server.project("ingest").get(f"{SINGLE}/stats").status_code == 403
    assert server.http.get(f"{SINGLE}/stats").status_code == 401
