"""Clients that connect and say nothing, or not enough: they have their limits, and others are answered meanwhile."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPResponse
from pathlib import Path

import pytest
from tests.support.server import Access, Server, running, until

IDLE = 10_000
HEAD = "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n"


@pytest.fixture
def files() -> Iterator[None]:
    """As many open files as the test needs: its ends of the connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < IDLE + 5_000:
        pytest.skip("this machine does not allow as many open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, IDLE + 5_000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    with running(tmp_path_factory.mktemp("slow") / "data", flush_interval="0.2") as server:
        yield server.default()


def connected(server: Server, sent: bytes = b"") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port))
    client.sendall(sent)
    return client


@pytest.mark.slow
def test_who_sends_half_a_request_is_given_up(access: Access) -> None:
    token = f"Authorization: Bearer {access.token}\r\n"
    halves = {
        "nothing": b"",
        "half a head": b"POST /api/v1/analytics HT",
        "no body": HEAD.format(path="/api/v1/analytics", length=100, more=token).encode(),
        "half a body": HEAD.format(path="/api/v1/analytics", length=100, more=token).encode() + b"{",
        "half a public body": HEAD.format(path="/api/collect", length=100, more="").encode() + b"{",
        "half a body of settings": HEAD.format(path="/api/projects", length=100, more=token).encode() + b"{",
    }
    with ExitStack() as stack:
        clients = {name: stack.enter_context(connected(access.server, sent)) for name, sent in halves.items()}
        for client in clients.values():
            client.settimeout(60)
        answers = {name: client.recv(100) for name, client in clients.items()}
    answered = {name: answer.split(b" ")[1].decode() if answer else "" for name, answer in answers.items()}
    assert answered == dict.fromkeys(["nothing", "half a head"], "") | dict.fromkeys(list(halves)[2:], "408")


def test_a_connection_outlives_a_refusal_that_needed_no_body(access: Access) -> None:
    """The body comes after its head, as many clients send it; what follows on the connection is answered."""
    head = HEAD.format(path="/api/nothing-here", length=2, more="").encode()
    with connected(access.server) as client:
        client.settimeout(30)
        for _ in range(2):
            client.sendall(head)
            time.sleep(0.1)  # so that the body is a packet of its own
            client.sendall(b"{}")
            answer = HTTPResponse(client)
            answer.begin()
            assert (answer.status, bool(answer.read())) == (404, True)


@pytest.mark.slow
def test_bodies_that_nobody_may_send_are_not_kept(access: Access) -> None:
    """Ten MiB each, of which nine are sent: without a token in the first bytes, no more than those are read."""
    sent = b'{"requests": [' + b'"' + b"x" * (9 << 20)
    head = HEAD.format(path="/api/log-request", length=10 << 20, more="").encode()
    before = memory(access)
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(access.server)) for _ in range(40)]
        for client in clients:
            client.settimeout(30)
            with suppress(ConnectionError):  # the answer comes while the body is still being sent
                client.sendall(head + sent)
        assert memory(access) - before < 64 << 20


def memory(access: Access) -> int:
    pages = Path(f"/proc/{access.server.process.pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


@pytest.mark.slow
def test_a_large_body_of_settings_is_refused(access: Access) -> None:
    """Everything that a framework reads whole is small."""
    admin = access.server.admin()
    for path in ("/api/projects", "/nowhere", "/docs"):
        answer = admin.post(path, content=b"{" + b" " * (1 << 20))
        assert answer.status_code in {413, 404, 405}, path
    assert admin.post("/api/projects", content=b"{" + b" " * (1 << 20)).status_code == 413
    assert until(lambda: access.server.http.get("/readyz").status_code == 200)


@pytest.mark.slow
def test_exports_that_nobody_reads_hold_up_nobody(access: Access) -> None:
    server = access.server
    other = server.project()
    text = {f"k{number}": "x" * 4000 for number in range(7)}
    for _ in range(14):
        sent = {"events": [{"event_name": "large", "properties": text} for _ in range(30)]}
        assert access.post("/api/v1/analytics/batch", json=sent).status_code == 200
    assert access.total(420) == 420
    head = (
        f"GET /api/web-events/default/export?bots=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {access.token}\r\n\r\n"
    )
    with ExitStack() as stack:
        for _ in range(3):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.port))
            client.sendall(head.encode())
            assert client.recv(15) == b"HTTP/1.1 200 OK"
        assert access.get("/api/web-events/default/export").status_code == 429
        visits = [{"endpoint": f"/{number}", "user_agent": "x" * 400} for number in range(1000)]
        assert other.post("/api/tracking/visits", json={"visits": visits}, timeout=5).status_code == 202
        assert other.get(f"/api/web-events/{other.slug}/export").status_code == 200
        assert access.get("/api/web-events/default/kpis").status_code == 200


@pytest.mark.slow
@pytest.mark.usefixtures("files")
def test_ten_thousand_idle_connections_keep_nobody_out(access: Access) -> None:
    """More would wait: half of these send a head's beginning, the others nothing."""
    server = access.server
    with ExitStack() as stack:
        for number in range(IDLE):
            stack.enter_context(connected(server, b"POST /api/v1/ana" if number % 2 else b""))
        assert access.post("/api/v1/analytics", json={"event_name": "kept"}).status_code == 200
        with connected(server, b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n") as another:
            another.settimeout(30)
            assert another.recv(100).startswith(b"HTTP/1.1 200")
        assert server.stop() == 0
