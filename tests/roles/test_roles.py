"""An installation of several processes: two collectors, a drain, two readers, on two shards, behind nginx."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.support.clickhouse_node import Node
from tests.support.collecting import CHROME, Site
from tests.support.nginx import nginx
from tests.support.postgresql import PostgreSQL
from tests.support.server import Server, until

from footfall.api.auth import BAD_TOKENS_A_MINUTE
from footfall.meta import StoredFence

RANGE = {"range": "24h"}
FRESH = 6
"""Seconds after which a revocation is known everywhere, and one more."""

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx" / "cluster.conf"


@dataclass(frozen=True)
class Installation:
    front: str
    collectors: tuple[Server, Server]
    drain: Server
    readers: tuple[Server, Server]


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgreSQL, nodes: list[Node]
) -> Iterator[Installation]:
    root = tmp_path_factory.mktemp("roles")
    hosts = ",".join(f"127.0.0.1:{node.http}" for node in nodes)
    with ExitStack() as stack:
        shared = {
            "meta_url": postgresql_server.empty(),
            "store_url": f"clickhouse://{hosts}/{root.name}?cluster=footfall",
            "flush_interval": "0.2",
        }

        def server(name: str, role: str, **settings: str) -> Server:
            made = Server(root / name, role=role, **shared, **settings)
            stack.callback(made.close)
            return made.start()

        drain = server("drain", "drain")
        collectors = [server(f"collector{n}", "collect", drain_url=drain.url) for n in (1, 2)]
        readers = [server(f"reader{n}", "query") for n in (1, 2)]
        http, server_block = front_of(*collectors, *readers)
        front = stack.enter_context(nginx(root / "nginx", server_block, http))
        yield Installation(front, tuple(collectors), drain, tuple(readers))


def front_of(*servers: Server) -> tuple[str, str]:
    """The configuration that is shipped, with these servers: what it has around its `server`, and in it."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    for name, server in zip(("collector1", "collector2", "reader1", "reader2"), servers, strict=True):
        text = text.replace(f"server {name}:8000;", f"server 127.0.0.1:{server.port};")
    around, _, block = text.partition("\nserver {")
    return around, block.rstrip()[:-1].replace("listen 80;", "")


def site_of(installation: Installation, slug: str) -> Site:
    """A project whose tests ask the first reader."""
    return Site.of(installation.readers[0], slug)


def report(server: str, site: Site, path: str, address: str = "203.0.113.7") -> httpx.Response:
    body = {"k": site.key, "u": f"https://shop.example{path}"}
    headers = {"User-Agent": CHROME, "X-Forwarded-For": address, "Content-Type": "text/plain"}
    return httpx.post(f"{server}/api/collect", json=body, headers=headers)


def counted(site: Site, wanted: int) -> int:
    """Events, once there are as many; half a second more shows those that are counted twice."""

    def total() -> int:
        return int(site.access.read(f"/api/web-events/{site.access.slug}/count", range="all")["count"])

    until(lambda: total() >= wanted)
    time.sleep(0.5)
    return total()


def test_what_any_collector_takes_every_reader_answers(installation):
    site = site_of(installation, "everywhere")
    entrances = (installation.front, *(collector.url for collector in installation.collectors))
    statuses = [report(entrances[n % 3], site, f"/{n}").status_code for n in range(20)]
    assert statuses == [202] * 20
    assert counted(site, 20) == 20
    headers = {"Authorization": f"Bearer {site.access.token}"}
    path = f"/api/web-events/{site.access.slug}/kpis"
    answers = [
        reader.http.get(path, params=RANGE, headers=headers).json()["current"] for reader in installation.readers
    ]
    assert answers[0] == answers[1]
    # Twenty pageviews of one visitor, through two collectors, behind a trusted proxy: one salt, one session.
    assert (answers[0]["visitors"], answers[0]["sessions"], answers[0]["pageviews"]) == (1, 1, 20)


def test_readers_learn_of_the_batches_of_the_drain(installation):
    site = site_of(installation, "batches")
    meta = installation.drain.meta()
    fence = StoredFence(meta.database)
    before = fence.look().name
    assert report(installation.collectors[0].url, site, "/").status_code == 202
    assert counted(site, 1) == 1
    assert until(lambda: not fence.look().writing)
    assert fence.look().name not in {"", before}
    meta.close()


def test_answers_that_are_overtaken_again_and_again_come_all_the_same(installation):
    site = site_of(installation, "overtaken")
    meta, stop = installation.drain.meta(), threading.Event()
    fence = StoredFence(meta.database)

    def write() -> None:
        while not stop.wait(0.001):
            fence.begin()
            fence.end()

    path = f"/api/web-events/{site.access.slug}/panels?panel=kpis&panel=top-pages&range=24h"
    headers = {"Authorization": f"Bearer {site.access.token}"}
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        statuses = [reader.http.get(path, headers=headers).status_code for reader in installation.readers * 5]
        stop.set()
        writing.result()
    assert statuses == [200] * 10
    meta.close()


def test_a_drain_that_is_killed_gets_everything_once(installation):
    site = site_of(installation, "killed")
    for turn in range(2):
        for n in range(20):
            assert report(installation.collectors[n % 2].url, site, f"/{turn}/{n}").status_code == 202
            if n == 10:
                installation.drain.kill()
        installation.drain.start()
    assert counted(site, 40) == 40


