from pathlib import Path

import pytest

from footfall.errors import FatalError
from footfall.store.clickhouse.migrate import migrations, replicated, statements


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("", []),
        (" ;; -- nothing\n; /* ; */ ", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;\nSELECT 2;\n", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';' ; SELECT 'it''s;' ; SELECT 'a\\';'", ["SELECT ';'", "SELECT 'it''s;'", "SELECT 'a\\';'"]),
        ('SELECT ";", `;`;x', ['SELECT ";", `;`', "x"]),
        ("SELECT 1 -- it's; done\n+ 2; SELECT 3", ["SELECT 1  \n+ 2", "SELECT 3"]),
        ("SELECT /* ' ; */ 1; SELECT '-- ;'", ["SELECT   1", "SELECT '-- ;'"]),
    ],
)
def test_statements(sql: str, expected: list[str]) -> None:
    assert statements(sql) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "CREATE TABLE IF NOT EXISTS t\n(a Int8)\nENGINE = MergeTree\nORDER BY a",
            (
                "CREATE TABLE IF NOT EXISTS t\n(a Int8)\n"
                "ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/t', '{replica}')\nORDER BY a"
            ),
        ),
        (
            "CREATE TABLE t (s Int8) ENGINE=VersionedCollapsingMergeTree(sign, version) ORDER BY s",
            (
                "CREATE TABLE t (s Int8) ENGINE = ReplicatedVersionedCollapsingMergeTree("
                "'/clickhouse/tables/{shard}/{database}/t', '{replica}', sign, version) ORDER BY s"
            ),
        ),
        (
            "ALTER TABLE t MODIFY SETTING non_replicated_deduplication_window = 7",
            (
                "ALTER TABLE t MODIFY SETTING"
                " replicated_deduplication_window = 7, replicated_deduplication_window_seconds = 604800"
            ),
        ),
        ("DROP TABLE IF EXISTS t", "DROP TABLE IF EXISTS t SYNC"),
        ("DROP TABLE IF EXISTS t SYNC", "DROP TABLE IF EXISTS t SYNC"),
        ("RENAME TABLE IF EXISTS t TO u", "RENAME TABLE IF EXISTS t TO u"),
        ("INSERT INTO t SELECT 'CREATE TABLE x'", "INSERT INTO t SELECT 'CREATE TABLE x'"),
    ],
)
def test_statements_for_tables_with_replicas(statement: str, expected: str) -> None:
    assert replicated(statement) == expected


def test_every_table_of_the_schema_can_have_replicas() -> None:
    for migration in migrations():
        for statement in statements(migration.sql):
            if statement.startswith("CREATE TABLE") and "ENGINE = Join" not in statement:
                text = replicated(statement)
                assert text.count("ENGINE = Replicated") == 1
                assert "non_replicated" not in text


def test_migrations_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("0010_ten.sql", "0002_two.sql", "README.md", "notes.sql"):
        (tmp_path / name).write_text(name)
    assert [(found.number, found.name, found.sql) for found in migrations(tmp_path)] == [
        (2, "two", "0002_two.sql"),
        (10, "ten", "0010_ten.sql"),
    ]
    (tmp_path / "0010_again.sql").touch()
    with pytest.raises(FatalError, match="number 10"):
        migrations(tmp_path)
