"""Answers about what is derived, kept until that is written: every figure asks for them, and they hardly ever change.

They say which cells of roll-ups there are, and how long sessions last; figures themselves are not kept. Only for a
store that no other process writes to.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Collection
from threading import Lock

from footfall.store.protocol import Params, Rows

KEPT_TABLES = frozenset({"rolled_up", "touched", "longest_sessions"})

_WITH_CELLS = frozenset({"rollups"})
"""Written with `rolled_up` only. A statement that reads both asks what there is; of `rollups` alone, for figures."""

MAX_ROWS = 50_000
"""Of all answers together; one of 1,700 cells takes a megabyte."""

_READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")


class Kept:
    """Answers of statements that read no other tables than `tables`. May be used from any thread."""

    def __init__(self, tables: Collection[str]) -> None:
        self._tables = frozenset(tables)
        self._answers: OrderedDict[str, Rows] = OrderedDict()
        self._writes = 0
        self._lock = Lock()

    def answer(self, sql: str, params: Params | None, ask: Callable[[], Rows]) -> Rows:
        """What `ask` gives, or gave: callers share it, so they must not change it."""
        read = set(_READ.findall(sql))
        if not read & self._tables or read - self._tables - _WITH_CELLS:
            return ask()
        key = f"{sql} {params!r}"
        with self._lock:
            writes = self._writes
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
                return found
        found = ask()
        with self._lock:
            if writes == self._writes:  # else it may be from before that
                self._answers[key] = found
                while sum(1 + len(answer.rows) for answer in self._answers.values()) > MAX_ROWS:
                    self._answers.popitem(last=False)
        return found

    def forget(self, written: str) -> None:
        """After a write, whether or not it succeeded: `written` is the table, or a statement that names it."""
        if any(table in written for table in self._tables):
            self.forget_all()

    def forget_all(self) -> None:
        with self._lock:
            self._writes += 1
            self._answers.clear()
