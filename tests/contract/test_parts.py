"""The number of parts stays bounded, however small the batches are."""

from __future__ import annotations

from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from tests.contract.test_rollups import CHROME, MAY
from tests.support.history_product import Watcher

from footfall.clock import DAY, MINUTE
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.model.raw import EventRows, RawEvent
from footfall.rollups.roller import CLOSED_AFTER, Roller
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.protocol import Store

pytestmark = pytest.mark.embedded

PROJECTS = 200
BATCHES = 200
"""Of a day. They follow without a pause, so the engine has less time to merge than with one a second."""

MAX_PARTS = 30
"""Of a table at any time: each look at a table costs time by the part."""

PARTS = "SELECT table, count() FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table"


class Day:
    """Every project has an event in every batch: of its own visitor, or of one who comes back, now and then late."""

    def __init__(self, store: Store, path: Path) -> None:
        self.now = MAY
        self.most: Counter[str] = Counter()
        self._store = store
        self._spool = MemorySpool(clock=lambda: self.now)
        self._drain = Drain(lambda: [("s", self._spool)], store, Journal(path), Watcher())
        zones = dict.fromkeys(range(1, PROJECTS + 1), "UTC")
        seconds = count(0, 61)  # it looks for cells at every call
        begin = self._drain.begin_cells
        self._roller = Roller(store, lambda: zones, lambda: self.now, begin, lambda: next(seconds), least={})
        self._ids = count(1)

    def batch(self, number: int) -> None:
        self.now = MAY + number * DAY // BATCHES + CLOSED_AFTER
        self._spool.append(
            [Submission(EventRows(one, self.now, [self._event(one, number)])) for one in self._projects()]
        )
        self._drain.drain_once()

    def roll_up(self) -> None:
        while self._roller():
            pass

    def look(self) -> None:
        for table, parts in self._store.query(PARTS).rows:
            self.most[table] = max(self.most[table], parts)

    def _projects(self) -> range:
        return range(1, PROJECTS + 1)

    def _event(self, project: int, number: int) -> RawEvent:
        at = self.now - CLOSED_AFTER - (20 * MINUTE if number % 10 == project % 10 else 0)
        visitor = project * 1000 + number // 5 % 50
        return RawEvent(
            at, 1, next(self._ids), event_type="pageview", visitor=visitor, path=f"/{number % 7}", user_agent=CHROME
        )


@pytest.mark.slow
def test_parts_stay_bounded_over_a_day_of_small_batches(store: Store, tmp_path: Path) -> None:
    day = Day(store, tmp_path / "journal")
    for number in range(BATCHES):
        day.batch(number)
        if number % 20 == 0:
            day.roll_up()
            day.look()
    assert max(day.most.values()) <= MAX_PARTS, day.most


BACK_FILLS = 24
MONTHS = 12
MAX_PARTS_A_MONTH = 10
"""On average. What is left of an older month is merged as readily as a new one."""


@pytest.mark.slow
def test_parts_stay_bounded_when_the_same_months_are_filled_again_and_again(store: Store, tmp_path: Path) -> None:
    spool = MemorySpool(clock=lambda: MAY)
    drain = Drain(lambda: [("s", spool)], store, Journal(tmp_path / "journal"), Watcher())
    most: Counter[str] = Counter()
    for number in range(BACK_FILLS):
        events = [
            RawEvent(MAY - month * 30 * DAY, 1, number * MONTHS + month, visitor=number, user_agent=CHROME)
            for month in range(MONTHS)
        ]
        spool.append([Submission(EventRows(1, MAY, events))])
        drain.drain_once()
        for table, parts in store.query(PARTS).rows:
            most[table] = max(most[table], parts)
    assert max(most.values()) <= MONTHS * MAX_PARTS_A_MONTH, most
