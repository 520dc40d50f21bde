"""The client: what it sends, what it sends again, what it drops, and that it never gets in the way."""

from __future__ import annotations

import gzip
import json
import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import httpx
import pytest

from footfall_client import Footfall, _bodies, _sender
from footfall_client._faults import Faults

URL = "http://stats.test"
EVENTS = "/api/collect/bulk"
VISITS = "/api/tracking/visits"
PATIENCE = 20


@dataclass
class Stub:
    """A server that answers as it is told, then with 202, and remembers."""

    answers: list[httpx.Response | Exception] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    hold: threading.Event | None = None

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.hold:
            self.hold.wait(PATIENCE)
        answer = self.answers.pop(0) if self.answers else httpx.Response(202, json={"accepted": 1, "rejected": []})
        if isinstance(answer, Exception):
            raise answer
        return answer

    def rows(self, path: str, name: str) -> list[dict]:
        return [row for request in self.requests if request.url.path == path for row in read(request)[name]]

    def events(self) -> list[dict]:
        return self.rows(EVENTS, "events")


def read(request: httpx.Request) -> dict:
    packed = request.headers.get("Content-Encoding") == "gzip"
    return json.loads(gzip.decompress(request.content) if packed else request.content)


def client_of(stub: Stub, **options) -> Footfall:
    return Footfall(URL, "token", **{"flush_interval": 60, "transport": stub.transport, **options})


@pytest.fixture
def stub():
    return Stub()


@pytest.fixture
def client(stub):
    with client_of(stub) as made:
        yield made


@pytest.fixture
def at_once(monkeypatch):
    """Waits between attempts are over at once; how long they would have been."""
    waits: list[float] = []
    monkeypatch.setattr(_sender.random, "uniform", lambda _, high: waits.append(high) or 0.0)
    return waits


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
    assert [len(read(request)["visits"]) for request in stub.requests] == [1000, 1000, 500]
    assert [row["endpoint"] for row in stub.rows(VISITS, "visits")] == [f"/{number}" for number in range(2_500)]
    assert {request.headers["Content-Encoding"] for request in stub.requests} == {"gzip"}
    assert len({request.headers["Idempotency-Key"] for request in stub.requests}) == 3


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


def wait_for(look) -> None:
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end
        time.sleep(0.005)


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
    assert warnings_of(caplog) == ["footfall: 5 rows wait to be sent; newer ones are dropped"]


def warnings_of(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "footfall_client"]


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


def test_a_closed_client_takes_nothing(stub, caplog):
    client = client_of(stub)
    assert client.close() is True
    assert client.close() is True
    client.track("a")
    assert (client.dropped, stub.requests) == (1, [])


# What is sent again.


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


UNUSABLE = [("", "t"), (None, "t"), ("stats.test", "t"), ("ftp://a", "t"), ("http://[", "t"), (URL, ""), (URL, "é")]


@pytest.mark.parametrize(("url", "token"), UNUSABLE)
def test_a_client_without_a_server_says_so_and_drops(stub, caplog, url, token):
    with Footfall(url, token, transport=stub.transport) as client:
        client.track("a")
        client.visit("GET", "/")
        assert client.flush(1)
    assert not client.enabled
    assert (client.dropped, stub.requests) == (2, [])
    assert warnings_of(caplog)[0].endswith("nothing will be sent")


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
    assert client.close(0.01)  # given up is settled
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


# Processes.


class Handler(BaseHTTPRequestHandler):
    """A server of a process of its own: one line per row."""

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        body = json.loads(gzip.decompress(content) if packed else content)
        self.server.names += [row["name"] for row in body["events"]]
        answer = b'{"accepted": 1, "rejected": []}'
        self.send_response(202)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def loopback():
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.names = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


SCRIPTS = {
    "exit": ("client.track('a')", ["a"]),
    "raised": ("client.track('a'); raise SystemExit(3)", ["a"]),
    "late": ("import atexit; atexit.register(lambda: client.track('late'))\nclient.track('a')", ["a", "late"]),
    "fork": (
        """
client.track("parent before")
pid = os.fork()
if pid == 0:
    assert client.flush(10)
    assert client.accepted == 0
    client.track("child")
    assert client.flush(10) and client.accepted == 1
    os._exit(0)
client.track("parent after")
assert os.waitpid(pid, 0)[1] == 0
assert client.flush(10) and client.accepted == 2
""",
        ["child", "parent after", "parent before"],
    ),
    "fork that Python is not told of": (
        """
import ctypes
client.track("parent")
pid = ctypes.PyDLL(None).fork()
client.track("child" if pid == 0 else "parent after")
assert client.flush(10)
if pid == 0:
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
""",
        ["child", "parent", "parent after"],
    ),
    "fork of a sender": (
        """
client.track("parent")
assert client.flush(10)
children = []
for number in range(3):
    pid = os.fork()
    if pid == 0:
        client.track(f"child {number}")
        raise SystemExit
    children.append(pid)
assert all(os.waitpid(pid, 0)[1] == 0 for pid in children)
""",
        ["child 0", "child 1", "child 2", "parent"],
    ),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("name", SCRIPTS)
def test_processes_end_and_fork_without_loss(loopback, name):
    script, events = SCRIPTS[name]
    url = f"http://127.0.0.1:{loopback.server_port}"
    head = f"import os\nfrom footfall_client import Footfall\nclient = Footfall({url!r}, 't', flush_interval=60)\n"
    done = run(head + script)
    assert done.returncode == (3 if name == "raised" else 0), done.stderr
    assert sorted(loopback.names) == events


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the test's own words
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_server_that_is_not_there_does_not_keep_the_process():
    """The connection is refused and tried again until the two seconds are over; the test's limit is far above."""
    done = run("from footfall_client import Footfall\nFootfall('http://127.0.0.1:9', 't').track('a')")
    assert done.returncode == 0
    assert "1 rows" in done.stderr
