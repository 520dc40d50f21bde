from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from footfall.errors import FatalError, TransientError
from footfall.meta import Meta, database, open_meta
from footfall.meta.tables import Base
from footfall.settings import Settings

OPEN = """
import sys
from footfall.clock import system_clock
from footfall.meta import open_meta
from footfall.settings import Settings
sys.stdin.readline()
open_meta(Settings(data=sys.argv[1]), system_clock).create_project(sys.argv[2])
"""


def test_migrations_make_the_tables_that_the_models_describe(meta):
    with meta.database.read() as session:
        assert compare_metadata(MigrationContext.configure(session.connection()), Base.metadata) == []


def test_schema_constant_is_the_newest_revision():
    config = Config()
    config.set_main_option("script_location", database.__file__.replace("database.py", "alembic"))
    script = ScriptDirectory.from_config(config)
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert script.get_heads() == [database.SCHEMA]
    assert revisions == sorted(revisions, reverse=True)
    assert all(len(revision) == 4 and revision.isdigit() for revision in revisions)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_database_is_durable_and_overwrites_what_is_deleted(meta):
    with meta.database.read() as session:
        connection = session.connection()
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    assert found == ["wal", 2, 1, 1]


def test_newer_database_is_refused(meta, settings, clock):
    """As one of a version that recorded nothing, or of one whose tables this code can't use."""
    with meta.database.write() as session:
        session.execute(text("DELETE FROM installation WHERE key = 'schema.oldest'"))
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(FatalError, match="schema 9999"):
        open_meta(settings, clock)


def test_newer_database_that_says_so_is_used(meta, settings, clock):
    """As a newer version leaves it that has only added something."""
    with meta.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.execute(text("ALTER TABLE projects ADD COLUMN added VARCHAR NOT NULL DEFAULT ''"))
    opened = open_meta(settings, clock)
    opened.create_project("beside")
    opened.close()
    with meta.database.write() as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        newer = {"key": "schema.oldest", "value": b"9998"}
        session.execute(text("UPDATE installation SET value = :value WHERE key = :key"), newer)
    with pytest.raises(FatalError, match="schema 9999"):
        open_meta(settings, clock)


def test_revisions_since_the_oldest_only_add(tmp_path):
    """Or `database.OLDEST` would let older versions work with what they do not know."""
    engine = create_engine(f"sqlite:///{tmp_path / 'meta.db'}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", database.__file__.replace("database.py", "alembic"))
        config.attributes["connection"] = connection
        command.upgrade(config, database.OLDEST)
        before = described(connection)
        command.upgrade(config, "head")
        after = described(connection)
    engine.dispose()
    for table, columns in before.items():
        assert columns.items() <= after[table].items(), table
        added = {name: of for name, of in after[table].items() if name not in columns}
        assert all(nullable or default is not None for _, nullable, default in added.values()), (table, added)


def described(connection: Connection) -> dict[str, dict[str, tuple[str, bool, str | None]]]:
    """Tables, and type, nullability and default of their columns."""
    found = inspect(connection)
    return {
        table: {one["name"]: (str(one["type"]), one["nullable"], one["default"]) for one in found.get_columns(table)}
        for table in found.get_table_names()
    }


def test_file_that_is_no_database_is_refused(tmp_path, clock):
    (tmp_path / "meta.db").write_bytes(b"not a database" * 100)
    with pytest.raises(FatalError, match="not a database"):
        open_meta(Settings(data=tmp_path), clock)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "'nonsense' does not begin an SQLAlchemy URL"),
        ("mysql://me:secret@db/meta", "'mysql' is neither 'sqlite' nor 'postgresql'"),
        ("postgresql+nosuch://me:secret@db/meta", "'postgresql\\+nosuch' does not begin an SQLAlchemy URL"),
    ],
)
def test_bad_url_is_refused(tmp_path, clock, url, message):
    with pytest.raises(FatalError, match=message):
        open_meta(Settings(data=tmp_path, meta_url=url), clock)


