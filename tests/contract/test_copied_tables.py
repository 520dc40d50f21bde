"""Most tests work on copies of migrated tables: `template` in tests/conftest.py."""

from __future__ import annotations

import re

from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.protocol import Store


def test_copies_of_the_tables_are_what_migrations_make(store: Store, store_settings: Settings) -> None:
    before, name, after = store_settings.store_url.rpartition(_database(store))
    changed = {"store_url": f"{before}{name}_migrated{after}", "data": store_settings.data / "migrated"}
    migrated = open_store(store_settings.model_copy(update=changed))
    migrated.migrate()
    assert _made(store) == _made(migrated)
    front = _database(migrated)
    for shard in migrated.shards:
        for database in dict.fromkeys((front, _database(shard))):  # statements are made in the last one
            shard.command(f"DROP DATABASE {database}")
    migrated.close()


def _made(store: Store) -> list[dict[str, str]]:
    """Of the store and of each shard, the statements that make the tables, without the names of the databases."""
    sql = "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase()"
    names = re.compile(rf"\b{_database(store)}(_local)?\b")
    return [{name: names.sub("", text) for name, text in one.query(sql).rows} for one in (store, *store.shards)]


def _database(store: Store) -> str:
    return str(store.query("SELECT currentDatabase()").scalar)
