"""The metadata database: opening, migrations, and sessions. Everything specific to an engine is here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import Session

from footfall.errors import FatalError, TransientError

SCHEMA = "0018"
"""The newest revision in meta/alembic/versions. Revisions are four digits that count up."""

OLDEST = "0016"
"""The oldest schema whose code works on `SCHEMA`, too. A revision leaves it alone where it only adds: tables, and
columns that may be null or have a default in the database. One that takes away or renames raises it to its own.

The metadata records it, so that processes of an older version go on, and start again, beside those of a newer one.
"""

_BUSY_MS = 30_000
_BACKENDS = ("sqlite", "postgresql")
_OLDEST_KEY = "schema.oldest"
_LOCK = 0x466F6F74
"""PostgreSQL's advisory lock of whoever writes."""


class Database:
    """Sessions on the metadata database, from any thread.

    A write session takes the write lock when it begins, so what it reads can't change before it writes. Both kinds
    raise TransientError where the database is locked for too long, full, or unreachable.
    """

    def __init__(self, url: str) -> None:
        self._reader = _engine(url)
        self._writer = self._reader.execution_options(footfall_write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with _transient(), Session(self._reader) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, rolled back where the block raises."""
        with _transient(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            session.connection()  # begins the transaction now, not at the first statement
            yield session

    def migrate(self) -> None:
        """Upgrade the schema to `SCHEMA`; a newer one on which this code works is left as it is.

        Raises FatalError where this code is too old for the database.
        """
        with _readable(), self._reader.connect() as connection:
            found = _revision(connection)
        if found is not None and found >= SCHEMA:
            return
        with _readable(), self._writer.begin() as connection:
            _upgrade(connection)
        if found is not None:
            structlog.get_logger("metadata").info("metadata migrated", old=found, new=SCHEMA)

    def schema(self) -> str | None:
        """The revision that the database has; None where it is new."""
        with _readable(), self._reader.connect() as connection:
            return _revision(connection)

    def erase_deleted(self) -> bool:
        """Remove the remains of deleted rows from the files.

        SQLite overwrites a deleted row in its page (`secure_delete`), but the write-ahead log keeps the old page until
        the log is truncated. Returns False where a reader in another process prevents that: call again later. For other
        engines, which have their own means (PostgreSQL: VACUUM), the call does nothing.
        """
        if self._reader.dialect.name != "sqlite":
            return True
        with _transient(), self._reader.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is None:
                return False
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return bool(busy == 0)

    def close(self) -> None:
        self._reader.dispose()


def insert(session: Session, table: Any) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may have an ON CONFLICT, in the dialect of the session's database."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def sqlite_url(path: Path) -> str:
    """The URL of a database file. File and directory are created where missing, accessible to their owner only."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(path, os.R_OK | os.W_OK):
            # Only where the file can't be in use: to close a file drops every lock that this process has on it.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise FatalError(f"FOOTFALL_DATA {str(path.parent)!r} can't be written: {error.strerror}") from error
    return f"sqlite:///{path.resolve()}"


def _engine(url: str) -> Engine:
    scheme = url.partition(":")[0]  # the rest may hold a password
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in _BACKENDS:
            raise FatalError(f"FOOTFALL_META_URL: {scheme!r} is neither {' nor '.join(map(repr, _BACKENDS))}")
        engine = create_engine(parsed, pool_pre_ping=not url.startswith("sqlite"))
    except (ArgumentError, NoSuchModuleError) as error:
        raise FatalError(f"FOOTFALL_META_URL: {scheme!r} does not begin an SQLAlchemy URL") from error
    except ModuleNotFoundError as error:
        raise FatalError(
            f"FOOTFALL_META_URL needs the Python package {error.name!r}, which is not installed"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_elsewhere)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # else the driver begins transactions implicitly
    for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA secure_delete=ON")  # salts must not outlive their deletion


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and locks later fails at once where another one has written in between.
    write = connection.get_execution_options().get("footfall_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _begin_elsewhere(connection: Connection) -> None:
    """One writer at a time, as with SQLite. Writes are few, and callers rely on what they have read."""
    if connection.get_execution_options().get("footfall_write"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_BUSY_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found > SCHEMA and not _works_with(connection):
        raise FatalError(
            f"the metadata has schema {found}, but this version of Footfall supports {SCHEMA}: install a newer version"
        )
    return found


def _works_with(connection: Connection) -> bool:
    """Whether what migrated the database to a newer schema says that this code may use it."""
    wanted = text("SELECT value FROM installation WHERE key = :key")
    oldest: bytes | None = connection.execute(wanted, {"key": _OLDEST_KEY}).scalar()
    return oldest is not None and oldest.decode("ascii") <= SCHEMA


def _upgrade(connection: Connection) -> None:
    found = _revision(connection)
    if found is not None and found >= SCHEMA:  # another process was first
        return
    from alembic import command  # noqa: PLC0415 - takes half a second, which only an upgrade needs
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("alembic")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.execute(text("DELETE FROM installation WHERE key = :key"), {"key": _OLDEST_KEY})
    recorded = text("INSERT INTO installation (key, value) VALUES (:key, :value)")
    connection.execute(recorded, {"key": _OLDEST_KEY, "value": OLDEST.encode("ascii")})


@contextmanager
def _transient() -> Iterator[None]:
    try:
        yield
    except (OperationalError, NoConnectionError) as error:
        raise TransientError("the metadata database is busy or unreachable") from error


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise FatalError(f"the metadata database can't be opened: {error.orig}") from error
