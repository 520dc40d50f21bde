"""`kill -9` at any moment loses nothing that was acknowledged and stores nothing twice."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.fault.breakage import HARMLESS
from tests.fault.derived import Stored
from tests.fault.faults import Faults
from tests.fault.load import SHARED, Book, Load, bodies_of_logs
from tests.fault.taken import Taken
from tests.support.server import Server, until

ROUNDS = int(os.environ.get("FOOTFALL_KILL_ROUNDS", "10"))
"""`make test-long` has a thousand."""

HALF = ROUNDS // 2
"""Rounds in which facts are damaged; in those after them the spool is."""

BROKEN = 0.4
"""How often files are damaged after a kill."""

FAILING = 0.3
"""How often writes fail before a kill, or kill by themselves."""


def check(stored: Stored, book: Book, taken: Taken) -> None:
    """Each acknowledged name once, and none that was never sent. Missing is what damage took, and that is counted."""
    times = Counter(stored.names())
    assert [name for name, count in times.items() if count > 1] == []
    assert book.acknowledged - times.keys() - taken.names - taken.parts == set()
    assert times.keys() - book.sent == set()
    assert taken.wrong == []
    assert times.keys() & (taken.names - taken.partly) == set()
    assert stored.losses() == len(taken.parts - times.keys())
    assert stored.logs.get(SHARED, 0) == bodies_of_logs(times)


@pytest.mark.slow
def test_killed_again_and_again_under_load(tmp_path):
    seed = int(os.environ.get("FOOTFALL_KILL_SEED") or random.randrange(1 << 32))
    print(f"seed {seed}")  # noqa: T201 - to run a failure again
    trial = Trial(tmp_path, seed)
    try:
        for number in range(ROUNDS):
            if number == HALF:
                trial.verify()  # before the spool loses its drained rows, facts that are gone come back from them
            done = trial.start() if number % 4 == 3 else trial.round(number)
            print(f"round {number}: {done}")  # noqa: T201 - as above
        trial.verify()
        print(trial)  # noqa: T201 - as above
        assert trial.book.acknowledged
        trial.lose()
        check(trial.stored, trial.book, trial.taken)
    finally:
        trial.server.close()


class Trial:
    """A server, what it was sent, and what was done to it."""

    def __init__(self, root: Path, seed: int) -> None:
        self.book = Book()
        self.server = Server(root / "data", flush_interval="0.2", batch_events="2000", spool_keep_seconds="86400")
        self.taken = Taken(self.server.data)
        self._faults = Faults(self.server, root)
        self._dice = random.Random(seed)
        self._seed = seed
        self.stored: Stored

    def __str__(self) -> str:
        taken = f"{len(self.taken.names)} rows of the spool and {len(self.taken.parts)} of parts were damaged"
        return f"{len(self.book.acknowledged)} acknowledged, {self._faults.count} faults, {taken}"

    def start(self) -> str:
        """Killed in the middle, also while the last batch is made good."""
        self.server.launch()
        self._wait(0.1, 2.0)
        failing = self._dice.random() < FAILING
        if failing:
            self._fail(1.0)
        self.server.kill()
        return f"killed in a start{', writes fail' * failing}"

    def round(self, number: int) -> str:
        """Load, perhaps faults, a kill, perhaps damage."""
        access = self.server.start().default()
        self.book.resend(access)
        # A spool that is made anew has no drained rows any more: then facts that are gone do not come back.
        costly = "facts" if number < HALF else "spool"
        harmless = self._dice.choice(("plans", *["harmless"] * len(HARMLESS)))
        breakage = self._dice.choice((harmless, costly)) if self._dice.random() < BROKEN else ""
        failing = breakage != "spool" and self._dice.random() < FAILING
        with Load(self.book, self._seed).running(access, f"r{number}"):
            self._wait(0.05, 0.8)
            if failing:
                self._fail(0.5)
            if breakage != "spool":  # else everything is answered, so that what is in the spool is known
                self.server.kill()
        self.server.kill()
        self.taken.note()
        assert self.taken.wrong == []
        return f"{'writes fail, ' * failing}killed{self._damage(breakage)}"

    def verify(self) -> None:
        """Nothing is missing that can be there, and every derived row is as its events say."""
        self.settled()
        check(self.stored, self.book, self.taken)
        assert self.stored.faults(damaged=True)[:5] == []

    def settled(self, tries: int = 4) -> None:
        """Once everything is drained and repaired; after a while, however it is then."""
        for _ in range(tries):
            self.book.resend(self.server.start().default())
            until(self.server.queryable)
            time.sleep(2)
            assert self.server.stop() == 0
            self.taken.note()
            self.stored = Stored(self.server.data)
            missing = self.book.acknowledged - {*self.stored.names()} - self.taken.names
            if not missing and not self.stored.faults(damaged=True):
                break

    def lose(self) -> None:
        """Facts and the spool's drained rows together: sessions go on saying what was."""
        self.taken.damage_spool(self._dice)
        self.taken.remove_facts(self._dice)
        self.settled(tries=2)

    def _damage(self, breakage: str) -> str:
        match breakage:
            case "plans":
                self.taken.damage_plans()
                return ", plans"
            case "harmless":
                chosen = self._dice.choice(HARMLESS)
                chosen(self.server.data, self._dice)
                return f", {chosen.__name__}"
            case "facts":
                return f", {self.taken.remove_facts(self._dice)} removed"
            case "spool":
                return f", {self.taken.damage_spool(self._dice)}"
        return ""

    def _fail(self, seconds: float) -> None:
        self._faults.begin(self._dice)
        self._wait(0.05, seconds)
        self._faults.end()

    def _wait(self, least: float, most: float) -> None:
        time.sleep(self._dice.uniform(least, most))
