"""The client: what it sends, what it sends again, what it drops, and that it never gets in the way."""

from __future__ import annotations

import asyncio
import gzip
import logging
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import httpx
import pytest
from tests.sdk.stub import PATIENCE, URL, VISITS, Stub, client_of, read, wait_for, warnings_of

from footfall_client import Footfall, _bodies


@pytest.fixture
def stub():
    return Stub()


@pytest.fixture
def client(stub):
    with client_of(stub) as made:
        yield made


# What is sent.


def test_events_say_what_they_were_given_and_when(stub, client):
    before = time.time() * 1000
    client.track("signup", {"plan": "pro"}, visitor_id="ada", session_id="s1", url="https://a.test/", revenue=49)
    client.pageview("https://a.test/b", title="B", referrer="https://c.test/", ip="203.0.113.7", user_agent="curl/8")
    assert client.flush(PATIENCE)
    first, second = stub.events()
    assert UUID(first.pop("event_id")).version == UUID(second.pop("event_id")).version == 7
    assert before - 1 <= first.pop("timestamp") <= second.pop("timestamp") <= time.time() * 1000
    assert first == {
        "type": "custom",
        "name": "signup",
        "properties": {"plan": "pro"},
        "visitor_id": "ada",
        "session_id": "s1",
        "url": "https://a.test/",
        "revenue": 49,
    }
    assert second == {
        "type": "pageview",
        "url": "https://a.test/b",
        "title": "B",
        "referrer": "https://c.test/",
        "ip": "203.0.113.7",
        "user_agent": "curl/8",
    }


def test_requests_say_where_they_go(stub, client):
    client.visit("GET", "/a", status=200, bytes=5, provider="Fastly", headers={"via": "x"})
    assert client.flush(PATIENCE)
    (request,) = stub.requests
    assert str(request.url) == URL + VISITS
    assert request.headers["Authorization"] == "Bearer token"
    assert "X-Project" not in request.headers
    assert UUID(request.headers["Idempotency-Key"])
    (row,) = read(request)["visits"]
    assert row.pop("timestamp")
    assert row == {
        "method": "GET",
        "endpoint": "/a",
        "status": 200,
        "bytes": 5,
        "provider": "Fastly",
        "headers": {"via": "x"},
    }


def test_the_project_is_a_header(stub):
    with client_of(stub, project="shop") as client:
        client.visit("GET", "/a")
    assert stub.requests[0].headers["X-Project"] == "shop"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (datetime(2026, 6, 11, 10, tzinfo=UTC), 1_781_172_000_000),
        (datetime(2026, 6, 11, 10), 1_781_172_000_000),  # noqa: DTZ001 - means UTC
        (datetime(2026, 6, 11, 12, tzinfo=timezone(timedelta(hours=2))), 1_781_172_000_000),
        (1_781_172_000, 1_781_172_000),
        ("2026-06-11T10:00:00Z", "2026-06-11T10:00:00Z"),
    ],
)
def test_times_are_taken_as_given(stub, client, given, sent):
    client.track("a", timestamp=given)
    client.visit("GET", "/", timestamp=given)
    assert client.flush(PATIENCE)
    assert [stub.events()[0]["timestamp"], stub.rows(VISITS, "visits")[0]["timestamp"]] == [sent, sent]


def test_properties_may_hold_dates_and_decimals(stub, client):
    number = UUID(int=1)
    client.track("a", {"at": datetime(2026, 6, 11, tzinfo=UTC), "sum": Decimal("1.50"), "id": number})
    client.track("b", revenue={"amount": Decimal("9.99"), "currency": "EUR"})
    assert client.flush(PATIENCE)
    first, second = stub.events()
    assert first["properties"] == {"at": "2026-06-11T00:00:00+00:00", "sum": "1.50", "id": str(number)}
    assert second["revenue"] == {"amount": "9.99", "currency": "EUR"}


def test_properties_are_those_of_the_call(stub, client):
    properties = {"a": 1}
    client.track("a", properties)
    properties["a"] = 2
    assert client.flush(PATIENCE)
    assert stub.events()[0]["properties"] == {"a": 1}


def test_bodies_hold_a_thousand_rows_and_are_packed(stub, client):
    for number in range(2_500):
        client.visit("GET", f"/{number}")
    assert client.flush(PATIENCE)
    sizes = [len(read(request)["visits"]) for request in stub.requests]
    assert sizes[0] == max(sizes) == 1000  # the others go out as they come in, or once they are a thousand
    assert sum(sizes) == 2_500
    assert [row["endpoint"] for row in stub.rows(VISITS, "visits")] == [f"/{number}" for number in range(2_500)]
    assert {request.headers["Content-Encoding"] for request in stub.requests} == {"gzip"}
    assert len({request.headers["Idempotency-Key"] for request in stub.requests}) == len(sizes)


def test_bodies_stay_under_four_mebibytes():
    rows = [(_bodies.EVENTS, {"name": "x" * (1 << 20)}) for _ in range(9)]
    found = list(_bodies.bodies(rows, pytest.fail))
    assert [body.rows for body in found] == [3, 3, 3]
    assert all(len(gzip.decompress(body.content)) <= 4 << 20 for body in found)


