"""The ends of readings that no engine brings about at will."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from footfall.errors import QueryCancelledError
from footfall.store.clickhouse.pool import Pool
from footfall.store.clickhouse.reading import Readers


class Client:
    """An answer comes after `during`; `kills` are the marks that it was told to end."""

    def __init__(self) -> None:
        self.during: Any = None
        self.kills: list[list[str]] = []
        self.killed = threading.Event()
        self.closed = False

    def set_client_setting(self, name: str, value: str) -> None:
        assert name == "log_comment"
        self.mark = value

    def query(self, sql: str, parameters: dict[str, Any] | None = None) -> SimpleNamespace:
        if sql.startswith("KILL"):
            self.kills.append((parameters or {})["marks"])
            if len(self.kills) < 3:
                raise ConnectionError
            self.killed.set()
        elif self.during:
            self.during()
        return SimpleNamespace(column_names=("n",), result_rows=[(7,)])

    def close(self) -> None:
        self.closed = True


def readers(asked: Client, aside: Client) -> Readers:
    return Readers(lambda: asked, Pool(lambda: aside, size=1), set())  # type: ignore[arg-type, return-value]  # what is called of a client


def test_an_answer_that_comes_after_the_end_is_no_answer() -> None:
    asked = Client()
    reading = readers(asked, Client()).reading(1)
    asked.during = reading.cancel
    with pytest.raises(QueryCancelledError):
        reading.query("SELECT 7")
    assert asked.closed, "what it had left to say would come before the next answer"


def test_an_end_is_asked_for_until_it_comes() -> None:
    aside = Client()
    asked = Client()
    reading = readers(asked, aside).reading(1)

    def wait() -> None:
        reading.cancel()
        aside.killed.wait()

    asked.during = wait
    with pytest.raises(QueryCancelledError):
        reading.query("SELECT 7")
    assert aside.kills[:3] == [[asked.mark]] * 3
