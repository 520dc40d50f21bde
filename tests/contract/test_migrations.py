"""What each migration makes of a store that was filled before it, wherever it was killed on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from footfall.errors import StoreError
from footfall.settings import Settings
from footfall.store.clickhouse import migrate as migrate_module
from footfall.store.clickhouse import open_store
from footfall.store.clickhouse.migrate import (
    Migration,
    migrate,
    migrations,
    newest_migration,
    statements,
    tables,
    whole_schema,
)
from footfall.store.protocol import Store
from support.populate import EVENT, arrow, at, insert, name_sessions, session_rows

pytestmark = pytest.mark.embedded

BASE = migrations()[:1]


@pytest.fixture
def store(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store as the first migration made it, on either engine."""
    opened = open_store(settings)
    with monkeypatch.context() as first:
        first.setattr(migrate_module, "migrations", lambda: BASE)
        opened.migrate()
    yield opened
    opened.close()


def up_to(number: int) -> list[Migration]:
    return [migration for migration in migrations() if migration.number <= number]


def events(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    made = [{**EVENT, "id_lo": number, "timestamp": at(row.pop("at"))} | row for number, row in enumerate(rows, 1)]
    name_sessions(made)
    for row in made:
        del row["timezone"]  # which a later migration adds
    return made


def fill(store: Store, rows: list[dict[str, Any]], sign: int = 1, version: int = 1) -> None:
    """Sessions as they were before they had a referrer."""
    insert(store, "sessions", early_sessions(rows, sign, version))


def early_sessions(rows: list[dict[str, Any]], sign: int = 1, version: int = 1) -> list[dict[str, Any]]:
    """Sessions without the columns that only later migrations add."""
    later = {"referrer", "region", "city", "language", "timezone", "screen", "varies", "variants", "flow", "earned"}
    sessions = session_rows([row | {"timezone": ""} for row in rows], sign, version)
    return [{name: session[name] for name in session if name not in later} for session in sessions]


# 2: sessions get the referrer of their first event.

VISITS = [
    {"visitor": 1, "at": "2026-03-01T10:05:00Z", "referrer": "https://late.example/"},
    {"visitor": 1, "at": "2026-03-01T10:00:00Z", "referrer": "https://first.example/a?b='c'\\"},
    {"visitor": 1, "at": "2026-03-01T12:00:00Z", "referrer": "https://again.example/"},
    {"visitor": 2, "at": "2026-03-31T23:50:00Z", "referrer": ""},
    {"visitor": 2, "at": "2026-04-01T00:10:00Z", "referrer": "https://within.example/"},
    {"visitor": 3, "at": "2026-04-02T10:00:00Z", "referrer": "https://tie.example/1", "id_lo": 70},
    {"visitor": 3, "at": "2026-04-02T10:00:00Z", "referrer": "https://tie.example/0", "id_lo": 69},
    {"visitor": 4, "at": "2026-04-02T10:00:00Z", "referrer": "https://one.example/", "session_id": "s", "session": 44},
    {"visitor": 4, "at": "2026-04-02T10:00:00Z", "referrer": "https://two.example/", "session": 44, "project_id": 2},
]
REFERRERS = [
    (1, 1, "https://again.example/"),
    (1, 1, "https://first.example/a?b='c'\\"),
    (1, 2, ""),
    (1, 3, "https://tie.example/0"),
    (1, 4, "https://one.example/"),
    (2, 4, "https://two.example/"),
]


def visits() -> list[dict[str, Any]]:
    return events(*(dict(row) for row in VISITS))


def referrers(store: Store) -> list[tuple[Any, ...]]:
    """Project, visitor and referrer of the sessions that stand, as readers see them."""
    sql = "SELECT project_id, visitor, referrer FROM sessions GROUP BY ALL HAVING sum(sign) > 0 ORDER BY ALL"
    return list(store.query(sql).rows)


def filled_before(store: Store) -> None:
    """Sessions that are known whole, one of them after a change: its first version is cancelled."""
    rows = visits()
    insert(store, "events", rows)
    grown = [row for row in rows if row["visitor"] == 1]
    store.command("SYSTEM STOP MERGES sessions")
    fill(store, grown[:1], version=1)
    fill(store, grown[:1], sign=-1, version=1)
    fill(store, rows, version=2)


def test_sessions_get_the_referrer_of_their_first_event(store: Store) -> None:
    filled_before(store)
    store.command("SYSTEM START MERGES sessions")
    migrate(store, known=up_to(2))
    assert referrers(store) == REFERRERS
    # What cancels and what it cancels are alike in every column.
    assert store.query("SELECT count() FROM sessions GROUP BY session, referrer HAVING sum(sign) < 0").rows == []
    store.command("OPTIMIZE TABLE sessions FINAL")
    assert referrers(store) == REFERRERS
    assert ("first_referrers",) not in store.query("SHOW TABLES").rows


def test_sessions_of_requests_have_no_referrer(store: Store) -> None:
    filled_before(store)
    store.command("SYSTEM START MERGES sessions")
    insert(store, "sessions", [session | {"source_table": "requests"} for session in early_sessions(visits())])
    migrate(store, known=up_to(2))
    assert store.query("SELECT DISTINCT referrer FROM sessions WHERE source_table = 'requests'").rows == [("",)]


@pytest.mark.parametrize("done", range(len(statements(migrations()[1].sql)) + 1))
def test_a_back_fill_that_was_killed_is_begun_again(store: Store, done: int) -> None:
    filled_before(store)
    store.command("SYSTEM START MERGES sessions")
    second = up_to(2)[1]
    cut = ";".join([*statements(second.sql)[:done], "SELECT killed"])
    with pytest.raises(StoreError):
        migrate(store, known=[*BASE, Migration(second.number, second.name, cut)])
    migrate(store, known=up_to(2))
    assert referrers(store) == REFERRERS


def test_what_a_killed_creation_left_is_removed(store: Store) -> None:
    for name in ("_tmp_replace_95d48d5052f132bc_afyvwgvrd62fde77", "_tmp_replaced", "mine"):
        store.command(f"CREATE TABLE {name} (n UInt8) ENGINE = Memory")
    migrate(store, known=up_to(2))
    tables = {name for (name,) in store.query("SHOW TABLES").rows}
    assert tables == {"events", "requests", "sessions", "schema_migrations", "_tmp_replaced", "mine"}


def test_a_mutation_that_was_killed_goes_on_beside_the_new_one(store: Store) -> None:
    filled_before(store)  # merges are stopped, so that the mutation is recorded and does nothing
    *before, update, _ = statements(up_to(2)[1].sql)
    database = store.query("SELECT currentDatabase()").scalar
    for statement in before:
        store.command(statement)
    store.command(f"{update}, mutations_sync = 0", {"database": database})
    assert store.query("SELECT is_done FROM system.mutations WHERE database = currentDatabase()").rows == [(0,)]
    store.command("SYSTEM START MERGES sessions")
    migrate(store, known=up_to(2))
    assert referrers(store) == REFERRERS


# 3: a visitor is found by an index, in rows of before too.

VISITOR = "SELECT id_lo, session FROM events WHERE project_id = 1 AND visitor = 500 ORDER BY timestamp"


def chosen(store: Store) -> tuple[int, int]:
    """Granules that the index leaves of those it is asked about, to find a visitor."""
    lines = [line.strip() for (line,) in store.query(f"EXPLAIN indexes = 1 {VISITOR}").rows]
    (found,) = [line for line in lines[lines.index("Name: visitor_key") :] if line.startswith("Granules: ")][:1]
    left, _, asked = found.removeprefix("Granules: ").partition("/")
    return int(left), int(asked)


def test_a_visitor_is_found_by_an_index(store: Store) -> None:
    store.command("""
        INSERT INTO events (project_id, timestamp, id_lo, visitor, session, event_type)
        SELECT 1, toDateTime64('2026-05-01', 3, 'UTC') + number, number, intDiv(number, 100), 1, 'pageview'
        FROM numbers(100000)""")
    migrate(store, known=up_to(3))
    assert chosen(store) == (1, 13)  # 8,192 rows each, hundred of the visitor's in the sixth
    # Events that moved to another session wait beside the rows until they are merged in.
    store.command("UPDATE events SET session = 2 WHERE project_id = 1 AND id_lo IN (50003, 50004, 7)")
    expected = [(number, 2 if number in {50003, 50004} else 1) for number in range(50000, 50100)]
    assert store.query(VISITOR).rows == expected
    store.command("OPTIMIZE TABLE events FINAL")
    assert store.query(VISITOR).rows == expected
    assert chosen(store) == (1, 13)


# 4: events have coordinates; those of before, and of plans of before, have none.


def test_coordinates_are_unknown_where_nothing_brought_them(store: Store) -> None:
    migrate(store, known=up_to(3))
    insert(store, "events", events({"visitor": 1, "at": "2026-03-01T10:00:00Z"}))
    migrate(store, known=up_to(4))
    insert(store, "events", events({"visitor": 2, "at": "2026-03-01T10:00:00Z"}))
    here = {"latitude": 0.0, "longitude": -78.4559}
    insert(store, "events", events({"visitor": 3, "at": "2026-03-01T10:00:00Z", **here}))
    points = "SELECT visitor, isNaN(latitude), isNaN(longitude) FROM events ORDER BY visitor"
    assert store.query(points).rows == [(1, 1, 1), (2, 1, 1), (3, 0, 0)]
    store.command("OPTIMIZE TABLE events FINAL")
    assert store.query(points).rows == [(1, 1, 1), (2, 1, 1), (3, 0, 0)]
    (point,) = store.query("SELECT round(latitude, 4), round(longitude, 4) FROM events WHERE visitor = 3").rows
    assert tuple(round(value, 4) for value in point) == (0.0, -78.4559)


def test_the_columns_say_what_nan_means(store: Store) -> None:
    migrate(store, known=up_to(4))
    sql = """
        SELECT name, type FROM system.columns
        WHERE database = currentDatabase() AND table = 'events' AND comment LIKE '%NaN: unknown'"""
    assert store.query(sql).rows == [("latitude", "Float32"), ("longitude", "Float32")]


# 10: proxy logs have a table of that name.


TOKEN = "5:traffic"  # noqa: S105 - of an insert


def log(domain: str, count: int) -> dict[str, Any]:
    return {"project_id": 1, "timestamp": at("2026-03-01T10:00:00Z"), "domain": domain, "count": count, "batch": 5}


def logs(store: Store) -> list[tuple[Any, ...]]:
    return list(store.query("SELECT domain, sum(count) FROM proxy_logs GROUP BY domain ORDER BY domain").rows)


def test_proxy_logs_stay_when_their_table_is_renamed(store: Store) -> None:
    migrate(store, known=up_to(9))
    frame = arrow([log("a.example", 2), log("b.example", 3)])
    store.insert("traffic", frame, token=TOKEN)
    migrate(store, known=up_to(10))
    store.insert("proxy_logs", frame, token=TOKEN)  # as a plan does whose first attempt has arrived
    assert logs(store) == [("a.example", 2), ("b.example", 3)]
    assert ("traffic",) not in store.query("SHOW TABLES").rows


def test_a_renaming_that_was_killed_is_begun_again(store: Store) -> None:
    migrate(store, known=up_to(9))
    insert(store, "traffic", [log("a.example", 2)])
    tenth = up_to(10)[-1]
    with pytest.raises(StoreError):
        migrate(store, known=[*up_to(9), Migration(tenth.number, tenth.name, f"{tenth.sql}; SELECT killed")])
    assert logs(store) == [("a.example", 2)]
    migrate(store, known=up_to(10))
    assert logs(store) == [("a.example", 2)]


def test_cells_of_earlier_versions_are_dropped_and_queries_read_facts(store: Store) -> None:
    """Those counted other sessions. `touched` may stay: a mark makes no cell valid."""
    migrate(store, known=up_to(14))
    store.command(
        "INSERT INTO rolled_up (project_id, source, grain, bucket, until, zone, rollups, stamp, version)"
        " VALUES (1, 'events', 'day', '2026-05-01', '2026-05-02', 'UTC', ['events', 'sessions', 'pages'], 7, 7)"
    )
    store.command("INSERT INTO rollups (project_id, rollup, grain, bucket) VALUES (1, 'events', 'day', '2026-05-01')")
    store.command("INSERT INTO touched (project_id, source, hour, stamp) VALUES (1, 'events', '2026-05-01', 8)")
    migrate(store, known=up_to(15))
    counts = [store.query(f"SELECT count() FROM {table}").scalar for table in ("rollups", "rolled_up", "touched")]  # noqa: S608 - constants
    assert counts == [0, 0, 1]
    assert store.facts.rolled_up_until() == ({}, 8)


def definitions(store: Store) -> dict[str, str]:
    sql = """SELECT name, replaceOne(create_table_query, concat(database, '.'), '') FROM system.tables
        WHERE database = currentDatabase() AND name != 'schema_migrations'"""
    return dict(store.query(sql).rows)


def test_a_new_store_is_made_as_all_migrations_leave_it(settings: Settings, store: Store) -> None:
    assert whole_schema().number == newest_migration(), "run `python -m tools.schema`"
    store.migrate()  # of which the first has been applied
    elsewhere = {"data": settings.data.with_name("new"), "store_url": f"{settings.store_url}_new"}
    new = open_store(settings.model_copy(update=elsewhere))
    new.migrate()
    assert definitions(new).keys() == tables()
    assert definitions(new) == definitions(store), "run `python -m tools.schema`"
    applied = "SELECT number, name FROM schema_migrations ORDER BY number"
    assert new.query(applied).rows == store.query(applied).rows
    store.command(f"DROP DATABASE {new.query('SELECT currentDatabase()').scalar}")
    new.close()


def test_a_first_start_that_was_interrupted_is_begun_anew(settings: Settings) -> None:
    """Whatever version began it: what it left may be tables of another layout."""
    store = open_store(settings)
    store.migrate()
    whole = definitions(store)
    store.command("TRUNCATE TABLE schema_migrations")
    store.command("ALTER TABLE events DROP COLUMN title")
    store.command("RENAME TABLE proxy_logs TO traffic")
    store.command("CREATE TABLE mine (x Int8) ENGINE = MergeTree ORDER BY x")
    store.migrate()
    assert definitions(store) == whole | {"mine": definitions(store)["mine"]}
    store.close()


def test_a_store_with_rows_is_not_new_whatever_has_become_of_its_list(settings: Settings) -> None:
    store = open_store(settings)
    store.migrate()
    store.command("INSERT INTO requests (project_id) VALUES (1)")
    store.command("TRUNCATE TABLE schema_migrations")
    with pytest.raises(StoreError):
        store.migrate()  # step by step, which does not go with the tables that are there
    assert store.query("SELECT count() FROM requests").scalar == 1
    store.close()
