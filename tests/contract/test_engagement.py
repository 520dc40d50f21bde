"""Engagement reports: stored beside the events, exactly once, and added up."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator

import pytest
from tests.support.collecting import FIREFOX, Site
from tests.support.draining import drain_all
from tests.support.server import Server, running, until

from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import TransientError
from footfall.model.raw import EngagementRows, RawEngagement
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission

_names = itertools.count(1)
NOON = 1_781_172_000_000  # 2026-06-11T10:00:00Z
MONTH = 31 * 86_400_000


class Silent:
    def step(self, _name, _seconds): ...

    def drained(self, _table, _rows): ...

    def failed(self, _stage): ...


class Dying:
    """A store that loses the answer to an insert, done or not."""

    def __init__(self, store, *, done):
        self._store = store
        self._done = done

    def __getattr__(self, name):
        return getattr(self._store, name)

    def insert(self, table, arrow, *, token):
        if self._done:
            self._store.insert(table, arrow, token=token)
        raise TransientError("killed")


@pytest.fixture
def spool():
    spool = MemorySpool()
    rows = [
        RawEngagement(
            NOON, 1, 1, visitor=5, url="https://WWW.shop.example:8080/a?x=1", user_agent=FIREFOX, country="ro", lcp=1.5
        ),
        RawEngagement(
            NOON - MONTH, 1, 2, visitor_id="ada", url="/b", hostname="shop.example", path="/b#/c", engaged_ms=9
        ),
        RawEngagement(NOON, 1, 3, user_agent="GPTBot/1.0", url="https://shop.example/", scroll=100),
    ]
    spool.append([Submission(EngagementRows(1, NOON, rows[:2])), Submission(EngagementRows(2, NOON, rows[2:]))])
    return spool


def stored(store) -> list[tuple]:
    sql = """
        SELECT project_id, id_lo, hostname, path, visitor_id, engaged_ms, scroll, if(isNaN(lcp), -1, lcp), isNaN(cls),
               browser, device, traffic, country
        FROM engagements ORDER BY id_lo"""
    return list(store.query(sql).rows)


WHOLE = [
    (1, 1, "www.shop.example", "/a", "", 0, -1, 1.5, 1, "Firefox", "desktop", "human", "RO"),
    (1, 2, "shop.example", "/b#/c", "ada", 9, -1, -1, 1, "unknown", "unknown", "human", ""),
    (2, 3, "shop.example", "/", "", 0, 100, -1, 1, "GPTBot", "other", "ai", ""),
]


def drain(store, spool, path) -> None:
    drain_all(Drain(lambda: [("serve", spool)], store, Journal(path), Silent()), spool)


def test_engagements_are_drained(store, spool, tmp_path):
    drain(store, spool, tmp_path)
    assert stored(store) == WHOLE
    assert store.query("SELECT count() FROM events").scalar == 0
    assert store.query("SELECT count() FROM sessions").scalar == 0


@pytest.mark.parametrize("done", [False, True])
def test_a_batch_that_was_begun_is_stored_once(store, spool, tmp_path, done):
    with pytest.raises(TransientError):
        drain(Dying(store, done=done), spool, tmp_path)
    drain(store, spool, tmp_path)
    assert stored(store) == WHOLE


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("engagement") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture
def site(server) -> Site:
    number = next(_names)
    return Site.of(server, f"read{number}", f"read{number}.example")


def read(site: Site, **params: str) -> dict[str, dict]:
    found = site.access.read(f"/api/web-events/{site.access.slug}/engagement", **params)["items"]
    return {item["path"]: item for item in found}


def test_every_client_reports_engagement(site):
    host = site.domains[0]
    for path in ("/", "/", "/a"):
        site.beacon(u=f"https://{host}{path}")
    depths, paints = (20, 60.4, 41), (1000, 2000, 4000)
    for number, (depth, paint) in enumerate(zip(depths, paints, strict=True)):
        report = {"t": "engagement", "sd": depth, "e": 1500, "v": {"lcp": paint, "cls": 0.125}}
        assert site.beacon(address=f"192.0.2.{number}", **report).status_code == 202
    site.beacon(t="engagement", sd=19, e=60, address="192.0.2.0")  # not this visitor's deepest
    plausible = {"n": "engagement", "u": f"https://{host}/a", "d": host, "sd": 255, "e": 2500.7}
    assert site.call("POST", "/api/event", json=plausible).status_code == 202
    umami = {"website": site.id, "hostname": host, "url": "/a", "ttfb": 80.5}
    assert site.call("POST", "/api/send", json={"type": "performance", "payload": umami}).status_code == 200
    assert len(site.rows(3)) == 3
    found = read(site)
    assert list(found) == ["/", "/a"]
    quartile = statistics.quantiles(paints, n=4, method="inclusive")[2]
    none = dict.fromkeys(("lcp", "inp", "cls", "fcp", "ttfb"))
    expected = {
        "path": "/",
        "pageviews": 2,
        "engagedSec": 2.3,
        "scrollDepth": 40.3,
        **none,
        "lcp": quartile,
        "cls": 0.125,
    }
    assert found["/"] == expected  # 4560 ms in two pageviews; depths of 20, 60 and 41
    assert found["/a"] == {"path": "/a", "pageviews": 1, "engagedSec": 2.5, "scrollDepth": None, **none, "ttfb": 80.5}
    assert read(site, filter="browser:Chrome path:/a").keys() == {"/a"}
    assert read(site, filter="browser:Firefox") == {}


@pytest.mark.parametrize("term", ["channel:search", "event_type:pageview", "search:a", "prop.plan:pro", "session_id:x"])
def test_other_filters_are_refused(site, term):
    answer = site.access.get(f"/api/web-events/{site.access.slug}/engagement", params={"filter": term})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_filter")
    assert answer.json()["error"]["message"].startswith(f"filter: {term.partition(':')[0]!r} does not apply")


def test_a_project_sees_what_was_dropped(site, server):
    path = f"/api/web-events/{site.access.slug}/dropped"
    for _ in range(2):
        site.beacon(u="https://evil.example/")
    site.beacon(headers={"Purpose": "prefetch"})
    site.beacon(agent="GPTBot/1.0")
    until(server.queryable)
    found = until(lambda: (answer := site.access.read(path))["programs"] and answer)
    assert found == {
        "dropped": [{"reason": "origin", "count": 2}, {"reason": "prefetch", "count": 1}],
        "programs": [{"class": "ai", "count": 1, "engagements": 0}],
        "hosts": [{"host": "evil.example", "count": 2}],
        "ignored": [],
    }
    other = Site.of(server, f"read{next(_names)}")
    assert other.access.read(f"/api/web-events/{other.access.slug}/dropped") == {
        "dropped": [],
        "programs": [],
        "hosts": [],
        "ignored": [],
    }


def test_dropped_reports_are_known_after_a_restart(tmp_path):
    with running(tmp_path / "data") as server:
        site = Site.of(server, "shop", "shop.example")
        site.beacon(u="https://evil.example/")
        assert server.stop() == 0
        server.start()
        found = site.access.read("/api/web-events/shop/dropped")
        assert found["dropped"] == [{"reason": "origin", "count": 1}]
