"""Applications in front of a real server: what they answered is what its tracking and network surfaces say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from tests.sdk.apps import SITES, ask
from tests.support.server import Access, Server, running, until

from footfall_client import Footfall

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
ADA = {"User-Agent": FIREFOX, "X-Forwarded-For": "203.0.113.1", "X-Forwarded-Proto": "https"}
BOB = {"User-Agent": CHROME, "X-Forwarded-For": "203.0.113.2", "X-Forwarded-Proto": "https", "CF-Ray": "1-FRA"}
EVE = {"User-Agent": FIREFOX, "X-Forwarded-For": "203.0.113.3", "Referer": "https://news.test/today"}
SEEN = 30


@dataclass(frozen=True)
class Step:
    """A request, asked so many times; `endpoint` is how it should be listed."""

    who: str
    method: str
    path: str
    endpoint: str
    times: int = 1

    def headers(self) -> dict[str, str]:
        return {"ada": ADA, "bob": BOB, "eve": EVE}[self.who]


PLAN = [
    Step("ada", "GET", "/", "/", 3),
    Step("bob", "GET", "/", "/"),
    *[Step("ada", "GET", f"/users/{number}", "/users/{id}") for number in range(7)],
    *[Step("eve", "GET", f"/v1/items/{number}", "/v1/items/{sku}", 2) for number in range(3)],
    Step("bob", "POST", "/form", "/form", 2),
    Step("eve", "GET", "/stream", "/stream", 4),
    Step("bob", "GET", "/boom", "/boom"),
    *[Step("eve", "GET", f"/scan-{number}.php", "(unmatched)") for number in range(5)],
    Step("ada", "GET", "/health", "/health", 50),  # ignored
]
LISTED = [step for step in PLAN if step.path != "/health"]
NAMES = ("fastapi", "flask", "django", "django-async")


@dataclass(frozen=True)
class Asked:
    """A site's project, and the bytes of its answers by step."""

    access: Access
    sizes: dict[Step, int]

    @property
    def bytes(self) -> int:
        return sum(self.sizes[step] for step in LISTED)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("sdk") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture(scope="module")
def sites(server) -> dict[str, Asked]:
    """Every site after it was asked all of `PLAN`, once the server counts its requests."""
    found = {name: asked(server.project(), name) for name in NAMES}
    wanted = sum(step.times for step in LISTED)
    for site in found.values():
        until(lambda site=site: hits(site.access) >= wanted)
    until(server.queryable)
    return found


def asked(access: Access, name: str) -> Asked:
    sizes: Counter[Step] = Counter()
    with Footfall(access.server.url, access.token, flush_interval=0.05) as client:
        app = SITES[name].make(client, ignore=["/health"])
        for step in PLAN:
            for _ in range(step.times):
                answer = ask(
                    app,
                    step.path,
                    method=step.method,
                    headers=step.headers(),
                    peer="127.0.0.1",
                    is_wsgi=SITES[name].is_wsgi,
                )
                # FastAPI's page for what raised is made outside of its middlewares.
                sizes[step] += 0 if name == "fastapi" and step.path == "/boom" else len(answer.content)
        assert client.flush(SEEN)
        assert (client.dropped, client.refused) == (0, 0)
    return Asked(access, sizes)


def hits(access: Access) -> int:
    found: int = access.read("/api/tracking/summary")["total_hits"]
    return found


@pytest.fixture(params=NAMES)
def site(request, sites) -> Asked:
    return sites[request.param]


def test_stats_have_a_row_for_each_route(site):
    counted: Counter[tuple[str, str]] = Counter()
    users: dict[tuple[str, str], set[str]] = {}
    for step in LISTED:
        counted[step.endpoint, step.method] += step.times
        users.setdefault((step.endpoint, step.method), set()).add(step.who)
    stats = site.access.read("/api/tracking/stats", period="week")
    rows = {(row["endpoint"], row["method"]): (row["hit_count"], row["unique_users"]) for row in stats["stats"]}
    assert rows == {key: (count, len(users[key])) for key, count in counted.items()}
    assert stats["total_endpoints"] == len(counted)