def test_url_wins_over_the_data_directory(tmp_path, clock):
    opened = open_meta(Settings(data=tmp_path / "data", meta_url=f"sqlite:///{tmp_path}/other.db"), clock)
    opened.close()
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "data").exists()


def test_data_directory_that_cannot_be_made_is_named(tmp_path, clock):
    (tmp_path / "file").touch()
    with pytest.raises(FatalError, match="file"):
        open_meta(Settings(data=tmp_path / "file" / "data"), clock)


def test_write_that_raises_leaves_nothing(meta):
    def fail() -> None:
        with meta.database.write() as session:
            session.execute(text("INSERT INTO installation VALUES ('a', :value)"), {"value": b"1"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with meta.database.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM installation WHERE key = 'a'").scalar() == 0


def test_locked_database_is_transient(meta, settings, clock, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_MS", 1)
    impatient = Meta(database.Database(settings.meta_url or database.sqlite_url(settings.data / "meta.db")), clock)
    with meta.database.write(), pytest.raises(TransientError):
        impatient.create_project("shop")
    impatient.close()
    assert meta.projects() == []


@pytest.mark.slow
def test_processes_that_open_at_once_migrate_once(tmp_path, clock):
    names = ["one", "two", "three", "four"]
    openers = [
        subprocess.Popen([sys.executable, "-c", OPEN, str(tmp_path / "data"), name], stdin=subprocess.PIPE)  # noqa: S603
        for name in names
    ]
    for opener in openers:
        opener.stdin.write(b"\n")
        opener.stdin.flush()
    for opener in openers:
        opener.communicate()
        assert opener.returncode == 0
    opened = open_meta(Settings(data=tmp_path / "data"), clock)
    assert {project.slug for project in opened.projects()} == set(names)
    opened.close()


def test_threads_that_open_at_once_migrate_once(tmp_path, clock, postgresql_server):
    def make(where_and_name: tuple[Settings, str]) -> None:
        opened = open_meta(where_and_name[0], clock)
        opened.create_project(where_and_name[1])
        opened.close()

    places = [Settings(data=tmp_path / str(turn)) for turn in range(4)] + [Settings(meta_url=postgresql_server.empty())]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, [(place, f"p{n}") for place in places for n in range(8)]))
    for place in places:
        opened = open_meta(place, clock)
        assert len(opened.projects()) == 8
        opened.close()


def test_what_a_write_session_reads_can_not_change_before_it_writes(meta):
    """A count that is read, raised and written back by eight threads: none is lost, whatever the database."""
    with meta.database.write() as session:
        session.execute(text("INSERT INTO installation VALUES ('count', :value)"), {"value": b"0"})

    def count(_: int) -> None:
        with meta.database.write() as session:
            found = bytes(session.execute(text("SELECT value FROM installation WHERE key = 'count'")).scalar_one())
            raised = {"value": str(int(found) + 1).encode()}
            session.execute(text("UPDATE installation SET value = :value WHERE key = 'count'"), raised)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    with meta.database.read() as session:
        found = session.execute(text("SELECT value FROM installation WHERE key = 'count'")).scalar_one()
    assert bytes(found) == b"40"


def test_a_server_that_is_not_there_is_named(tmp_path, clock):
    with pytest.raises(FatalError, match="metadata database can't be opened"):
        open_meta(Settings(meta_url=f"postgresql+psycopg://footfall@/none?host={tmp_path}"), clock)


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_a_server_that_ends_the_connections_is_met_again(meta, postgresql_server):
    meta.create_project("shop")
    postgresql_server.end_connections()
    assert [project.slug for project in meta.projects()] == ["shop"]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_second_opening_in_a_process_does_not_drop_the_locks_of_the_first(meta, settings, clock):
    meta.create_project("first")
    second = open_meta(settings, clock)
    second.create_project("second")
    second.close()
    subprocess.run([sys.executable, "-c", OPEN, str(settings.data), "third"], input=b"\n", check=True)  # noqa: S603 - constant
    assert [project.slug for project in meta.projects()] == ["first", "second", "third"]
    assert (settings.data / "meta.db-wal").exists()  # the other process was not the last one to leave
