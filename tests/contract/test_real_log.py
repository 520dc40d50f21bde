"""A real web server's log, imported and asked about: what is answered is what the log's lines add up to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.oracle import access_log as oracle
from tests.oracle.access_log import Logged
from tests.support.asgi import Client, reading_client
from tests.support.draining import drain_all
from tests.support.history_product import Watcher

from footfall.api.network.routes import router as network
from footfall.api.tracking.routes import router
from footfall.collect.geo import GeoLocator
from footfall.collect.identity import SaltedIdentity
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.ids import IdSource
from footfall.importers.access_log import import_access_log
from footfall.importers.ledger import MemoryLedger
from footfall.importers.report import Report
from footfall.importers.target import Target
from footfall.meta import Salts
from footfall.meta.database import Database
from footfall.spool.memory import MemorySpool
from footfall.store.protocol import Store

LOG = Path(__file__).parents[1] / "fixtures" / "access-2015-05.log.gz"
NOW = datetime(2015, 5, 20, 20, 30, tzinfo=UTC)  # in the log's last day, before its end
MILLIS = int(NOW.timestamp()) * 1000
AFTER = datetime(2015, 6, 1, tzinfo=UTC)
URL = "/api/tracking"


@pytest.fixture(scope="module")
def logged() -> list[Logged]:
    return oracle.read(LOG)


@pytest.fixture(scope="module")
def imported(shared_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The log as project 1. Imported later than all of it, since what lies in the future is refused."""
    directory, now = tmp_path_factory.mktemp("import"), int(AFTER.timestamp()) * 1000
    spool, database = MemorySpool(), Database("sqlite://")
    database.migrate()
    target = Target(
        project_id=1,
        spool=spool,
        ids=IdSource(lambda: now),
        identity=SaltedIdentity(Salts(database), lambda: now),
        locator=GeoLocator(directory),
        ledger=MemoryLedger(),
        clock=lambda: now,
        scratch=directory,
        block_bytes=1 << 19,
    )
    done = import_access_log(str(LOG), target, report=Report(directory / "rejected"), progress=lambda _: None)
    assert (done.accepted, done.rejected) == (10_000, 0)
    drain_all(Drain(lambda: [("import", spool)], shared_store, Journal(directory / "drain"), Watcher()), spool)
    database.close()
    return shared_store


@pytest.fixture(scope="module", params=[NOW, AFTER], ids=["within", "after"])
def asked(request: pytest.FixtureRequest, imported: Store) -> tuple[Client, datetime]:
    """A client, and the time that it is."""
    return reading_client(imported, int(request.param.timestamp()) * 1000, router, network), request.param


def test_the_log_is_what_its_note_says(logged: list[Logged]) -> None:
    assert len(logged) == 10_000
    assert {request.method: 0 for request in logged}.keys() == {"GET", "HEAD", "POST", "OPTIONS"}
    assert len({request.address for request in logged}) == 1_753
    assert (min(r.time.day for r in logged), max(r.time.day for r in logged)) == (17, 20)


@pytest.mark.parametrize("period", ["day", "week", "month", "year", "all"])
def test_stats_and_summary(asked: tuple[Client, datetime], logged: list[Logged], period: str) -> None:
    client, now = asked
    found = oracle.during(logged, now, period)
    assert client.get(f"{URL}/stats", period=period, limit="10000").json() == oracle.stats(found, period)
    assert client.get(f"{URL}/summary", period=period).json() == oracle.summary(found, period)


@pytest.mark.parametrize("granularity", ["hour", "day", "week", "month"])
@pytest.mark.parametrize("period", ["24h", "7d", "30d", "1y", "all"])
def test_trends(asked: tuple[Client, datetime], logged: list[Logged], granularity: str, period: str) -> None:
    client, now = asked
    answer = client.get(f"{URL}/trends", granularity=granularity, period=period).json()
    assert answer == oracle.trends(oracle.during(logged, now, period), granularity, period)


