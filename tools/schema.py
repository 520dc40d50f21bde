"""`python -m tools.schema`: write the schema of a new store, which is what all migrations leave.

Run it after each new migration; a test compares the tables that either makes.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.clickhouse.migrate import migrate, migrations, newest_migration

FILE = Path(__file__).parent.parent / "src/footfall/store/clickhouse/migrations/schema.sql"

_HEAD = """\
-- Schema {number}
-- The tables of a new store, as all migrations leave them. Written by `python -m tools.schema`, not by hand.
"""
_DEFINITIONS = """
    SELECT
      formatQuery(replaceOne(create_table_query, concat('CREATE TABLE ', database, '.'), 'CREATE TABLE IF NOT EXISTS '))
    FROM system.tables WHERE database = currentDatabase() AND name != 'schema_migrations' ORDER BY name"""


def main() -> None:
    with TemporaryDirectory() as folder, closing(open_store(Settings(data=Path(folder), store_url=""))) as store:
        store.create_databases()
        known = migrations()
        for count in range(1, len(known) + 1):  # one by one, so that the file itself has no part in it
            migrate(store, known[:count])
        made = [text for (text,) in store.query(_DEFINITIONS).rows]
    head = _HEAD.format(number=newest_migration())
    FILE.write_text(head + "".join(f"\n{text};\n" for text in made), encoding="utf-8")
    typer.echo(FILE)


if __name__ == "__main__":
    main()