def test_a_collector_that_is_killed_forwards_everything_once(installation):
    site = site_of(installation, "collector")
    collector = installation.collectors[0]
    for turn in range(2):
        for n in range(20):
            assert report(collector.url, site, f"/{turn}/{n}").status_code == 202
        collector.kill()
        collector.start()
    assert counted(site, 40) == 40


def test_a_revoked_token_is_refused_everywhere(installation):
    access = installation.readers[0].project()
    bearer = {"Authorization": f"Bearer {access.token}"}

    def statuses() -> list[int]:
        event = {"events": [{"event_name": "a"}]}
        sent = [one.http.post("/api/v1/analytics/batch", json=event, headers=bearer) for one in installation.collectors]
        asked = [one.http.get("/api/v1/analytics/stats", headers=bearer) for one in installation.readers]
        return [answer.status_code for answer in (*sent, *asked)]

    assert statuses() == [200] * 4
    meta = installation.drain.meta()
    meta.revoke(access.token)
    meta.close()
    time.sleep(FRESH)
    assert statuses() == [401] * 4


def test_a_code_signs_in_once_wherever_it_is_sent(installation):
    meta = installation.drain.meta()
    codes = [meta.sign_ins.new_code() for _ in range(5)]
    meta.close()

    def sign_in(of: tuple[Server, str]) -> int:
        return of[0].http.post("/api/session", json={"code": of[1]}).status_code

    with ThreadPoolExecutor(4) as pool:
        for code in codes:
            found = list(pool.map(sign_in, [(reader, code) for reader in installation.readers * 2]))
            assert sorted(found) in ([201, 401, 401, 401], [201, 401, 401, 429])


def test_bad_tokens_are_counted_over_all_readers(installation):
    """Each process may let one more pass, since it learns of the others by its own."""
    headers = {"Authorization": "Bearer ff_pat_wrong", "X-Forwarded-For": "198.51.100.9"}
    statuses = []
    for turn in range(30):
        reader = installation.readers[turn % 2]
        statuses.append(reader.http.get("/api/session", headers=headers).status_code)
        time.sleep(0.05)
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= BAD_TOKENS_A_MINUTE + len(installation.readers)
    assert statuses[-2:] == [429, 429]


def test_readers_share_the_answers_of_ten_seconds(installation):
    site = site_of(installation, "window")
    bearer = {"Authorization": f"Bearer {site.access.token}"}
    path = "/v2/apps/window/network/analytics"
    first, second = (reader.http.get(path, headers=bearer) for reader in installation.readers)
    assert (first.status_code, first.content) == (200, second.content)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/collect"), ("POST", "/api/v1/analytics"), ("GET", "/t.js"), ("GET", "/p.gif")]
)
def test_a_reader_takes_nothing(installation, method, path):
    answer = installation.readers[0].http.request(method, path, json={})
    assert (answer.status_code, "FOOTFALL_ROLE=query" in answer.text) == (404, True)


def test_a_reader_begins_no_upload_that_nobody_would_import(installation):
    site = site_of(installation, "uploads")
    bearer = {"Authorization": f"Bearer {installation.readers[0].admin().token}"}
    said = {"name": "access.log", "size": 5, "sha256": "0" * 64}
    http, path = installation.readers[0].http, f"/api/projects/{site.access.slug}/uploads"
    answer = http.post(path, json=said, headers=bearer)
    assert (answer.status_code, "footfall import access-log" in answer.text) == (409, True)
    assert http.get(path, headers=bearer).json() == {"items": []}


def test_a_reader_tells_no_health_of_what_others_do(installation):
    bearer = {"Authorization": f"Bearer {installation.readers[0].admin().token}"}
    told = installation.readers[0].http.get("/api/installation/health", headers=bearer).json()["items"]
    assert [(one["name"], one["status"]) for one in told] == [("collection", "ok"), ("store", "ok")]
    assert "other processes" in told[0]["text"]


def test_a_collector_answers_no_query(installation):
    assert installation.collectors[0].http.get("/api/web-events/everywhere/kpis").status_code == 404


def test_chunks_need_the_signature_of_the_installation(installation):
    forged = {"X-Footfall-Sender": "a", "X-Footfall-Chunk": "1.0", "X-Footfall-Signature": "0" * 64}
    answer = installation.drain.http.post("/api/internal/chunks", content=b"", headers=forged)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


def test_a_collector_loads_no_engine(installation):
    """Neither its library nor that of polars is in the process."""
    process = installation.collectors[0].process
    assert process is not None
    mapped = Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")
    assert "chdb" not in mapped
    assert "polars" not in mapped


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"role": "query"}, "needs a remote store"),
        ({"role": "collect", "drain_url": "http://127.0.0.1:1"}, "shares the drain's metadata"),
        ({"drain_url": "http://127.0.0.1:1"}, "only a collector forwards"),
        ({"role": "drain", "drain_url": "http://127.0.0.1:1"}, "only a collector forwards"),
    ],
)
def test_what_can_not_work_is_refused_at_the_start(tmp_path, settings, reason):
    server = Server(tmp_path / "data", **settings)
    server.launch()
    assert server.process
    assert server.process.wait(60) == 1
    assert reason in server.log.read_text()
    server.close()
