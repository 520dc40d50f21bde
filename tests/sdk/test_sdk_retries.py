"""What is sent again, for how long, and that no body keeps the others waiting."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.sdk.stub import EVENTS, PATIENCE, URL, VISITS, Stub, client_of, read, wait_for, warnings_of

from footfall_client import _bodies, _sender
from footfall_client._faults import Faults


@pytest.fixture
def stub():
    return Stub()


@pytest.fixture
def at_once(monkeypatch):
    """Waits between attempts are over at once; how long they would have been."""
    waits: list[float] = []
    monkeypatch.setattr(_sender.random, "uniform", lambda _, high: waits.append(high) or 0.0)
    return waits


AGAIN = [408, 425, 429, 500, 502, 503, 599]
FAULTS = [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut"), OSError("net")]


@pytest.mark.parametrize("failure", [*map(httpx.Response, AGAIN), *FAULTS], ids=str)
def test_a_body_is_sent_again_unchanged(stub, at_once, failure):
    stub.answers = [failure, failure]
    with client_of(stub) as client:
        client.visit("GET", "/a")
        client.track("a")
        assert client.flush(PATIENCE)
    sent = {
        path: [(request.content, request.headers.get("Idempotency-Key")) for request in stub.requests
               if request.url.path == path] for path in (VISITS, EVENTS)
    }  # fmt: skip
    assert [len(sent[VISITS]), len(set(sent[VISITS]))] == [3, 1]
    assert len(sent[EVENTS]) == 1
    assert (client.accepted, client.dropped, client.refused) == (2, 0, 0)
    assert at_once == [0.5, 1.0]


def test_waits_grow_to_half_a_minute_and_are_jittered():
    for attempt, most in enumerate((0.5, 1, 2, 4, 8, 16, 30, 30, 30)):
        waits = [_sender.backoff(attempt) for _ in range(200)]
        assert 0 <= min(waits) < most / 4 < most * 3 / 4 < max(waits) <= most
    assert _sender.backoff(10_000) <= 30


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("7", 7), ("1.5", 1.5), ("-3", 0), ("86400", 300), ("soon", None), ("nan", None), ("", None)],
)
def test_the_server_says_when(header, seconds):
    assert _sender.retry_after(header) == seconds


def test_the_server_may_say_when_as_a_date():
    soon = datetime.now(UTC) + timedelta(seconds=100)
    found = _sender.retry_after(soon.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert found is not None
    assert 60 < found <= 100
    assert _sender.retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize(("header", "waits"), [("7", [(7.0, True)]), (None, [(0.0, False)])])
def test_what_the_server_says_goes_before_the_backoff(stub, at_once, header, waits):
    stub.answers = [httpx.Response(503, headers={"Retry-After": header} if header else {})]
    paused: list[tuple[float, bool]] = []
    send_one(stub, Faults(), lambda *wait: paused.append(wait) or True)
    assert paused == waits
    assert len(stub.requests) == 2


def send_one(stub: Stub, faults: Faults, pause, retry_for: float = 60) -> None:
    target = _sender.Target(URL, "token", None, 1, retry_for, stub.transport)
    (body,) = _bodies.bodies([(_bodies.VISITS, {"endpoint": "/a"})], pytest.fail)
    sender = _sender.Sender(target, faults, pause)
    sender.send(body)
    sender.close()


@pytest.mark.parametrize(("retry_for", "goes_on"), [(-1, True), (60, False)])
def test_patience_ends(stub, at_once, retry_for, goes_on):
    stub.answers = [httpx.Response(503)]
    faults = Faults()
    send_one(stub, faults, lambda *_: goes_on, retry_for)
    assert (faults.dropped, faults.accepted, len(stub.requests)) == (1, 0, 1)


# One body that does not pass.


def bodies_of(client, number: int) -> None:
    """As many bodies of 1,000 requests, for `/0`, `/1`, ..."""
    for body in range(number):
        for _ in range(1_000):
            client.visit("GET", f"/{body}")


def tries_of(stub: Stub) -> dict[str, int]:
    return Counter(read(request)["visits"][0]["endpoint"] for request in stub.requests)


def failing(answer, *, tries: int = 10**9):
    """Answers `/0` so, so many times."""
    left = iter(range(tries))

    def told(body: dict):
        bad = body["visits"][0]["endpoint"] == "/0" and next(left, None) is not None
        return answer() if bad else None

    return told


def silence() -> Exception:
    return httpx.ReadTimeout("slow")


# Four attempts where the server fails; where it is silent, four before others pass and one after each of four others.
OF_THE_BODY = [
    (lambda: httpx.Response(500), 4),
    (lambda: httpx.Response(501), 4),
    (silence, 8),
    (lambda: httpx.RemoteProtocolError("cut"), 8),
    (lambda: httpx.WriteTimeout("slow"), 8),
    (lambda: httpx.Response(408), 8),
    (lambda: httpx.Response(502), 8),
    (lambda: httpx.Response(504), 8),
    (lambda: httpx.Response(524), 8),
]


@pytest.mark.parametrize(("answer", "tries"), OF_THE_BODY)
def test_a_body_that_never_passes_keeps_no_other_waiting(stub, at_once, caplog, answer, tries):
    stub.told = failing(answer)
    with client_of(stub, batch_size=10_000) as client:
        bodies_of(client, 6)
        assert client.flush(PATIENCE)
        assert (client.accepted, client.refused, client.dropped) == (5_000, 1_000, 0)
    assert tries_of(stub) == {"/0": tries, "/1": 1, "/2": 1, "/3": 1, "/4": 1, "/5": 1}
    assert f"1000 rows refused, tried {tries} times" in warnings_of(caplog)[-1]


AWAY = [
    lambda: httpx.ConnectError("refused"),
    lambda: httpx.ConnectTimeout("far"),
    lambda: httpx.Response(429),
    lambda: httpx.Response(503),
]


@pytest.mark.parametrize("answer", AWAY)
def test_a_server_that_is_away_is_waited_for_in_order(stub, at_once, answer):
    stub.told = failing(answer, tries=50)
    with client_of(stub, batch_size=10_000) as client:
        bodies_of(client, 2)
        assert client.flush(PATIENCE)
        assert (client.accepted, client.refused, client.dropped) == (2_000, 0, 0)
    order = [read(request)["visits"][0]["endpoint"] for request in stub.requests]
    assert order == ["/0"] * 51 + ["/1"]


@pytest.mark.parametrize("others", [0, 1, 3])
def test_silence_alone_is_waited_out(stub, at_once, others):
    stub.told = failing(silence, tries=50)
    with client_of(stub, batch_size=10_000) as client:
        bodies_of(client, 1 + others)
        assert client.flush(PATIENCE)
        assert (client.accepted, client.refused, client.dropped) == (1_000 * (1 + others), 0, 0)
    assert tries_of(stub)["/0"] == 51


def test_a_server_that_hangs_loses_nothing(stub, at_once):
    stub.answers = [silence() for _ in range(100)]
    with client_of(stub, batch_size=10_000) as client:
        bodies_of(client, 8)
        assert client.flush(PATIENCE)
        assert (client.accepted, client.refused, client.dropped) == (8_000, 0, 0)
    assert len(stub.requests) == 108


def test_a_close_counts_what_stepped_aside(stub, at_once):
    stub.told = lambda _: silence()
    client = client_of(stub, batch_size=10_000)
    bodies_of(client, 8)
    assert client.flush(0.1) is False
    assert client.close(0.1) is False
    wait_for(lambda: client.dropped == 8_000)
