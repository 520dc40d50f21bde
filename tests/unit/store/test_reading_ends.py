"""The ends of readings that no engine brings about at will."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from footfall.errors import QueryCancelledError
from footfall.store.clickhouse.kept import Kept
from footfall.store.clickhouse.reading import Readers


class Client:
    """An answer comes after `during`."""

    def __init__(self) -> None:
        self.during: Any = None
        self.closed = False
        self.settings: dict[str, str] = {}

    @property
    def mark(self) -> str:
        return self.settings["log_comment"]

    def get_client_setting(self, name: str) -> str | None:
        return self.settings.get(name)

    def set_client_setting(self, name: str, value: str) -> None:
        self.settings[name] = value

    def query(self, *_: Any, **__: Any) -> SimpleNamespace:
        if self.during:
            self.during()
        return SimpleNamespace(column_names=("n",), result_rows=[(7,)])

    def close(self) -> None:
        self.closed = True


class Killing:
    """Ends what it is told to at the third attempt; `marks` are those of each."""

    def __init__(self) -> None:
        self.marks: list[Sequence[str]] = []
        self.done = threading.Event()

    def __call__(self, marks: Sequence[str]) -> None:
        self.marks.append(marks)
        if len(self.marks) < 3:
            raise ConnectionError
        self.done.set()


def readers(asked: Client, kill: Killing) -> Readers:
    kept = Kept(())
    return Readers(lambda: asked, 1, kill, set(), kept)  # type: ignore[arg-type, return-value]  # what is called of a client


def test_an_answer_that_comes_after_the_end_is_no_answer() -> None:
    asked = Client()
    reading = readers(asked, Killing()).reading(1)
    asked.during = reading.cancel
    with pytest.raises(QueryCancelledError):
        reading.query("SELECT 7")
    assert asked.closed, "what it had left to say would come before the next answer"


def test_an_end_is_asked_for_until_it_comes() -> None:
    kill = Killing()
    asked = Client()
    reading = readers(asked, kill).reading(1)

    def wait() -> None:
        reading.cancel()
        assert kill.done.wait(30)

    asked.during = wait
    with pytest.raises(QueryCancelledError):
        reading.query("SELECT 7")
    assert kill.marks[:3] == [[asked.mark]] * 3


def test_two_statements_of_an_answer_run_at_a_time() -> None:
    asked, go, two = Client(), threading.Event(), threading.Event()
    inside: list[int] = []
    most = 0

    def run() -> None:
        nonlocal most
        inside.append(1)
        most = max(most, len(inside))
        if most == 2:
            two.set()
        assert go.wait(30)
        inside.pop()

    asked.during = run
    reading = readers(asked, Killing()).reading(1)
    with ThreadPoolExecutor(3) as threads:
        found = [threads.submit(reading.query, "SELECT 7") for _ in range(3)]
        assert two.wait(30)
        threading.Event().wait(0.2)  # a third one would have begun
        go.set()
        assert [one.result(30).scalar for one in found] == [7, 7, 7]
    assert most == 2
