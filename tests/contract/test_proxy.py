"""The proxy surface beyond its figures: refusals, ranges, buckets, pages, and that accepted logs are never lost."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.support.asgi import Client, reading_client
from tests.support.draining import drain_all
from tests.support.history_product import Watcher
from tests.support.populate import Row, populate
from tests.support.server import Access, Server, running, until

from footfall.api.proxy.routes import router
from footfall.collect.intake import Intake, Sender
from footfall.collect.schemas.proxy import read_logs
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import TransientError
from footfall.spool.protocol import Key, Submission
from footfall.spool.sqlite import SqliteSpool
from footfall.store.protocol import Store

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

INGEST = "/analytics/ingest"
LOG = {"ts": "2026-03-15 10:15:00", "domain": "google.com", "count": 1}
MIB = 1 << 20
MOST = 2**63 - 1
WIDE = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("proxy") / "data", flush_interval="0.05") as started:
        yield started


@pytest.fixture
def access(server: Server) -> Access:
    return server.project()


def send(access: Access, *logs: Any, **what: Any) -> Any:
    return access.post(INGEST, json={"logs": logs}, **what)


def domains(access: Access) -> dict[str, str]:
    """Requests by domain, once everything sent is in the store."""
    until(access.server.queryable)
    found = access.read("/analytics/domains", **WIDE, limit="100")["data"]
    return {row["domain"]: row["total_count"] for row in found}


def settled(access: Access) -> dict[str, str]:
    """As `domains`, once a marker log shows; the marker is removed from the result."""
    assert send(access, LOG | {"domain": "last"}).status_code == 204
    until(lambda: "last" in domains(access))
    return {name: count for name, count in domains(access).items() if name != "last"}


# What is accepted.


def test_an_accepted_body_gets_an_empty_answer(access: Access) -> None:
    answer = send(access, LOG, LOG | {"count": 2, "unheard": "of"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert settled(access) == {"google.com": "3"}


def test_null_means_absent(access: Access) -> None:
    nothing = dict.fromkeys(LOG.keys() - {"ts", "domain", "count"})
    answer = send(access, LOG | nothing)
    assert (answer.status_code, answer.content) == (204, b"")
    assert settled(access) == {"google.com": "1"}


def test_a_long_input_is_not_echoed(access: Access) -> None:
    answer = send(access, *[LOG] * 10_001)
    assert answer.status_code == 422
    assert len(answer.content) < 1_000
    many = send(access, *[LOG | {"count": -1}] * 10_000)
    assert len(many.json()["detail"]) == 1_000


@pytest.mark.parametrize(
    ("ts", "shown"),
    [
        ("2026-03-15 10:15:00", "2026-03-15 10:15:00"),
        ("2026-03-15T10:15:00.999Z", "2026-03-15 10:15:00"),
        ("2026-03-15T12:15:00+02:00", "2026-03-15 10:15:00"),
        (1_773_569_700, "2026-03-15 10:15:00"),
        (1_773_569_700_999, "2026-03-15 10:15:00"),
        ("2026-03-15", "2026-03-15 00:00:00"),
    ],
)
def test_every_form_of_a_time(access: Access, ts: Any, shown: str) -> None:
    assert send(access, LOG | {"ts": ts}).status_code == 204
    until(lambda: domains(access))
    (row,) = access.read("/analytics/websites", **WIDE)["data"]
    assert (row["first_visit"], row["last_visit"]) == (shown, shown)


def test_the_largest_figures_stay_exact(access: Access) -> None:
    largest = dict.fromkeys(("count", "bytes_sent", "bytes_received", "error_count", "max_concurrency"), MOST)
    assert send(access, *[LOG | largest] * 3).status_code == 204
    until(lambda: domains(access))
    (row,) = access.read("/analytics/domains", **WIDE)["data"]
    three, six = "27670116110564327421", "55340232221128654842"  # 3 and 6 times 9223372036854775807
    assert row == {
        "domain": "google.com",
        "total_count": three,
        "bytes_total": six,
        "total_bytes_sent": three,
        "total_bytes_received": three,
        "total_errors": three,
    }
    (point,) = access.read("/analytics/concurrency", **WIDE)["data"]
    assert point == {"bucket": "2026-03-15 00:00:00", "max_concurrency": str(MOST), "total_count": three}


# What is refused: the whole body, and none of it is stored.


@pytest.mark.parametrize(
    ("said", "loc"),
    [
        ({"ts": None}, ["ts"]),
        ({"domain": None}, ["domain"]),
        ({"domain": ""}, ["domain"]),
        ({"domain": "d" * 254}, ["domain"]),
        ({"domain": "\ud800"}, ["domain"]),
        ({"count": None}, ["count"]),
        ({"count": -1}, ["count"]),
        ({"count": 1.5}, ["count"]),
        ({"count": MOST + 1}, ["count"]),
        ({"bytes_sent": 2**64}, ["bytes_sent"]),
        ({"port": 65_536}, ["port"]),
        ({"worker": "w" * 129}, ["worker"]),
        ({"error": 500}, ["error"]),
        ({"ts": "soon"}, ["ts"]),
        ({"ts": "2026-02-30 00:00:00"}, ["ts"]),
        ({"ts": "1999-12-31 23:59:59"}, ["ts"]),
        ({"ts": 4_102_444_800}, ["ts"]),
        ({"ts": 10**40}, ["ts"]),
    ],
)
def test_one_bad_log_refuses_the_whole_body(access: Access, said: dict[str, Any], loc: list[str]) -> None:
    answer = access.post(INGEST, content=json.dumps({"logs": [LOG, LOG | said]}))
    assert answer.status_code == 422, answer.text
    faults = answer.json()["detail"]
    assert all(fault["loc"][:3] == ["body", "logs", 1] for fault in faults)
    assert faults[0]["loc"][3:4] == loc
    assert {"loc", "msg", "type"} <= set(faults[0])
    assert settled(access) == {}


@pytest.mark.parametrize("missing", ["ts", "domain", "count"])
def test_what_a_log_must_have(access: Access, missing: str) -> None:
    (fault,) = send(access, {name: value for name, value in LOG.items() if name != missing}).json()["detail"]
    assert (fault["type"], fault["loc"]) == ("missing", ["body", "logs", 0, missing])


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        (b"", ["body"]),
        (b"{", ["body", 1]),
        (b"{}", ["body", "logs"]),
        (b'{"logs": {}}', ["body", "logs"]),
        (b'{"logs": [{"ts": NaN}]}', ["body", 0]),
    ],
)
def test_a_malformed_body(access: Access, body: bytes, loc: list[Any]) -> None:
    answer = access.post(INGEST, content=body)
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, loc)


@pytest.mark.parametrize(("count", "status"), [(0, 422), (10_000, 204), (10_001, 422)])
def test_a_body_has_1_to_10000_logs(access: Access, count: int, status: int) -> None:
    answer = send(access, *[LOG] * count)
    assert answer.status_code == status
    assert status == 204 or answer.json()["detail"][0]["loc"] == ["body", "logs"]
    assert settled(access) == ({"google.com": "10000"} if status == 204 else {})


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
def test_compressed_bodies_and_their_limit(access: Access, encoding: str) -> None:
    pack = {"identity": bytes, "gzip": gzip.compress, "zstd": zstd.compress}[encoding]
    frame = json.dumps({"x": "", "logs": [LOG]}).encode()
    for size, status in ((8 * MIB, 204), (8 * MIB + 1, 413)):
        body = frame.replace(b'"x": ""', b'"x": "' + b"y" * (size - len(frame)) + b'"')
        assert access.post(INGEST, content=pack(body), headers={"Content-Encoding": encoding}).status_code == status
    assert settled(access) == {"google.com": "1"}


# Idempotency.


def test_a_repeated_key_stores_nothing(server: Server) -> None:
    access, other = server.project(), server.project()
    headers = {"Idempotency-Key": "k-1"}
    assert send(access, LOG | {"count": -1}, headers=headers).status_code == 422  # refused, so the key is still unused
    for body in (LOG, LOG, LOG | {"domain": "other.example"}):
        answer = send(access, body, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
    assert send(access, LOG, headers={"Idempotency-Key": "k-2"}).status_code == 204
    assert send(other, LOG, headers=headers).status_code == 204
    assert (settled(access), settled(other)) == ({"google.com": "2"}, {"google.com": "1"})


def test_a_key_that_is_too_long_is_refused(access: Access) -> None:
    answer = send(access, LOG, headers={"Idempotency-Key": "k" * 256})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "idempotency_key_too_long")


# Who may.


def test_scopes_and_tokens(server: Server) -> None:
    writer, reader = server.project("ingest"), server.project("read")
    path = "/analytics/domains"
    assert (send(writer, LOG).status_code, writer.get(path, params=WIDE).status_code) == (204, 403)
    assert (send(reader, LOG).status_code, reader.get(path, params=WIDE).status_code) == (403, 200)
    for answer in (server.http.post(INGEST, json={"logs": [LOG]}), server.http.get(path, params=WIDE)):
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["error"]["code"] == "unauthorized"
    assert reader.get(path, params=WIDE, headers={"X-Project": writer.slug}).status_code == 404
    assert send(writer, LOG, headers={"X-Project": reader.slug}).status_code == 404


def test_a_token_of_several_projects_names_one(server: Server) -> None:
    other = server.project()
    wide = server.project(also=[other.slug])
    assert send(wide, LOG).status_code == 400
    assert send(wide, LOG, headers={"X-Project": other.slug}).status_code == 204
    assert settled(other) == {"google.com": "1"}
    named = WIDE | {"project": wide.slug}
    assert wide.read("/analytics/domains", **named) == {"data": []}


def test_acknowledged_logs_survive_a_kill(tmp_path: Path) -> None:
    with running(tmp_path / "data", flush_interval="30") as server:
        access = server.default()
        headers = {"Idempotency-Key": "k"}
        assert send(access, LOG, headers=headers).status_code == 204
        server.kill()
        server.start(flush_interval="0.2")
        assert send(access, LOG, headers=headers).status_code == 204
        assert settled(access) == {"google.com": "1"}


# What is asked.


def logged(at: str, **fields: Any) -> Row:
    return {"at": at, **fields}


@pytest.fixture(scope="module")
def client(shared_store: Store) -> Client:
    days = [logged(f"2026-03-{day:02}T12:00:00Z", domain=f"d{day:02}", count=day) for day in range(1, 31)]
    edges = [logged(at, domain="edge", count=1) for at in ("2026-04-01T00:00:00Z", "2026-04-01T23:59:59Z")]
    populate(shared_store, logs=[*days, *edges])
    return reading_client(shared_store, 0, router)


PATHS = ("traffic", "requests", "concurrency", "domains", "errors", "websites")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "from"),
        ("from=2026-03-01", "to"),
        ("to=2026-03-01", "from"),
        ("from=soon&to=2026-03-01", "from"),
        ("from=2026-03-01&to=2026-02-30", "to"),
        ("from=2026-03-02&to=2026-03-01", "from"),
        ("from=2026-03-01T10:00:00Z&to=2026-03-01T10:00:00Z", "from"),
        ("from=2026-03-01T12:00:00Z&to=2026-03-01T12:00:00%2B02:00", "from"),
        ("from=2026-03-01&to=2026-05-03", "62 days"),
        ("from=2026-03-01T00:00:00Z&to=2026-05-02T00:00:00.001Z", "62 days"),
        ("from=2026-03-01&to=2026-03-02&orderId=x", "orderId"),
        ("from=2026-03-01&to=2026-03-02&orderId=-1", "orderId"),
        ("from=2026-03-01&to=2026-03-02&userId=9223372036854775808", "userId"),
    ],
)
def test_bad_parameters_say_what_is_wrong(client: Client, path: str, query: str, says: str) -> None:
    answer = client.get(f"/analytics/{path}?{query}")
    assert (answer.status_code, set(answer.json())) == (400, {"error"})
    assert answer.json()["error"]["code"] == "bad_parameter"
    assert says in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("domains?limit=0", "limit"),
        ("domains?limit=101", "limit"),
        ("domains?sortBy=domain", "sortBy"),
        ("errors?limit=0", "limit"),
        ("errors?limit=101", "limit"),
        ("websites?limit=0", "limit"),
        ("websites?limit=101", "limit"),
        ("websites?page=0", "page"),
        ("websites?page=x", "page"),
        ("traffic?bucket=week", "bucket"),
        ("requests?bucket=", "bucket"),
        ("concurrency?bucket=minute", "bucket"),  # 30 days are more than 1,500 minutes
    ],
)
def test_bad_parameters_of_one_endpoint(client: Client, path: str, says: str) -> None:
    answer = client.get(f"/analytics/{path}&from=2026-03-01&to=2026-03-30")
    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("span", "buckets"),
    [
        ("from=2026-03-01&to=2026-03-02", ["2026-03-01 12:00:00", "2026-03-02 12:00:00"]),  # 48 hours
        ("from=2026-03-01&to=2026-03-02T00:00:01Z", ["2026-03-01 12:00:00"]),
        ("from=2026-03-01&to=2026-03-03", [f"2026-03-0{day} 00:00:00" for day in (1, 2, 3)]),
        ("from=2026-03-01T12:00:00Z&to=2026-03-01T12:00:01Z", ["2026-03-01 12:00:00"]),
        ("from=2026-03-01T12:00:00.001Z&to=2026-03-02T12:00:00Z", []),  # the log has 12:00:00.000
        ("from=2026-03-01T10:00:00-02:00&to=2026-03-01T14:00:01%2B02:00", ["2026-03-01 12:00:00"]),
        ("from=2026-04-01&to=2026-04-01", ["2026-04-01 00:00:00", "2026-04-01 23:00:00"]),
        ("from=2026-04-01T00:00:00&to=2026-04-01T23:59:59", ["2026-04-01 00:00:00"]),
        ("from=2026-03-30T23:30:00Z&to=2026-04-02&bucket=day", ["2026-04-01 00:00:00"]),
        ("from=2026-04-01T23:00:00Z&to=2026-04-02&bucket=minute", ["2026-04-01 23:59:00"]),
        (
            "from=2026-02-01&to=2026-04-04&bucket=day",
            [f"2026-03-{day:02} 00:00:00" for day in range(1, 31)] + ["2026-04-01 00:00:00"],
        ),  # 62 days as written
        (
            "from=2026-01-30&to=2026-04-01",
            [f"2026-03-{day:02} 00:00:00" for day in range(1, 31)] + ["2026-04-01 00:00:00"],
        ),
    ],
)
@pytest.mark.parametrize("path", ["traffic", "requests", "concurrency"])
def test_ranges_and_buckets(client: Client, path: str, span: str, buckets: list[str]) -> None:
    answer = client.get(f"/analytics/{path}?{span}").json()
    assert [row["bucket"] for row in answer["data"]] == buckets


@pytest.mark.parametrize(("minutes", "status"), [(1_500, 200), (1_501, 400)])
def test_at_most_1500_buckets(client: Client, minutes: int, status: int) -> None:
    """From 00:00:30: the first bucket starts before the range."""
    end = f"2026-03-02T{(minutes - 1) // 60 - 24:02}:{(minutes - 1) % 60:02}:30Z"
    answer = client.get(f"/analytics/traffic?from=2026-03-01T00:00:30Z&to={end}&bucket=minute")
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("query", "labels", "page", "limit", "pages"),
    [
        ("", [f"d{day:02}" for day in range(30, 5, -1)], 1, 25, 2),
        ("&page=2", [f"d{day:02}" for day in range(5, 0, -1)], 2, 25, 2),
        ("&page=3", [], 3, 25, 2),
        ("&page=1000000&limit=100", [], 1_000_000, 100, 1),
        ("&limit=1&page=30", ["d01"], 30, 1, 30),
        ("&limit=10&page=3", [f"d{day:02}" for day in range(10, 0, -1)], 3, 10, 3),
    ],
)
def test_pages(client: Client, query: str, labels: list[str], page: int, limit: int, pages: int) -> None:
    found = client.get(f"/analytics/websites?from=2026-03-01&to=2026-03-30{query}").json()
    assert [row["domain"] for row in found.pop("data")] == labels
    assert found == {"page": page, "limit": limit, "total": 30, "totalPages": pages}


def test_pages_without_logs(client: Client) -> None:
    found = client.get("/analytics/websites?from=2020-01-01&to=2020-01-01").json()
    assert found == {"data": [], "page": 1, "limit": 25, "total": 0, "totalPages": 0}


@pytest.mark.parametrize(("path", "rows"), [("domains", 30), ("domains?limit=100", 31), ("domains?limit=1", 1)])
def test_limits(client: Client, path: str, rows: int) -> None:
    mark = "&" if "?" in path else "?"
    assert len(client.get(f"/analytics/{path}{mark}from=2026-03-01&to=2026-04-01").json()["data"]) == rows


# The way into the store, whatever is interrupted.


class Interrupted:
    """A store whose insert fails, before or after it is done."""

    def __init__(self, store: Store, *, done: bool) -> None:
        self._store, self._done = store, done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        if self._done:
            self._store.insert(table, arrow, token=token)
        raise TransientError("killed")


NOON = 1_773_576_000_000  # 2026-03-15T12:00:00Z
ALIKE = {"ts": NOON, "domain": "google.com", "count": 1, "max_concurrency": 3}
MONTH_BEFORE = {"ts": "2026-02-12 12:00:00", "domain": "google.com", "count": 4}
LARGE = {"ts": NOON, "domain": "google.com", "count": MOST}


def submission(key: str, *logs: Row) -> Submission:
    intake = Intake(None, None, None)  # type: ignore[arg-type] # proxy logs have neither ids nor visitors
    record = read_logs(json.dumps({"logs": logs}).encode(), Sender(1, NOON, "", ""), intake)[0]
    return Submission(record, Key(1, key))


@pytest.mark.parametrize("merged", [False, True], ids=["as inserted", "merged"])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_crash_and_a_replay_count_every_log_once(
    store: Store, tmp_path: Path, at: int, done: bool, merged: bool
) -> None:
    """Three batches with the same keys, over two months, one of them interrupted; merges happen in between."""
    for number in range(1, 4):
        with spooled(tmp_path) as spool:
            for _ in range(2):  # the client got no answer and sends again
                spool.append([submission(f"{number}", ALIKE, ALIKE, MONTH_BEFORE, LARGE)])
            with suppress(TransientError):
                drain(tmp_path, spool, Interrupted(store, done=done) if number == at else store)
        if merged:
            store.command("OPTIMIZE TABLE proxy_logs FINAL")
        with spooled(tmp_path) as spool:  # another process takes over
            drain(tmp_path, spool, store)
            assert spool.state().waiting == 0
    client = reading_client(store, NOON, router)
    answer = client.get("/analytics/concurrency?from=2026-02-01&to=2026-03-31&bucket=day").json()["data"]
    assert answer == [
        {"bucket": "2026-02-12 00:00:00", "max_concurrency": "0", "total_count": "12"},
        {"bucket": "2026-03-15 00:00:00", "max_concurrency": "3", "total_count": str(3 * (2 + MOST))},
    ]


@contextmanager
def spooled(path: Path) -> Iterator[SqliteSpool]:
    spool = SqliteSpool(path / "spool.db", clock=lambda: NOON, capacity=1000, keep_seconds=3600)
    yield spool
    spool.close()


def drain(path: Path, spool: SqliteSpool, store: Any) -> None:
    drain_all(Drain(lambda: [("serve", spool)], store, Journal(path / "drain"), Watcher()), spool)
