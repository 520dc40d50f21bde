"""Who comes late, slowly or not at all changes nothing for the others, nor any figure."""

from __future__ import annotations

import random
import socket
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from tests.fault.derived import Stored
from tests.support.server import Access, running, until

MINUTE = 60_000
FIGURES = ("/kpis", "/timeseries", "/count", "/top-pages")


def story(dice: random.Random, base: int) -> list[dict]:
    """Six hours of eight visitors, some of whom name their sessions now and then; no two events at one instant."""
    found = []
    for number in range(400):
        event = {
            "type": dice.choice(("pageview", "pageview", "custom")),
            "name": f"n{dice.randrange(5)}",
            "url": f"https://site.test/p{dice.randrange(9)}?utm_source=s{dice.randrange(3)}",
            "referrer": dice.choice(("", "https://www.google.com/", "https://news.test/a")),
            "visitor_id": f"v{dice.randrange(8)}",
            "timestamp": base + dice.randrange(360) * MINUTE + number,
            "country_code": dice.choice(("RO", "DE")),
        }
        if dice.random() < 0.2:
            event["session_id"] = f"s{dice.randrange(3)}"
        found.append(event)
    return sorted(found, key=lambda event: event["timestamp"])


def send(access: Access, events: list[dict], sizes) -> None:
    at = 0
    while at < len(events):
        size = next(sizes)
        answer = access.post("/api/collect/bulk", json={"events": events[at : at + size]})
        assert answer.json()["rejected"] == []
        at += size
        time.sleep(0.15)


def stamp(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def figures(access: Access, base: int) -> dict[str, object]:
    span = {"from": stamp(base - base % 60_000), "to": stamp(base + 361 * MINUTE), "limit": "300"}
    return {name: access.read(f"/api/web-events/{access.slug}{name}", **span) for name in FIGURES}


@pytest.mark.slow
def test_any_order_and_any_batches_give_the_figures_of_an_orderly_run(tmp_path):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 - to run a failure again
    dice = random.Random(seed)
    base = (time.time_ns() // 1_000_000 - 400 * MINUTE) // MINUTE * MINUTE
    events = story(dice, base)
    shuffled = dice.sample(events, len(events))
    backwards = events[::-1]
    with running(tmp_path / "data", flush_interval="0.1") as server:
        projects = [server.project() for _ in range(4)]
        send(projects[0], events, iter([len(events)]))
        send(projects[1], shuffled, iter([len(events)]))
        send(projects[2], shuffled, iter(lambda: dice.randint(5, 60), 0))
        send(projects[3], backwards, iter(lambda: 40, 0))
        assert until(server.queryable)
        orderly = figures(projects[0], base)
        assert orderly["/kpis"]["current"]["sessions"] > 20
        for other in projects[1:]:
            assert figures(other, base) == orderly
        assert server.stop() == 0
        stored = Stored(server.data)
        assert stored.faults()[:5] == []
        sessions = [stored.figures(project.number) for project in projects]
        assert all(other == sessions[0] for other in sessions)


def test_slow_and_half_open_clients_don_t_stop_others(tmp_path):
    with running(tmp_path / "data") as server, ExitStack() as open_ones:
        access = server.default()
        head = (
            f"POST /api/v1/analytics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {access.token}\r\n"
            "Content-Length: 27\r\nConnection: close\r\n\r\n"
        ).encode()
        body = b'{"event_name": "drop by dr'
        clients = []
        for number in range(300):
            client = open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            client.sendall((b"", head[:30], head, head + body[:5])[number % 4])
            clients.append(client)
        for _ in range(50):
            assert access.post("/api/v1/analytics", json={"event_name": "quick"}).status_code == 200
        assert access.get("/api/v1/analytics/health").status_code == 200
        slow = clients[2]
        for start in range(0, len(body), 5):
            slow.sendall(body[start : start + 5])
            time.sleep(0.02)
        slow.sendall(b"}")
        slow.settimeout(10)
        assert slow.recv(200).startswith(b"HTTP/1.1 422")
        for client in clients:
            client.close()
        assert access.total(50) == 50


def test_a_body_that_never_ends_is_not_stored(tmp_path):
    with running(tmp_path / "data") as server:
        access = server.default()
        head = (
            f"POST /api/v1/analytics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {access.token}\r\n"
            "Content-Length: 500\r\n\r\n"
        ).encode()
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(head + b'{"event_name": "whole as JSON, not as HTTP"}')
        assert access.post("/api/v1/analytics", json={"event_name": "after"}).status_code == 200
        assert access.total(1) == 1
