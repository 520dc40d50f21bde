"""Fixtures that every test may use."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
import structlog
from tests.support.postgresql import PostgreSQL, postgresql

from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.protocol import Store

_names = itertools.count(1)

# No test asserts a duration: another process may hold up an example.
hypothesis.settings.register_profile("footfall", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("footfall")


@pytest.fixture(autouse=True)
def log_of_the_test() -> None:
    """The log as no test has left it: commands run in this process configure it, levels that hide lines included.

    Its tracebacks are plain: the renderer's own, with every local variable, take half a minute where a frame holds a
    data frame.
    """
    structlog.reset_defaults()
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])


@pytest.fixture(scope="session")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Store]]:
    """The one embedded engine that a process may run, kept open so that it starts once and not for every test."""
    root = tmp_path_factory.mktemp("engine")
    path = root / "clickhouse"
    store = open_store(Settings(data=root, store_url=f"chdb://{path}?database=default"))
    assert store.ping()
    yield path, store
    store.close()


@pytest.fixture(scope="session")
def engine(keeper: tuple[Path, Store]) -> Path:
    """The engine's directory, for `chdb://{engine}?database=…`."""
    return keeper[0]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    with postgresql() as started:
        yield started


@pytest.fixture
def store_settings(keeper: tuple[Path, Store], tmp_path: Path) -> Iterator[Settings]:
    """Settings of a store of the test's own: its data directory, and a database, dropped afterwards."""
    with _database(keeper, tmp_path / "data") as settings:
        yield settings


@pytest.fixture
def store(store_settings: Settings) -> Iterator[Store]:
    """A migrated store in a fresh database of the engine."""
    with _migrated(store_settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_store(keeper: tuple[Path, Store], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same for all tests of a module, which only read what the module's own fixture puts there."""
    with _database(keeper, tmp_path_factory.mktemp("shared") / "data") as settings, _migrated(settings) as opened:
        yield opened


@contextmanager
def _database(keeper: tuple[Path, Store], data: Path) -> Iterator[Settings]:
    path, store = keeper
    database = f"t{next(_names)}"
    yield Settings(data=data, store_url=f"chdb://{path}?database={database}")
    store.command(f"DROP DATABASE IF EXISTS {database}")


@contextmanager
def _migrated(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    opened.migrate()
    yield opened
    opened.close()