@pytest.mark.parametrize(
    ("params", "holds"),
    [
        ({}, lambda _: True),
        ({"method": "HEAD"}, lambda request: request.method == "HEAD"),
        ({"status": "404"}, lambda request: request.status == 404),
        ({"endpoint": "/favicon.ico"}, lambda request: request.path == "/favicon.ico"),
        ({"from": "2015-05-18", "to": "2015-05-18T06:00:00Z"}, lambda r: r.time.day == 18 and r.time.hour < 6),
    ],
    ids=["all", "method", "status", "endpoint", "range"],
)
def test_visits(asked: tuple[Client, datetime], logged: list[Logged], params: dict[str, str], holds) -> None:
    client, now = asked
    answer = client.get(f"{URL}/visits", limit="1000", **params).json()
    expected = oracle.visits([request for request in oracle.during(logged, now, "all") if holds(request)], 1000)
    inferred = {"user_hash", "country_code"}
    assert [{k: v for k, v in visit.items() if k not in inferred} for visit in answer["visits"]] == expected
    assert answer["count"] == len(expected)


FILTERS = [
    ({"status_class": "4xx", "method": "get"}, lambda r: 400 <= r.status < 500 and r.method == "GET"),
    ({"status": "200", "endpoint": "/favicon.ico"}, lambda r: r.status == 200 and r.path == "/favicon.ico"),
    ({"referer": "direct", "host": "unknown"}, lambda r: not r.referer),
    ({"referer": "http://www.semicomplete.com/"}, lambda r: r.referer == "http://www.semicomplete.com/"),
    ({"from": "2015-05-18", "to": "2015-05-18T06:00:00Z"}, lambda r: r.time.day == 18 and r.time.hour < 6),
    ({"from": "2015-05-19T12:00:00Z"}, lambda r: (r.time.day, r.time.hour) >= (19, 12)),
]


@pytest.mark.parametrize(("params", "holds"), FILTERS, ids=[" ".join(params) for params, _ in FILTERS])
def test_filters(asked: tuple[Client, datetime], logged: list[Logged], params: dict[str, str], holds) -> None:
    client, now = asked
    period = "custom" if "from" in params else "all"
    found = [request for request in oracle.during(logged, now, "all") if holds(request)]
    assert found
    assert client.get(f"{URL}/stats", limit="10000", **params).json() == oracle.stats(found, period)
    assert client.get(f"{URL}/summary", **params).json() == oracle.summary(found, period)
    trends = client.get(f"{URL}/trends", granularity="hour", period="all", **params).json()
    assert trends == oracle.trends(found, "hour", period)
    for name in oracle.LISTS:
        answer = client.get(f"{URL}/{name}", **params).json()
        assert answer == oracle.ranking(found, name, period, 20), name


@pytest.mark.parametrize("period", ["day", "week", "all"])
def test_lists(asked: tuple[Client, datetime], logged: list[Logged], period: str) -> None:
    client, now = asked
    found = oracle.during(logged, now, period)
    for name in oracle.LISTS:
        answer = client.get(f"{URL}/{name}", period=period, limit="300").json()
        assert answer == oracle.ranking(found, name, period, 300), name
    browsers = client.get(f"{URL}/top-browsers", period=period, limit="300").json()["items"]
    assert sum(row["hit_count"] for row in browsers) == len(found)


def test_users(imported: Store, logged: list[Logged]) -> None:
    """Those of two hours, which are fewer than a list shows."""
    client = reading_client(imported, MILLIS, router)
    span = {"from": "2015-05-18T06:00:00Z", "to": "2015-05-18T08:00:00Z"}
    answer = client.get(f"{URL}/top-users", limit="300", **span).json()
    found = [request for request in logged if request.time.day == 18 and request.time.hour in {6, 7}]
    hashes = [row.pop("user_hash") for row in answer["items"]]
    assert len(set(hashes)) == oracle.users(found) < 300
    order = [(-row["hit_count"], name) for row, name in zip(answer["items"], hashes, strict=True)]
    assert order == sorted(order)
    assert {**answer, "items": sorted(answer["items"], key=repr)} == oracle.top_users(found, "custom")


SPAN = {"from": "2015-05-18", "to": "2015-05-20T06:00:00Z"}
DAYS = ["2015-05-18", "2015-05-19", "2015-05-20"]