def test_the_summary_counts_requests_routes_and_visitors(site):
    summary = site.access.read("/api/tracking/summary", period="week")
    assert summary["total_hits"] == sum(step.times for step in LISTED)
    assert summary["total_endpoints"] == len({step.endpoint for step in LISTED})
    assert summary["total_unique_users"] == len({step.who for step in LISTED})


def test_visits_have_the_address_behind_the_proxy(site):
    answer = site.access.read("/api/tracking/visits", limit="1000")
    rows = Counter(
        (row["endpoint"], row["method"], row["ip_address"], row["user_agent"], row["referer"])
        for row in answer["visits"]
    )
    wanted: Counter[tuple[str, str, str, str, str | None]] = Counter()
    for step in LISTED:
        headers = step.headers()
        who = (headers["X-Forwarded-For"], headers["User-Agent"], headers.get("Referer"))
        wanted[step.endpoint, step.method, *who] += step.times
    assert rows == wanted


@pytest.mark.parametrize(
    ("status", "count"), [("200", 23), ("404", 5), ("500", 1)], ids=["answered", "unmatched", "raised"]
)
def test_visits_are_found_by_their_status(site, status, count):
    assert site.access.read("/api/tracking/visits", limit="1000", status=status)["count"] == count


def totals(points: list[dict]) -> dict[str, int]:
    """Requests by label, over all buckets."""
    found: Counter[str] = Counter()
    for point in points:
        found[point.get("type", "")] += point["requests"]
    return dict(found)


def network(site: Asked) -> dict:
    answer = site.access.read(f"/v2/apps/{site.access.id}/network/analytics", range="daily")
    found: dict = answer["response"]
    return found


def by(label) -> dict[str, int]:
    found: Counter[str] = Counter()
    for step in LISTED:
        found[label(step)] += step.times
    return dict(found)


def test_the_network_surface_counts_requests_and_bytes(site):
    points = network(site)["visits"]
    assert sum(point["requests"] for point in points) == sum(step.times for step in LISTED)
    assert sum(point["bytes"] for point in points) == site.bytes
    # Three visitors; the requests may lie on both sides of a quarter of an hour.
    assert 3 <= sum(point["visits"] for point in points) <= 3 * len(points)


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("methods", lambda step: step.method),
        ("paths", lambda step: step.endpoint),
        ("protocols", lambda step: step.headers().get("X-Forwarded-Proto", "http")),
        ("referers", lambda step: step.headers().get("Referer", "direct")),
        ("providers", lambda step: "Cloudflare" if step.who == "bob" else "unknown"),
        ("browsers", lambda step: "Chrome" if step.who == "bob" else "Firefox"),
        ("devices", lambda step: "desktop"),  # noqa: ARG005 - all of them
    ],
)
def test_the_network_surface_breaks_requests_down(site, key, label):
    assert totals(network(site)[key]) == by(label)


def test_an_answer_that_is_lost_stores_nothing_twice(server):
    """The server takes each body; the first answer to it never arrives."""
    access = server.project()
    heard: list[tuple[str, bytes, str | None]] = []

    class Lossy(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            heard.append((request.url.path, request.content, request.headers.get("Idempotency-Key")))
            if heard.count(heard[-1]) == 1:
                answer.read()
                raise httpx.ReadTimeout("lost")
            return answer

    with Footfall(server.url, access.token, flush_interval=60, transport=Lossy) as client:
        for number in range(20):
            client.visit("GET", "/a", status=200, ip_address=f"203.0.113.{number}")
            client.track("signup", {"number": number}, visitor_id=f"v{number}")
        assert client.flush(SEEN)
        assert (client.accepted, client.dropped, client.refused) == (40, 0, 0)
    assert [heard.count(request) for request in heard] == [2] * 4
    until(server.queryable)
    assert access.total(20) == 20
    assert hits(access) == 20
