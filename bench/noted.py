"""A store that notes the statements of its readings, so that those of an answer can be run again, each by itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from footfall.store.protocol import Params, Reader, Reading, Rows, Store


@dataclass(frozen=True)
class Statement:
    """What a reading asked; `as_arrow` for columns, else for rows."""

    sql: str
    params: Params | None
    as_arrow: bool

    def run(self, reader: Reader) -> None:
        """As the answer asked it, its result read and thrown away."""
        (reader.arrow if self.as_arrow else reader.query)(self.sql, self.params)

    def plan(self, reader: Reader) -> None:
        reader.query(f"EXPLAIN {self.sql}", self.params)

    def alone(self, reader: Reader) -> dict[str, float]:
        """Run and planned once, nothing beside it: `millis` by the clock, `cpu` and `plan` of processor time."""
        started, spent = time.perf_counter(), time.process_time()
        self.run(reader)
        ended, planned = time.perf_counter(), time.process_time()
        self.plan(reader)
        return {
            "millis": 1000 * (ended - started),
            "cpu": 1000 * (planned - spent),
            "plan": 1000 * (time.process_time() - planned),
        }


class NotedStore:
    """A store in every respect; `asked` holds the statements of its readings since `begin`.

    Exact while one answer is computed at a time. Statements of the store's own, as those of the drain, are not noted.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked: list[Statement] = []

    def begin(self) -> None:
        """An answer begins."""
        self.asked = []

    def reading(self, project: int) -> Reading:
        return _NotedReading(self.store.reading(project), self.asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class _NotedReading:
    """Implements `Reading`. Its statements are noted as they begin, on any thread."""

    def __init__(self, reading: Reading, asked: list[Statement]) -> None:
        self._reading = reading
        self._asked = asked

    def query(self, sql: str, params: Params | None = None) -> Rows:
        self._asked.append(Statement(sql, params, as_arrow=False))
        return self._reading.query(sql, params)

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        self._asked.append(Statement(sql, params, as_arrow=True))
        return self._reading.arrow(sql, params)

    def cancel(self) -> None:
        self._reading.cancel()