@pytest.mark.parametrize(
    ("params", "holds"),
    [
        ({}, lambda _: True),
        ({"failed": "1"}, lambda r: r.status >= 400),
        ({"failed": "0", "method": "POST"}, lambda r: r.method == "POST"),
        ({"consumer": "nobody"}, lambda _: False),
    ],
    ids=["all", "failed", "method", "none"],
)
def test_overview_and_endpoints(imported: Store, logged: list[Logged], params: dict[str, str], holds) -> None:
    client = reading_client(imported, MILLIS, router)
    matching = [request for request in logged if holds(request)]
    start, end = datetime(2015, 5, 18, tzinfo=UTC), datetime(2015, 5, 20, 6, tzinfo=UTC)
    found = [request for request in matching if start <= request.time < end]
    before = [request for request in matching if request.time.day == 17]
    compared = {"compare_from": "2015-05-17", "compare_to": "2015-05-18"}
    answer = client.get(f"{URL}/overview", **SPAN, **compared, **params).json()
    assert answer == oracle.overview(found, before, "day", DAYS)
    for limit in (10_000, 7):
        answer = client.get(f"{URL}/endpoints", limit=str(limit), **SPAN, **params).json()
        assert answer == oracle.endpoints(found, "day", DAYS, limit)


def test_consumers(imported: Store, logged: list[Logged]) -> None:
    """Those of two hours, which are fewer than a list shows; and what each of them calls."""
    client = reading_client(imported, MILLIS, router)
    span = {"from": "2015-05-18T06:00:00Z", "to": "2015-05-18T08:00:00Z"}
    items = client.get(f"{URL}/consumers", limit="300", **span).json()["items"]
    names = [row.pop("consumer") for row in items]
    order = [(-row["hit_count"], name) for row, name in zip(items, names, strict=True)]
    assert order == sorted(order)
    found = [request for request in logged if request.time.day == 18 and request.time.hour in {6, 7}]
    assert sorted(items, key=repr) == oracle.consumers(found)
    called = client.get(f"{URL}/endpoints", consumer=names[0], **span).json()["items"]
    assert sum(row["hit_count"] for row in called) == items[0]["hit_count"]
    assert len({row["endpoint"] for row in called}) == items[0]["endpoints"]


def test_a_log_of_2015_reads_as_goaccess_shows_it(imported: Store) -> None:
    """Long afterwards: totals, hours, statuses, not found and hosts, as `awk` counts them in the file."""
    client = reading_client(imported, int(datetime(2026, 11, 27, tzinfo=UTC).timestamp()) * 1000, router)
    statuses = client.get(f"{URL}/top-statuses").json()["items"]
    assert client.get(f"{URL}/summary").json()["total_hits"] == 10_000
    assert len(client.get(f"{URL}/trends", period="all", granularity="hour").json()["trends"]) == 84
    assert {row["status"]: row["hit_count"] for row in statuses} == {
        200: 9126,
        304: 445,
        404: 213,
        301: 164,
        206: 45,
        500: 3,
        416: 2,
        403: 2,
    }
    not_found = client.get(f"{URL}/top-not-found", limit="300").json()["items"]
    assert sum(row["hit_count"] for row in not_found) == 213
    hosts = client.get(f"{URL}/top-addresses", limit="2").json()["items"]
    assert [(row["ip_address"], row["hit_count"]) for row in hosts] == [("66.249.73.135", 482), ("46.105.14.53", 364)]


def test_a_user_hash_is_an_address_and_an_agent_on_a_day(asked: tuple[Client, datetime]) -> None:
    visits = asked[0].get(f"{URL}/visits", limit="1000").json()["visits"]
    users = {(v["user_hash"], v["timestamp"][:10], v["ip_address"], v["user_agent"]) for v in visits}
    assert len({user[0] for user in users}) == len({user[1:] for user in users}) == len(users)


# Inferred by the product alone (country, agent): only how they add up can be counted apart.
INFERRED = ("countries", "devices", "os", "browsers")


@pytest.mark.parametrize("range_", ["daily", "weekly"])
def test_network(imported: Store, logged: list[Logged], range_: str) -> None:
    client = reading_client(imported, MILLIS, network)
    answer = client.get("/v2/apps/shop/network/analytics", range=range_).json()["response"]
    expected = oracle.network(logged, NOW, range_)
    assert len(expected["visits"]) >= 24
    assert {name: answer[name] for name in expected} == expected
    for name in INFERRED:
        assert len({point["type"] for point in answer[name]}) < oracle.LABELS, "else some are left out"
        by_date = oracle.grouped(answer[name], lambda point: point["date"])
        sums = [
            {"requests": sum(p["requests"] for p in points), "bytes": sum(p["bytes"] for p in points), "date": date}
            for date, points in sorted(by_date.items())
        ]
        assert sums == [{k: v for k, v in point.items() if k != "visits"} for point in expected["visits"]], name
