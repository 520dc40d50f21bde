"""Every sentence of store/protocol.py, on the embedded engine and through HTTP."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.support.server import until

from footfall.catalog.tables import TABLES, Table
from footfall.errors import FatalError, QueryCancelledError, StoreError, TransientError
from footfall.settings import MAX_RETENTION_DAYS, Settings
from footfall.store.clickhouse import breaking_migrations, detached_parts, open_store
from footfall.store.clickhouse import migrate as migrate_module
from footfall.store.clickhouse import statements as statements_of_clients
from footfall.store.clickhouse.migrate import Migration, migrate, migrations, statements
from footfall.store.protocol import Store

pytestmark = pytest.mark.embedded

MAY = datetime(2026, 5, 3, 10, tzinfo=UTC)
JUNE = datetime(2026, 6, 3, 10, tzinfo=UTC)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    opened.migrate()
    yield opened
    opened.close()


def arrow(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_ipc(file)
    return file.getvalue()


def events(*rows: tuple[datetime, str]) -> bytes:
    """Events with a time and a path."""
    return arrow(
        pl.DataFrame(
            {
                "path": [path for _, path in rows],
                "timestamp": [instant for instant, _ in rows],
                "project_id": [1] * len(rows),
                "event_type": ["pageview"] * len(rows),
            },
            schema_overrides={"timestamp": pl.Datetime("ms", "UTC"), "project_id": pl.UInt32},
        )
    )


def add(store: Store, token: str, *rows: tuple[datetime, str]) -> None:
    store.insert("events", events(*rows), token=token)


def paths(store: Store) -> list[str]:
    return [row[0] for row in store.query("SELECT path FROM events ORDER BY timestamp, path").rows]


def test_rows_past_their_age_go_when_parts_merge(store: Store) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for days in (None, 10, 30, 30):
        store.set_retention(days)
    add(store, "old", (now - timedelta(days=40), "/old"))
    add(store, "new", (now - timedelta(days=20), "/kept"), (now, "/new"))
    store.command("OPTIMIZE TABLE events FINAL")
    assert paths(store) == ["/kept", "/new"]
    store.set_retention(None)
    add(store, "old again", (now - timedelta(days=41), "/ancient"))
    store.command("OPTIMIZE TABLE events FINAL")
    assert paths(store) == ["/ancient", "/kept", "/new"]


@pytest.mark.parametrize("days", [1, 28_900, MAX_RETENTION_DAYS])
def test_no_retention_deletes_what_is_new(store: Store, days: int) -> None:
    """Instants of 32 bits end in 2106: an age of decades, added to one of them, must not begin again in 1970."""
    store.set_retention(days)
    aged = [table for table, row in TABLES.items() if row.age]
    for table in aged:
        columns = ("start", "end") if table is Table.SESSIONS else ("timestamp",)
        values = ", ".join(["now64(3)"] * len(columns))
        store.command(f"INSERT INTO {table} (project_id, {', '.join(columns)}) SELECT 1, {values}")
        store.command(f"OPTIMIZE TABLE {table} FINAL")
    kept = {table: store.query(f"SELECT count() FROM {table}").scalar for table in aged}  # noqa: S608 - of the catalogue
    assert kept == dict.fromkeys(aged, 1)


def test_what_a_retention_would_remove_is_counted_before(store: Store) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    assert store.expiring(30)[Table.EVENTS] == (0, 0)
    add(store, "some", (now - timedelta(days=40), "/a"), (now - timedelta(days=31), "/b"), (now, "/c"))
    counted = {days: store.expiring(days)[Table.EVENTS] for days in (41, 35, 30)}
    assert counted == {41: (0, 3), 35: (1, 3), 30: (2, 3)}
    store.set_retention(35)
    assert store.expiring(35) == {}
    assert store.expiring(36) == {}
    assert store.expiring(30)[Table.EVENTS] == (2, 3)
    store.command("ALTER TABLE events MODIFY TTL toDateTime(timestamp) + toIntervalDay(30)")  # as made by 0.1.0
    assert Table.EVENTS not in store.expiring(30)


def test_migrate_makes_the_tables_and_may_run_again(store: Store) -> None:
    store.migrate()
    tables = {row[0] for row in store.query("SHOW TABLES").rows}
    assert {"events", "requests", "sessions", "schema_migrations"} <= tables
    applied = store.query("SELECT number, name FROM schema_migrations ORDER BY number").rows
    assert applied == [(migration.number, migration.name) for migration in migrations()]


def test_migrate_refuses_a_store_newer_than_the_code(store: Store) -> None:
    store.command("INSERT INTO schema_migrations (number, name) VALUES (9999, 'future')")
    newest = migrations()[-1].number
    with pytest.raises(FatalError, match=rf"schema 9999, .* supports {newest} at most: install"):
        store.migrate()


def test_a_newer_store_names_what_an_older_reader_can_not_read(store: Store) -> None:
    store.command("INSERT INTO schema_migrations (number, name) VALUES (9998, 'more_columns')")
    assert breaking_migrations(store) == []
    store.command("INSERT INTO schema_migrations (number, name) VALUES (9999, 'fewer_columns_breaking')")
    assert breaking_migrations(store) == ["fewer_columns_breaking"]


def test_a_migration_cut_short_is_run_again(settings: Settings) -> None:
    store = open_store(settings)
    store.migrate()
    change = Migration(9000, "two_tables", "CREATE TABLE IF NOT EXISTS a (x Int8) ENGINE = Memory; SELECT broken")
    with pytest.raises(StoreError):
        migrate(store, known=[*migrations(), change])
    whole = Migration(9000, "two_tables", change.sql.replace("SELECT broken", "CREATE TABLE b AS a"))
    migrate(store, known=[*migrations(), whole])
    assert {("a",), ("b",)} <= set(store.query("SHOW TABLES").rows)
    assert store.query("SELECT count() FROM schema_migrations WHERE number = 9000").scalar == 1
    store.close()


def test_every_migration_may_run_twice(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(settings)
    with monkeypatch.context() as without:
        without.setattr(migrate_module, "migrations", list)
        store.migrate()
    database = store.query("SELECT currentDatabase()").scalar
    for migration in migrations():
        for statement in statements(migration.sql) * 2:
            store.command(statement, {"database": database})
    store.close()


def test_insert_goes_by_name_and_leaves_the_rest_at_its_default(store: Store) -> None:
    add(store, "1", (MAY, "/a"))
    row = store.query("SELECT project_id, timestamp, event_type, path, url, revenue FROM events").dicts()
    assert row == [
        {"project_id": 1, "timestamp": MAY, "event_type": "pageview", "path": "/a", "url": "", "revenue": Decimal(0)}
    ]


@pytest.mark.parametrize(
    ("table", "body"),
    [
        ("events", arrow(pl.DataFrame({"path": ["/a"], "no_such_column": [1]}))),
        ("events", b"not arrow"),
        ("events", b""),
        ("no_such_table", arrow(pl.DataFrame({"path": ["/a"]}))),
    ],
)
def test_insert_refuses_what_does_not_fit(store: Store, table: str, body: bytes) -> None:
    with pytest.raises(StoreError):
        store.insert(table, body, token=table)
    assert paths(store) == []


def test_a_token_counts_once_per_table(store: Store) -> None:
    store.command("CREATE TABLE others AS events")
    for token in ("batch-7", "it's", "back\\slash", "é😀", "%s"):
        for _ in range(3):
            add(store, token, (MAY, token), (JUNE, token))
        store.insert("others", events((MAY, token)), token=token)
        assert paths(store).count(token) == 2
    assert store.query("SELECT count() FROM others").scalar == 5


def test_equal_rows_under_two_tokens_count_twice(store: Store) -> None:
    add(store, "1", (MAY, "/a"))
    add(store, "2", (MAY, "/a"))
    assert paths(store) == ["/a", "/a"]


def test_a_token_completes_an_insert_that_reached_only_some_partitions(store: Store) -> None:
    add(store, "1", (MAY, "/may"))
    add(store, "1", (MAY, "/may"), (JUNE, "/june"))
    add(store, "1", (MAY, "/may"), (JUNE, "/june"))
    assert paths(store) == ["/may", "/june"]


def test_an_insert_is_one_part_per_partition_however_large(store: Store) -> None:
    store.command(
        "CREATE TABLE numbers (n UInt64) ENGINE = MergeTree PARTITION BY n % 150 ORDER BY n"
        " SETTINGS non_replicated_deduplication_window = 1000"
    )
    pieces = [
        pl.DataFrame({"n": pl.int_range(first, first + 220_000, eager=True)}) for first in range(0, 1_540_000, 220_000)
    ]
    frame, token = pl.concat(pieces, rechunk=False), "1"
    store.insert("numbers", arrow(frame), token=token)
    assert store.query("SELECT count(), uniqExact(n) FROM numbers").rows == [(1_540_000, 1_540_000)]
    made = "SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = 'numbers' AND level = 0"
    assert store.query(made).scalar == 150
    store.insert("numbers", arrow(frame), token=token)
    assert store.query("SELECT count() FROM numbers").scalar == 1_540_000


HOSTILE = [
    *("", " ", "a\\", "\\", "\\\\", "'", "a'b", "''", '"', "`", "\t", "\n", "\r\n", "\0", "a\0b", "\b", "\x7f"),
    *("é😀", "\u2028", "%", "%s", "%(p)s", "100%", "{p:String}", "{p}", "\\N", "NULL", "\\0", "\\x41", "\\'"),
    *("'; DROP TABLE events; --", "/* ", "-- ", "$$", "$x$", "[1]", "&a=b", "a+b", "--boundary\r\n\r\n"),
]


def test_a_bound_text_arrives_as_it_is(store: Store) -> None:
    for text in HOSTILE:
        got = store.query("SELECT {p:String} AS one, {q:Array(String)} AS many", {"p": text, "q": [text, "x", text]})
        assert got.rows == [(text, [text, "x", text])], text


def test_a_stored_text_comes_back_as_it_was(store: Store) -> None:
    add(store, "1", *((MAY + timedelta(seconds=n), text) for n, text in enumerate(HOSTILE)))
    assert paths(store) == HOSTILE
    for text in HOSTILE:
        assert store.query("SELECT count() FROM events WHERE path = {p:String}", {"p": text}).scalar == 1, text


TYPED: list[tuple[str, Any]] = [
    ("UInt64", 2**64 - 1),
    ("Int64", -(2**63)),
    ("Decimal(18, 4)", Decimal("12345678901234.5678")),
    ("DateTime64(3)", MAY + timedelta(milliseconds=678)),
    ("DateTime64(3, 'UTC')", MAY + timedelta(milliseconds=1)),
    ("DateTime", MAY),
    ("Bool", True),
    ("Float64", 0.1),
    ("Nullable(String)", None),
    ("Array(UInt64)", []),
    ("Array(UInt64)", [2**64 - 1 - n for n in range(50_000)]),
    ("Array(String)", [f"é'\\{n}" for n in range(50_000)]),
    ("Tuple(UInt64, String)", (1, "a'")),
]


def test_a_bound_value_keeps_its_type(store: Store) -> None:
    for kind, value in TYPED:
        assert store.query(f"SELECT {{p:{kind}}}", {"p": value}).rows == [(value,)], kind


def test_a_bound_instant_is_converted_to_utc(store: Store) -> None:
    there = MAY.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert store.query("SELECT {p:DateTime64(3)}", {"p": there}).scalar == MAY


def test_a_percent_sign_is_only_a_percent_sign(store: Store) -> None:
    sql = "SELECT 'a%b', '100%s', '%(p)s', 7 % 4"
    expected = [("a%b", "100%s", "%(p)s", 3)]
    assert store.query(sql).rows == expected
    assert store.query(sql, {"p": "x"}).rows == expected
    assert store.query(sql + ", {p:String}", {"p": "%d", "unused": "%s"}).rows == [(*expected[0], "%d")]


def test_datetimes_come_back_aware_and_in_utc(store: Store) -> None:
    row = store.query("SELECT toDateTime(0), toDateTime(0, 'UTC'), toDateTime64(0, 3), toDateTime64(0, 3, 'UTC')").rows[
        0
    ]
    assert row == (datetime(1970, 1, 1, tzinfo=UTC),) * 4
    assert {value.utcoffset() for value in row} == {timedelta(0)}


def test_an_empty_answer_has_its_columns(store: Store) -> None:
    for end in ("WHERE 0", "LIMIT 0", "WHERE path = {p:String} -- nothing", "WHERE 0 SETTINGS max_threads = 1"):
        sql = f"SELECT path, length(path) AS n FROM events {end}"  # noqa: S608 -- the ends above
        got = store.query(sql, {"p": "x"})
        assert (got.columns, list(got.rows), got.dicts()) == (("path", "n"), [], []), end


def test_arrow_keeps_columns_and_types(store: Store) -> None:
    add(store, "1", (MAY, "/a"), (JUNE, "/b"))
    sql = "SELECT timestamp, path, revenue, project_id FROM events WHERE path != {p:String} ORDER BY timestamp"
    schema = {
        "timestamp": pl.Datetime("ms", "UTC"),
        "path": pl.String,
        "revenue": pl.Decimal(18, 4),
        "project_id": pl.UInt32,
    }
    full = pl.read_ipc(io.BytesIO(store.arrow(sql, {"p": ""})))
    assert (dict(full.schema), full["path"].to_list()) == (schema, ["/a", "/b"])
    empty = pl.read_ipc(io.BytesIO(store.arrow(sql + " LIMIT 0", {"p": ""})))
    assert (dict(empty.schema), empty.height) == (schema, 0)


def test_a_limit_met_while_writing_is_no_error_of_a_user(store: Store) -> None:
    with pytest.raises(TransientError):
        store.command("SELECT sleep(2) SETTINGS max_execution_time = 0.2")


def test_a_refused_statement_shows_its_text_to_the_log_only(store: Store) -> None:
    for sql in ("SELECT secret FROM nowhere", "SELEC 1 secret", "SELECT {secret:Int8}"):
        for ask in (store.query, store.arrow, store.command):
            with pytest.raises(StoreError) as caught:
                ask(sql)
            assert "secret" not in caught.value.message
            assert "secret" in caught.value.details
    assert store.query("SELECT 1").scalar == 1


def test_an_update_shows_at_once(store: Store) -> None:
    add(store, "1", (MAY, "/a"), (JUNE, "/b"))
    move = "UPDATE events SET session = {to:UInt64} WHERE project_id = 1 AND session IN {old:Array(UInt64)}"
    store.command(move, {"to": 2**64 - 1, "old": list(range(50_000))})
    assert store.query("SELECT path, session FROM events ORDER BY path").rows == [("/a", 2**64 - 1), ("/b", 2**64 - 1)]


def test_threads_never_see_each_others_answers(store: Store) -> None:
    def ask(number: int) -> bool:
        text = f"thread {number}"
        got = store.reading(number % 3).query(
            "SELECT {n:UInt64}, {t:String}, sum(number) FROM numbers({n:UInt64})", {"n": number, "t": text}
        )
        return got.rows == [(number, text, number * (number - 1) // 2)]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(1, 200)))


def test_threads_write_and_read_at_once(store: Store) -> None:
    def write(number: int) -> None:
        for _ in range(2):
            add(store, str(number), (MAY, f"/{number:03}"))
        assert store.query("SELECT count() FROM events WHERE path = {p:String}", {"p": f"/{number:03}"}).scalar == 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(24)))
    assert paths(store) == [f"/{number:03}" for number in range(24)]


def test_close_waits_for_the_servers_own_statements_and_is_idempotent(settings: Settings) -> None:
    store = open_store(settings)
    store.migrate()
    begun, answers = threading.Event(), []

    def slow() -> None:
        begun.set()
        answers.append(store.query("SELECT sleep(0.5), 7").rows)

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait()
    while thread.is_alive() and not store._own._lent:
        time.sleep(0.001)
    store.close()
    store.close()
    thread.join()
    assert answers == [[(0, 7)]]
    with pytest.raises(StoreError, match="closed"):
        store.query("SELECT 1")
    assert not store.ping()


def test_what_was_inserted_is_there_after_opening_again(settings: Settings) -> None:
    for _ in range(2):
        store = open_store(settings)
        store.migrate()
        add(store, "1", (MAY, "/a"), (JUNE, "/b"))
        assert paths(store) == ["/a", "/b"]
        store.close()


def test_detached_parts_are_named(store: Store) -> None:
    add(store, "1", (MAY, "/a"), (JUNE, "/b"))
    assert detached_parts(store) == []
    store.command("ALTER TABLE events DETACH PARTITION 202605")
    (part,) = detached_parts(store)
    assert (part.table, part.partition, part.reason) == ("events", "202605", "")
    assert paths(store) == ["/b"]


def test_ping(store: Store) -> None:
    assert store.ping()


def test_a_server_that_is_away_is_a_passing_failure(tmp_path: Path, clickhouse: int) -> None:
    store = open_store(Settings(data=tmp_path, store_url="clickhouse://127.0.0.1:1/x"))
    for act in (
        store.migrate,
        lambda: store.query("SELECT 1"),
        lambda: add(store, "1", (MAY, "/")),
    ):
        with pytest.raises(TransientError):
            act()
    assert not store.ping()
    store.close()


def test_a_server_that_refuses_the_password_is_fatal(tmp_path: Path, clickhouse: int) -> None:
    store = open_store(Settings(data=tmp_path, store_url=f"clickhouse://ann:wrong@127.0.0.1:{clickhouse}/x"))
    with pytest.raises(FatalError, match="user or password"):
        store.query("SELECT 1")
    store.close()


def test_whole_days_are_dropped_from_a_table_stored_by_days(store):
    store.command(
        "INSERT INTO recent_rollups (project_id, bucket)"
        " SELECT 1, toDateTime('2026-05-01 12:00:00', 'UTC') + INTERVAL number DAY FROM numbers(4)"
    )
    store.drop_days_before(Table.RECENT_ROLLUPS, 1_777_766_400_000)  # 2026-05-03
    left = store.query("SELECT toString(toDate(bucket)) FROM recent_rollups ORDER BY 1").rows
    assert left == [("2026-05-03",), ("2026-05-04",)]
    store.drop_days_before(Table.RECENT_ROLLUPS, 1_777_766_400_000)
    mutations = "SELECT count() FROM system.mutations WHERE database = currentDatabase() AND table = 'recent_rollups'"
    assert store.query(mutations).scalar == 0


def test_a_statement_in_the_background_holds_up_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, end = threading.Event(), threading.Event()
    query = statements_of_clients.query

    def held(client: Any, sql: str, params: Any = None) -> Any:
        if sql == "SELECT 'long'":
            begun.set()
            assert end.wait(60)
        return query(client, sql, params)

    def long() -> Any:
        with store.background():
            return store.query("SELECT 'long'").scalar

    monkeypatch.setattr(statements_of_clients, "query", held)
    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(long)
        assert begun.wait(60)
        assert store.query("SELECT 1").scalar == 1
        assert not found.done()
        end.set()
        assert found.result(60) == "long"
    assert store.query("SELECT 2").scalar == 2


def test_a_statement_in_the_background_can_be_interrupted(store: Store) -> None:
    def endless() -> Any:
        with store.background():
            return store.query("SELECT sum(sin(number)) FROM numbers(1e13)").scalar

    def running() -> int:
        found: int = store.query("SELECT count() FROM system.processes WHERE query LIKE 'SELECT sum(sin(%'").scalar
        return found

    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(endless)
        assert until(running) == 1
        assert store.query("SELECT 1").scalar == 1
        store.interrupt_background()
        with pytest.raises(QueryCancelledError):
            ended.result(60)
    assert until(lambda: not running())
    with store.background():
        assert store.query("SELECT 2").scalar == 2