@pytest.mark.parametrize(("size", "packed"), [(500, False), (1500, True)])
def test_small_bodies_are_not_packed(size, packed):
    (body,) = _bodies.bodies([(_bodies.VISITS, {"endpoint": "x" * size})], pytest.fail)
    assert ("Content-Encoding" in body.headers) == packed


def test_ids_differ_and_grow_with_time():
    found = [_bodies.event_id() for _ in range(1_000)]
    assert len(set(found)) == 1_000
    milliseconds = [UUID(text).int >> 80 for text in found]
    assert milliseconds == sorted(milliseconds)
    assert abs(milliseconds[-1] - time.time() * 1000) < 60_000


# When it is sent.


def test_rows_go_after_the_interval(stub):
    with client_of(stub, flush_interval=0.01) as client:
        client.visit("GET", "/a")
        wait_for(lambda: client.accepted == 1)


def test_rows_go_when_there_are_enough(stub):
    with client_of(stub, batch_size=3) as client:
        for _ in range(3):
            client.visit("GET", "/a")
        wait_for(lambda: client.accepted == 3)


def test_no_thread_before_the_first_row(stub):
    names = threading_names()
    with client_of(stub) as client:
        assert threading_names() == names
        assert client.flush(PATIENCE)


def threading_names() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "footfall-client"]


def test_a_full_queue_drops_the_newest_and_says_so_once(stub, caplog):
    stub.hold = threading.Event()
    with client_of(stub, queue_size=5, batch_size=1) as client:
        client.visit("GET", "/under-way")
        wait_for(lambda: stub.requests)
        for number in range(8):
            client.visit("GET", f"/{number}")
        assert client.dropped == 3
        stub.hold.set()
        assert client.flush(PATIENCE)
    endpoints = [row["endpoint"] for row in stub.rows(VISITS, "visits")]
    assert endpoints == ["/under-way", *(f"/{number}" for number in range(5))]
    assert warnings_of(caplog) == ["footfall: the queue is full (5 rows); new rows are dropped"]


def test_a_flush_that_takes_too_long_says_no(stub):
    stub.hold = threading.Event()
    with client_of(stub) as client:
        client.visit("GET", "/a")
        assert client.flush(0.01) is False
        stub.hold.set()
        assert client.flush(PATIENCE) is True
        assert client.accepted == 1


def test_a_close_that_takes_too_long_drops_what_is_left(stub):
    stub.hold = threading.Event()
    client = client_of(stub, batch_size=1)
    client.visit("GET", "/under-way")
    wait_for(lambda: stub.requests)
    client.visit("GET", "/a")
    client.visit("GET", "/b")
    assert client.close(0.01) is False
    assert client.dropped == 2
    stub.hold.set()
    wait_for(lambda: client.accepted == 1)


def test_an_asynchronous_lifespan_closes_it_while_the_loop_goes_on(stub, client):
    turns = 0

    async def lifespan() -> bool:
        nonlocal turns
        closing = asyncio.ensure_future(client.aclose(PATIENCE))
        while not closing.done():
            turns += 1
            await asyncio.sleep(0)
        return await closing

    client.track("a")
    assert asyncio.run(lifespan()) is True
    assert turns > 0
    assert [event.get("name") for event in stub.events()] == ["a"]
    client.track("b")
    assert client.dropped == 1


def test_a_closed_client_takes_nothing(stub, caplog):
    client = client_of(stub)
    assert client.close() is True
    assert client.close() is True
    client.track("a")
    assert (client.dropped, stub.requests) == (1, [])


# What is refused.


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 301])
def test_refused_bodies_are_dropped_with_the_servers_words(stub, caplog, status):
    stub.answers = [httpx.Response(status, json={"error": {"code": "x", "message": "not like this"}})]
    with client_of(stub) as client:
        client.track("a")
        client.track("b")
        assert client.flush(PATIENCE)
        client.track("c")
        assert client.flush(PATIENCE)
    assert (client.accepted, client.refused, client.dropped) == (1, 2, 0)
    assert warnings_of(caplog) == [f"footfall: 2 rows refused with {status}: not like this"]


def test_refused_rows_are_counted_and_the_first_is_logged(stub, caplog):
    rejected = [{"index": 1, "code": "bad_ip", "message": "ip: no address"}]
    stub.answers = [httpx.Response(202, json={"accepted": 2, "rejected": rejected, "rejected_total": 1})]
    with client_of(stub) as client:
        for _ in range(3):
            client.track("a")
        assert client.flush(PATIENCE)
    assert (client.accepted, client.refused) == (2, 1)
    (warning,) = warnings_of(caplog)
    assert "1 of 3 rows refused" in warning
    assert "ip: no address" in warning


