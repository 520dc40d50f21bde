from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from footfall.errors import TransientError
from footfall.query.remembering import RememberingReader
from footfall.store.protocol import Rows


class Counting:
    def __init__(self, failures: int = 0) -> None:
        self.asked: list[object] = []
        self.failures = failures

    def query(self, sql, params=None):
        self.asked.append((sql, params))
        if self.failures:
            self.failures -= 1
            raise TransientError("busy")
        return Rows(("n",), [(len(self.asked),)])


def test_the_same_is_asked_once():
    store = Counting()
    reader = RememberingReader(store)
    assert reader.query("SELECT 1", {"a": [1]}) == reader.query("SELECT 1", {"a": [1]})
    assert reader.query("SELECT 1", {"a": [2]}) != reader.query("SELECT 1", {"a": [1]})
    assert len(store.asked) == 2


def test_threads_wait_for_each_other():
    store = Counting()
    reader = RememberingReader(store)
    with ThreadPoolExecutor(8) as threads:
        found = {rows.scalar for rows in threads.map(reader.query, ["SELECT 1"] * 50)}
    assert (found, len(store.asked)) == ({1}, 1)


def test_what_fails_is_asked_again():
    store = Counting(failures=1)
    reader = RememberingReader(store)
    with pytest.raises(TransientError):
        reader.query("SELECT 1")
    assert reader.query("SELECT 1").scalar == 2
