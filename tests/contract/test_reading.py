"""What store/protocol.py says of readings, on the embedded engine and through HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from footfall.errors import FootfallError, QueryCancelledError, StoreError, UserError
from footfall.settings import Settings
from footfall.store.clickhouse import client, open_store
from footfall.store.clickhouse.client import ClickHouse
from footfall.store.clickhouse.reading import CLIENTS
from footfall.store.protocol import Reading, Store

pytestmark = pytest.mark.embedded

ENDLESS = "SELECT sum(sin(number)) FROM numbers(10000000000000)"
ENDLESS_KINDS = [
    ENDLESS,
    "SELECT number, sleepEachRow(1) FROM numbers(100) SETTINGS max_block_size = 1",
    f"WITH ({ENDLESS}) AS found SELECT found",
    f"SELECT 1 WHERE 1 IN ({ENDLESS})",
    "SELECT count() FROM numbers_mt(10000000000000) WHERE sipHash64(number) = {n:UInt64}",
]
_RUNNING = """
SELECT count() FROM system.processes
WHERE startsWith(Settings['log_comment'], 'footfall ') AND current_database = currentDatabase()
"""


@contextmanager
def opened(settings: Settings, **changes: Any) -> Iterator[ClickHouse]:
    store = open_store(settings.model_copy(update={"query_seconds": 240, **changes}))
    assert isinstance(store, ClickHouse)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def store(settings: Settings) -> Iterator[ClickHouse]:
    with opened(settings) as found:
        yield found


class Asked(threading.Thread):
    """A question on a thread of its own, and how it ended."""

    def __init__(self, reading: Reading, sql: str = ENDLESS, how: str = "query") -> None:
        super().__init__()
        self.outcome: object = None
        self._ask = lambda: getattr(reading, how)(sql, {"n": 7})
        self.start()

    def run(self) -> None:
        try:
            self.outcome = self._ask()
        except FootfallError as error:
            self.outcome = type(error)

    def end(self) -> object:
        self.join()
        return self.outcome


def running(store: Store) -> int:
    found: int = store.query(_RUNNING).scalar
    return found


def until(holds: Callable[[], bool]) -> None:
    """The test's own limit of time ends what never holds."""
    while not holds():
        time.sleep(0.005)


@pytest.mark.parametrize("how", ["query", "arrow"])
def test_a_query_past_its_time_names_the_limit(settings: Settings, how: str) -> None:
    with opened(settings, query_seconds=0.2) as store:
        reading = store.reading(1)
        with pytest.raises(UserError, match="limit of time; reduce range or filter") as caught:
            getattr(reading, how)("SELECT sleep(3)")
        assert caught.value.code == "query_limit"
        assert reading.query("SELECT 7").scalar == 7
        assert store.query("SELECT sleep(0.3)").scalar == 0, "what the server asks itself has all the time"


@pytest.mark.parametrize("how", ["query", "arrow"])
def test_nothing_of_a_broken_answer_is_in_the_next(store: ClickHouse, how: str) -> None:
    """The rows before the one that fails are written when it does."""
    broken = "SELECT number, throwIf(number = 5) FROM numbers(9) SETTINGS max_block_size = 1"
    for reader in (store, store.reading(1)):
        with pytest.raises(StoreError):
            getattr(reader, how)(broken)
        assert reader.query("SELECT 7").rows == [(7,)]
        assert reader.query("SELECT 8").rows == [(8,)]


@pytest.mark.parametrize("how", ["query", "arrow"])
def test_a_query_past_its_memory_names_the_limit(settings: Settings, how: str) -> None:
    huge = "SELECT length(groupArray(number)) FROM numbers(10000000)"
    with opened(settings, query_memory=10_000_000) as store:
        reading = store.reading(1)
        with pytest.raises(UserError, match="limit of memory; reduce range or filter") as caught:
            getattr(reading, how)(huge)
        assert caught.value.code == "query_limit"
        assert reading.query("SELECT 7").scalar == 7
        assert store.query(huge).scalar == 10_000_000


@pytest.mark.parametrize("how", ["query", "arrow"])
@pytest.mark.parametrize("sql", ENDLESS_KINDS)
def test_cancel_ends_what_runs(store: ClickHouse, sql: str, how: str) -> None:
    reading = store.reading(1)
    asked = Asked(reading, sql, how)
    until(lambda: running(store) == 1)
    reading.cancel()
    assert asked.end() is QueryCancelledError
    assert running(store) == 0