@pytest.mark.parametrize("answer", ["", "ok", "[1]", '{"rejected": 7}', '{"rejected_total": "x"}'])
def test_odd_answers_count_as_taken(stub, answer):
    stub.answers = [httpx.Response(202, text=answer)]
    with client_of(stub) as client:
        client.track("a")
        assert client.flush(PATIENCE)
    assert (client.accepted, client.refused, client.dropped) == (1, 0, 0)


# What never happens.


CALLS = [
    lambda client: client.track(),
    lambda client: client.track("a", 7),
    lambda client: client.track("a", unknown=1),
    lambda client: client.track("a", revenue=object()),
    lambda client: client.track(object()),
    lambda client: client.track("a", {"x": object()}),
    lambda client: client.track("a", {"x": float("nan")}),
    lambda client: client.track("a", {("x",): 1}),
    lambda client: client.pageview(),
    lambda client: client.pageview(b"/"),
    lambda client: client.visit(headers=5),
    lambda client: client.visit("GET", "/", timestamp=object()),
    lambda client: client.track("a", nested()),
    lambda client: client.flush("soon"),
]


def nested() -> dict:
    found: dict = {}
    found["self"] = found
    return found


@pytest.mark.parametrize("call", CALLS)
def test_no_call_raises(stub, client, caplog, call):
    call(client)
    assert client.flush(PATIENCE)
    assert warnings_of(caplog)
    client.track("still there")
    assert client.flush(PATIENCE)
    assert [event["name"] for event in stub.events()] == ["still there"]


def test_a_row_that_cannot_be_written_takes_no_other_with_it(stub, client):
    for value in (1, object(), 2):
        client.track("a", {"x": value})
    assert client.flush(PATIENCE)
    assert [event["properties"]["x"] for event in stub.events()] == [1, 2]
    assert (client.accepted, client.dropped) == (2, 1)


def test_the_environment_is_read_when_it_is_asked_for(stub, monkeypatch):
    for name, value in {"URL": URL, "TOKEN": "t", "PROJECT": "shop"}.items():
        monkeypatch.setenv(f"FOOTFALL_{name}", value)
    with Footfall.from_env(transport=stub.transport) as client:
        client.track("a")
    assert stub.requests[0].headers["X-Project"] == "shop"
    monkeypatch.delenv("FOOTFALL_URL")
    assert not Footfall.from_env().enabled


def test_a_logging_handler_that_tracks_does_not_hang(stub):
    client = client_of(stub, queue_size=0)

    class Handler(logging.Handler):
        def emit(self, _):
            client.track("logged")

    handler = Handler()
    logging.getLogger("footfall_client").addHandler(handler)
    try:
        client.track("a")
    finally:
        logging.getLogger("footfall_client").removeHandler(handler)
    assert client.dropped == 2
    client.close()


def test_an_interpreter_that_starts_no_more_threads_sends_itself(stub, monkeypatch):
    def refuse(*_):
        raise RuntimeError("can't start new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    client = client_of(stub)
    client.track("a")
    assert client.close(PATIENCE)
    assert (client.accepted, client.dropped) == (1, 0)
    client = client_of(stub, timeout=PATIENCE)
    stub.answers = [httpx.ConnectError("refused")] * 1000
    client.track("a")
    assert client.close(0.01) is False  # it is given up when the time is over
    assert (client.accepted, client.dropped) == (0, 1)
    assert {request.extensions["timeout"]["connect"] for request in stub.requests[1:]} == {0.01}


def test_threads_lose_nothing(stub):
    def work():
        for _ in range(500):
            client.visit("GET", "/a")

    with client_of(stub, batch_size=50) as client:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert client.flush(PATIENCE)
        assert (client.accepted, client.dropped) == (4000, 0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_died_is_begun_again(stub):
    stub.told = lambda body: SystemExit() if body["visits"][0]["endpoint"] == "/fatal" else None
    client = client_of(stub, batch_size=1)
    client.visit("GET", "/fatal")
    wait_for(lambda: stub.requests and not client._worker._thread.is_alive())
    client.visit("GET", "/a")
    wait_for(lambda: client.accepted == 1)
    client.close()


def test_properties_of_any_class_kill_no_thread(stub, client):
    class Odd(dict):
        def items(self):
            raise KeyError("odd")

    client.track("a", {"x": Odd(y=1)})
    client.track("b")
    assert client.flush(PATIENCE)
    assert (client.accepted, client.dropped) == (1, 1)


def test_httpx_logs_what_the_application_asks_and_not_what_the_client_sends(stub, client, caplog):
    caplog.set_level(logging.INFO)
    client.track("a")
    assert client.flush(PATIENCE)
    assert [record.name for record in caplog.records] == []
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as own:
        own.get(URL)
    assert [record.name for record in caplog.records] == ["httpx"]


@pytest.mark.parametrize("base", ["http://stats.test/own", "http://stats.test/own/", "http://stats.test/own?x=1"])
def test_a_server_below_a_path(stub, base):
    with Footfall(base, "token", transport=stub.transport) as client:
        client.visit("GET", "/a")
    assert str(stub.requests[0].url) == f"http://stats.test/own{VISITS}"
