"""Most tests work on copies of migrated tables: `template` in tests/conftest.py."""

from __future__ import annotations

from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.protocol import Store


def test_copies_of_the_tables_are_what_migrations_make(store: Store, store_settings: Settings) -> None:
    changed = {"store_url": f"{store_settings.store_url}_migrated", "data": store_settings.data / "migrated"}
    migrated = open_store(store_settings.model_copy(update=changed))
    migrated.migrate()
    assert _made(store) == _made(migrated)
    migrated.command(f"DROP DATABASE {_database(migrated)}")
    migrated.close()


def _made(store: Store) -> dict[str, str]:
    rows = store.query("SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase()").rows
    return {name: text.replace(f" {_database(store)}.", " ") for name, text in rows}


def _database(store: Store) -> str:
    return str(store.query("SELECT currentDatabase()").scalar)
