"""A table whose definition is gone is told in a line, and made again over its rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.contract.test_drain import Watcher, check_sessions, event, request, submit

from footfall.clock import system_clock
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import FatalError
from footfall.runtime import doctor as checks
from footfall.settings import Settings
from footfall.spool.memory import MemorySpool
from footfall.store.clickhouse.migrate import tables
from footfall.store.protocol import Store

DEFINITION = """
    SELECT metadata_path, data_paths[1], create_table_query FROM system.tables
    WHERE database = currentDatabase() AND name = {table:String}"""


embedded = pytest.mark.embedded
"""Of tests of the repair, which needs the engine's files: a remote ClickHouse is mended by hand."""


def lose_definition(store: Store, engine: Path, table: str) -> tuple[Path, str]:
    """What is left when the engine starts without the file; returns where the rows are, and the definition."""
    file, rows, definition = store.query(DEFINITION, {"table": table}).rows[0]
    store.command(f"DETACH TABLE {table}")
    (engine / file).unlink()
    return Path(rows), definition


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Events whose sessions changed after they were stored."""
    spool = MemorySpool()
    drain = Drain(lambda: [("s", spool)], store, Journal(tmp_path / "drain"), Watcher())
    for minutes in ((0, 50), (20, 25)):
        submit(spool, *(event(minute) for minute in minutes), request(0))
        drain.drain_once()
    return store


def test_the_schema_is_what_the_migrations_make(shared_store: Store) -> None:
    found = shared_store.query("SELECT name FROM system.tables WHERE database = currentDatabase()").rows
    assert {name for (name,) in found} == tables() | {"schema_migrations"}
    assert shared_store.missing_tables() == set()


def test_a_table_that_is_gone_from_a_shard_is_told(store: Store) -> None:
    store.shards[-1].command("DROP TABLE events SYNC")
    assert store.missing_tables() == {"events"}
    with pytest.raises(FatalError, match="no table events any more"):
        store.migrate()


@embedded
@pytest.mark.parametrize("table", ["events", "sessions"])
def test_a_table_is_made_again_over_its_rows(filled: Store, engine: Path, table: str) -> None:
    _, definition = lose_definition(filled, engine, table)
    with pytest.raises(FatalError, match=f"no table {table} any more.*doctor --repair"):
        filled.migrate()
    assert filled.remake_tables() == set()
    filled.migrate()
    assert filled.query("SELECT count(), uniqExact(session) FROM events").rows == [(4, 1)]
    check_sessions(filled)
    assert filled.query(DEFINITION, {"table": table}).rows[0][2] == definition


@embedded
def test_a_table_whose_rows_are_gone_is_empty_and_roll_ups_are_made_again(filled: Store, engine: Path) -> None:
    for table in ("requests", "rollups"):
        rows, _ = lose_definition(filled, engine, table)
        shutil.rmtree(rows)
    filled.command("INSERT INTO rolled_up (project_id, source, grain) VALUES (1, 'events', 'day')")
    assert filled.remake_tables() == {"requests", "rollups"}
    filled.migrate()
    assert filled.query("SELECT (SELECT count() FROM requests), (SELECT count() FROM rolled_up)").rows == [(0, 0)]


@embedded
def test_doctor_finds_and_repairs_it(filled: Store, store_settings: Settings, engine: Path) -> None:
    lose_definition(filled, engine, "events")
    filled.close()
    (store_settings.data / "clickhouse").mkdir(parents=True)
    (finding,) = checks._store(store_settings, system_clock, False)
    assert "the table events is gone" in finding.says
    assert not finding.repaired
    assert [one.repaired for one in checks._store(store_settings, system_clock, True)] == [True]
    assert list(checks._store(store_settings, system_clock, False)) == []
