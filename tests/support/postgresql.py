"""Debian's PostgreSQL, on a Unix socket, with a cluster of its own."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from tests.support.nginx import installed

_VERSIONS = Path("/usr/lib/postgresql")
_MIGRATED = "migrated"
_numbers = itertools.count(1)


class PostgreSQL:
    """Databases with Footfall's schema, copied from one that was migrated."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://footfall@/{database}?host={self._root}"

    def empty(self, template: str = "template0") -> str:
        """The URL of a database that nothing else uses."""
        name = f"t{next(_numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def migrated(self) -> str:
        """The same, with the schema of today."""
        from footfall.meta.database import Database  # noqa: PLC0415 - here, so that starting a server needs none of it

        with self._admin.connect() as connection:
            found = connection.execute(
                text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": _MIGRATED}
            ).scalar()
        if not found:
            self._run(f"CREATE DATABASE {_MIGRATED}")
            made = Database(self.url(_MIGRATED))
            made.migrate()
            made.close()
        return self.empty(_MIGRATED)

    def end_connections(self) -> None:
        """As a restart does."""
        self._run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 't%'")

    def close(self) -> None:
        self._admin.dispose()

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A server, gone afterwards with all that it kept."""
    installed(_VERSIONS)
    programs = max(_VERSIONS.iterdir(), key=lambda path: float(path.name)) / "bin"
    root = Path(tempfile.mkdtemp(prefix="footfall-pg-"))  # a socket's path may have 107 characters
    user = _unprivileged(root)
    made = [programs / "initdb", "-D", root / "data", "-U", "footfall", "-A", "trust", "--no-sync", "--locale=C.UTF-8"]
    subprocess.run(made, user=user, check=True, capture_output=True)  # noqa: S603 - Debian's program
    options = f"-c unix_socket_directories={root} -c listen_addresses= -c fsync=off -c max_connections=200"
    control = [programs / "pg_ctl", "-D", root / "data", "-l", root / "log", "-o", options, "-w"]
    subprocess.run([*control, "start"], user=user, check=True, capture_output=True)  # noqa: S603 - as above
    server = PostgreSQL(root)
    try:
        yield server
    finally:
        server.close()
        subprocess.run([*control, "-m", "immediate", "stop"], user=user, check=True, capture_output=True)  # noqa: S603 - as above
        shutil.rmtree(root)


def _unprivileged(root: Path) -> int | None:
    """PostgreSQL does not run as root: its own user then."""
    if os.getuid() != 0:
        return None
    user = pwd.getpwnam("postgres").pw_uid
    os.chown(root, user, -1)
    return user
