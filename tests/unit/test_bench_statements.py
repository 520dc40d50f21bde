"""What answers ask of the engine: which statements are noted, and how an answer is compared with them."""

from __future__ import annotations

from typing import Any, cast

import pytest
from bench.asking import Answer, Asked
from bench.noted import NotedStore, Statement
from bench.scale import Scale
from bench.statements import COLUMNS, HEAD, _turns, compared, line

from footfall.query.together import both
from footfall.store.protocol import Params, Rows, Store


class Told:
    """A store and its readings, which tell what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Params | None]] = []
        self.cancelled = False

    def reading(self, project: int) -> Told:
        assert project == 7
        return self

    def query(self, sql: str, params: Params | None = None) -> Rows:
        self.asked.append(("query", sql, params))
        return Rows(("n",), [(1,)])

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        self.asked.append(("arrow", sql, params))
        return b"ARROW1"

    def cancel(self) -> None:
        self.cancelled = True

    def ping(self) -> bool:
        return True


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def noted(told: Told) -> NotedStore:
    return NotedStore(cast("Store", told))


def test_a_reading_answers_as_ever_and_is_noted(told: Told, noted: NotedStore) -> None:
    reading = noted.reading(7)
    assert reading.query("SELECT 1", {"p0": 2}).scalar == 1
    assert reading.arrow("SELECT 2") == b"ARROW1"
    assert noted.asked == [
        Statement("SELECT 1", {"p0": 2}, as_arrow=False),
        Statement("SELECT 2", None, as_arrow=True),
    ]
    assert told.asked == [("query", "SELECT 1", {"p0": 2}), ("arrow", "SELECT 2", None)]
    reading.cancel()
    assert told.cancelled


def test_statements_at_once_are_noted(noted: NotedStore) -> None:
    reading = noted.reading(7)
    both(lambda: reading.query("SELECT 1"), lambda: reading.query("SELECT 2"))
    assert sorted(one.sql for one in noted.asked) == ["SELECT 1", "SELECT 2"]


def test_only_statements_of_the_last_answer_are_noted(noted: NotedStore) -> None:
    earlier = noted.reading(7)
    earlier.query("SELECT 1")
    noted.begin()
    noted.reading(7).query("SELECT 2")
    earlier.query("SELECT 3")
    assert [one.sql for one in noted.asked] == ["SELECT 2"]


def test_statements_of_the_store_itself_are_not_noted(told: Told, noted: NotedStore) -> None:
    assert noted.ping()
    cast("Store", noted).query("SELECT 1")
    assert told.asked == [("query", "SELECT 1", None)]
    assert noted.asked == []


@pytest.mark.parametrize(("as_arrow", "method"), [(False, "query"), (True, "arrow")])
def test_a_statement_runs_as_it_was_asked_and_is_planned_apart(told: Told, as_arrow: bool, method: str) -> None:
    found = Statement("SELECT {p0:UInt64}", {"p0": 1}, as_arrow).alone(told)
    assert told.asked == [
        (method, "SELECT {p0:UInt64}", {"p0": 1}),
        ("query", "EXPLAIN SELECT {p0:UInt64}", {"p0": 1}),
    ]
    assert found.keys() == {"millis", "cpu", "plan"}


def statement(millis: float, cpu: float, plan: float) -> dict[str, float]:
    return {"millis": millis, "cpu": cpu, "plan": plan}


def test_an_answer_is_compared_with_its_statements_together() -> None:
    found = compared(60, 88, [statement(20, 30, 10), statement(10, 20, 5), statement(15, 30, 6)], cores=2)
    assert (found["engine_cpu"], found["plan_cpu"], found["asked"]) == (80, 21, 3)
    assert found["cpu_ratio"] == pytest.approx(1.1)
    assert found["limit"] == 40  # both processors are busy until the end
    assert found["distance"] == pytest.approx(1.5)


def test_no_answer_is_sooner_than_its_longest_statement() -> None:
    found = compared(60, 70, [statement(48, 50, 10), statement(5, 10, 5)], cores=2)
    assert found["limit"] == 48
    assert found["distance"] == pytest.approx(1.25)


def test_an_answer_without_statements_has_no_distance() -> None:
    found = compared(2, 1, [], cores=2)
    assert (found["limit"], found["cpu_ratio"], found["distance"]) == (0, None, None)
    assert line("kpis", "7d", found).endswith(" |  |")


def test_every_line_of_the_table_has_all_columns() -> None:
    whole = compared(6_000, 8_800, [statement(20, 30, 10)], cores=2)
    failed = {"error": "500 | out of\nmemory"}
    lines = [*HEAD.splitlines(), line("kpis", "7d", whole), line("kpis", "7d", failed)]
    assert {text.count("|") for text in lines} == {3 + len(COLUMNS)}
    assert "| 6,000 | 8,800 | 1 |" in lines[2]
    assert "| 500 out of memory |" in lines[3]


class Server:
    """Answers in 10 ms; two statements an answer, of which the one `failing`, by its number, can't be run again."""

    visitor = "one"

    def __init__(self, status: int = 200, failing: int = -1) -> None:
        self.log: list[str] = []
        self._status = status
        self._failing = failing
        self._kept = 0

    def rows(self, surface: str) -> int:
        return int(surface == "events")

    def get(self, path: str, params: object) -> Answer:
        del params
        self.log.append(path.rpartition("/")[2])
        return Answer(self._status, 10, 8, b"wrong", "")

    def keep(self) -> list[dict[str, Any]]:
        self._kept += 2
        return [{"number": number, "sql": f"SELECT {number}"} for number in (self._kept - 2, self._kept - 1)]

    def alone(self, number: int) -> dict[str, float]:
        if number == self._failing:
            raise RuntimeError(f"{number}: out of memory")
        self.log.append(str(number))
        return statement(5, 4, 1)


def measured(server: Server, *names: str) -> list[dict[str, Any]]:
    return [cell.result(2) for cell in _turns(cast("Asked", server), Scale(samples=3), "7d", names)]


def test_answers_and_the_statements_of_the_last_that_warms_up_take_turns() -> None:
    server = Server()
    (found,) = measured(server, "kpis")
    assert server.log == ["kpis", "0", "1", "kpis", "2", "3", *["kpis", "2", "3"] * 3]
    assert (found["samples"], found["p50"], found["engine_cpu"], found["limit"]) == (3, 10, 8, 5)
    assert found["statements"] == [{"sql": f"SELECT {n}", "millis": 5, "cpu": 4, "plan": 1} for n in (2, 3)]


def test_a_statement_that_fails_ends_its_own_cell_only() -> None:
    first, second = measured(Server(failing=6), "kpis", "count")
    assert first["samples"] == 3
    assert second == {"samples": 0, "error": "6: out of memory"}


def test_a_refused_answer_is_told() -> None:
    (found,) = measured(Server(status=503), "kpis")
    assert found == {"samples": 0, "error": "503 wrong"}


def test_only_endpoints_with_rows_and_the_range_are_measured() -> None:
    server = Server()
    measured(server, "count", "network", "proxy-traffic")
    assert {text for text in server.log if not text.isdigit()} == {"count"}