def test_cancel_ends_one_reading_for_good_and_no_other(store: ClickHouse) -> None:
    one, other = store.reading(1), store.reading(1)
    asked = [Asked(one), Asked(one), Asked(other)]
    until(lambda: running(store) == 3)
    one.cancel()
    assert [asked[0].end(), asked[1].end()] == [QueryCancelledError] * 2
    assert asked[2].is_alive()
    assert running(store) == 1
    for how in ("query", "arrow"):
        assert Asked(one, "SELECT 1", how).end() is QueryCancelledError
    other.cancel()
    other.cancel()
    assert asked[2].end() is QueryCancelledError
    assert store.reading(1).query("SELECT 7").rows == [(7,)]


def test_cancel_comes_never_too_early(store: ClickHouse) -> None:
    for pause in range(50):
        reading = store.reading(1)
        asked = Asked(reading)
        time.sleep(pause / 10_000)
        reading.cancel()
        assert asked.end() is QueryCancelledError
    assert running(store) == 0


def test_what_waits_for_a_client_never_begins(store: ClickHouse) -> None:
    begun = [store.reading(1) for _ in range(3)]
    asked = [Asked(reading) for reading in begun]
    until(lambda: running(store) == 3)
    late = store.reading(1)
    waiting = Asked(late)
    assert store.reading(2).query("SELECT 7").scalar == 7, "a client is left to other projects"
    late.cancel()
    assert waiting.end() is QueryCancelledError
    assert running(store) == 3
    for reading in begun:
        reading.cancel()
    assert [one.end() for one in asked] == [QueryCancelledError] * 3


def test_statements_of_one_project_at_once_share_the_processors(settings: Settings) -> None:
    share = "SELECT getSetting('max_threads'), getSetting('os_thread_priority')"
    alone, beside = (3, 0), (1, 10)
    with opened(settings, store_threads=3) as store:
        first = store.reading(1)
        assert first.query(share).rows == [alone]
        asked = Asked(first)
        until(lambda: running(store) == 1)
        assert store.reading(1).query(share).rows == [beside]
        assert store.reading(2).query(share).rows == [alone], "another project's"
        assert first.query(share).rows == [alone], "of the same answer"
        first.cancel()
        asked.end()
        readings = [store.reading(project) for project in range(CLIENTS)]
        assert [reading.query(share).rows for reading in readings] == [[alone]] * CLIENTS


def test_questions_never_keep_the_server_waiting(store: ClickHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PING_SECONDS", 0.5)
    readings = [store.reading(project) for project in range(8)]
    asked = [Asked(reading) for reading in readings]
    until(lambda: running(store) == CLIENTS)
    store.command("CREATE TABLE seven (n UInt8) ENGINE = MergeTree ORDER BY n")
    store.command("INSERT INTO seven SELECT 7")
    assert store.query("SELECT n FROM seven").scalar == 7
    assert store.ping()
    for reading in readings:
        reading.cancel()
    assert [one.end() for one in asked] == [QueryCancelledError] * 8


def test_close_ends_what_runs_and_what_waits(settings: Settings) -> None:
    with opened(settings) as store:
        asked = [Asked(store.reading(project)) for project in range(6)]
        until(lambda: running(store) == CLIENTS)
    outcomes = [one.end() for one in asked]
    assert outcomes.count(QueryCancelledError) == CLIENTS
    assert outcomes.count(StoreError) == 6 - CLIENTS
    with pytest.raises(StoreError, match="closed"):
        store.reading(1).query("SELECT 1")


def test_an_answer_is_as_the_store_gives_it(store: ClickHouse) -> None:
    for sql in ("SELECT {n:UInt64} AS n, 'a%s' AS t", "SELECT {n:UInt64} AS n WHERE 0", "SELECT 1 -- the end"):
        reading = store.reading(1)
        assert reading.query(sql, {"n": 7}) == store.query(sql, {"n": 7}), sql
        assert reading.arrow(sql, {"n": 7}) == store.arrow(sql, {"n": 7}), sql


def test_concurrent_queries_of_different_projects_never_mix(settings: Settings) -> None:
    """Clients are lent from one to the other, each with its own parameters and its own answer."""
    sql = "SELECT {project:UInt32}, arrayStringConcat(groupArray({text:String})), count() FROM numbers({rows:UInt32})"
    wrong: list[object] = []

    def ask(store: ClickHouse, project: int) -> None:
        for _ in range(20):
            params = {"project": project, "text": f"<{project}'\\\\>", "rows": project}
            found = store.reading(project).query(sql, params).rows
            if found != [(project, params["text"] * project, project)]:
                wrong.append(found)

    with opened(settings) as store:
        threads = [threading.Thread(target=ask, args=(store, project)) for project in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
