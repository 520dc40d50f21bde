"""Fixtures that every test may use."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
import structlog
from tests.support.clickhouse_node import Node, cluster
from tests.support.postgresql import PostgreSQL, postgresql

from footfall.query.sources import facts
from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.clickhouse.migrate import tables
from footfall.store.protocol import Store

_names = itertools.count(1)

# Without compiled files, each of the processes that tests start compiles the package anew, which takes it a second.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ON_SHARDS = os.environ.get("FOOTFALL_TEST_STORE") == "shards"
_ASK_A_STORE = {"store_settings", "shared_store", "nodes", "own_nodes"}

# No test asserts a duration: another process may hold up an example.
hypothesis.settings.register_profile("footfall", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("footfall")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On shards only what asks their store: anything else would show the same as without them."""
    if ON_SHARDS:
        chosen = [one for one in items if _asks_shards(one)]
        config.hook.pytest_deselected(items=[one for one in items if not _asks_shards(one)])
        items[:] = chosen


def _asks_shards(item: pytest.Item) -> bool:
    asked = _ASK_A_STORE.intersection(getattr(item, "fixturenames", ()))
    return bool(asked) and item.get_closest_marker("embedded") is None


@pytest.fixture(autouse=True)
def log_of_the_test() -> None:
    """The log as no test has left it: commands run in this process configure it, levels that hide lines included.

    Its tracebacks are plain: the renderer's own, with every local variable, take half a minute where a frame holds a
    data frame.
    """
    structlog.reset_defaults()
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])


@pytest.fixture
def by_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells answer where there are any, however few the facts are: those of tests always are."""
    monkeypatch.setattr(facts, "UP_TO_EVENTS", -1)


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
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """The nodes of a cluster of two shards."""
    with cluster(tmp_path_factory.mktemp("cluster"), shards=2) as started:
        yield started


@pytest.fixture(scope="session")
def engine(keeper: tuple[Path, Store]) -> Path:
    """The engine's directory, for `chdb://{engine}?database=…`."""
    return keeper[0]


@pytest.fixture(scope="session")
def template(keeper: tuple[Path, Store], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database without rows. Copies of its tables are made in a tenth of the time of migrations."""
    path, _ = keeper
    settings = Settings(data=tmp_path_factory.mktemp("template"), store_url=f"chdb://{path}?database=template")
    made = open_store(settings)
    made.migrate()
    made.close()
    return "template"


@pytest.fixture(scope="session")
def sharded_template(nodes: list[Node], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same on each of the shards."""
    made = open_store(Settings(data=tmp_path_factory.mktemp("template"), store_url=_cluster(nodes, "template")))
    made.migrate()
    made.close()
    return "template_local"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    with postgresql() as started:
        yield started


@pytest.fixture
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a store of the test's own: its data directory, and a database, dropped afterwards."""
    with _database(request, tmp_path / "data") as settings:
        yield settings


@pytest.fixture
def sharded_settings(nodes: list[Node], tmp_path: Path) -> Iterator[Settings]:
    """The same on two shards."""
    with _on_shards(nodes, tmp_path / "data") as settings:
        yield settings


@pytest.fixture
def store(request: pytest.FixtureRequest, store_settings: Settings) -> Iterator[Store]:
    """A migrated store in a fresh database of the engine."""
    with _migrated(request, store_settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same for all tests of a module, which only read what the module's own fixture puts there."""
    shared = tmp_path_factory.mktemp("shared") / "data"
    with _database(request, shared) as settings, _migrated(request, settings) as opened:
        yield opened


@contextmanager
def _database(request: pytest.FixtureRequest, data: Path) -> Iterator[Settings]:
    """Of the embedded engine or, with FOOTFALL_TEST_STORE=shards, of two shards."""
    if ON_SHARDS:
        with _on_shards(request.getfixturevalue("nodes"), data) as settings:
            yield settings
        return
    path, store = request.getfixturevalue("keeper")
    database = f"t{next(_names)}"
    yield Settings(data=data, store_url=f"chdb://{path}?database={database}")
    store.command(f"DROP DATABASE IF EXISTS {database}")


@contextmanager
def _on_shards(nodes: list[Node], data: Path) -> Iterator[Settings]:
    database = f"t{next(_names)}"
    yield Settings(data=data, store_url=_cluster(nodes, database))
    for node in nodes:
        for name in (database, f"{database}_local"):
            node.command(f"DROP DATABASE IF EXISTS {name} SYNC")


def _cluster(nodes: list[Node], database: str) -> str:
    hosts = ",".join(f"127.0.0.1:{node.http}" for node in nodes)
    return f"clickhouse://{hosts}/{database}?cluster=footfall"


@contextmanager
def _migrated(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Store]:
    if settings.store_url.startswith("chdb:"):
        _, keeper = request.getfixturevalue("keeper")
        _copy_tables(keeper.command, request.getfixturevalue("template"), settings.store_url.rpartition("=")[2])
    else:
        name = settings.store_url.rpartition("/")[2].partition("?")[0]
        for node in request.getfixturevalue("nodes"):
            _copy_tables(node.command, request.getfixturevalue("sharded_template"), f"{name}_local")
    opened = open_store(settings)
    opened.migrate()
    yield opened
    opened.close()


def _copy_tables(command: Callable[[str], object], template: str, database: str) -> None:
    command(f"CREATE DATABASE {database}")
    done = "schema_migrations"
    for table in sorted(tables() | {done}):
        command(f"CREATE TABLE {database}.{table} AS {template}.{table}")
    command(f"INSERT INTO {database}.{done} SELECT * FROM {template}.{done}")  # noqa: S608 -- names of our own
