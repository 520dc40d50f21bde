"""`kill -9` at any moment loses nothing that was acknowledged and stores nothing twice."""

from __future__ import annotations

import os
import random
import resource
import time
from collections import Counter

import pytest
from tests.fault.breakage import BREAKAGE
from tests.fault.derived import Stored
from tests.fault.load import SHARED, Book, Load
from tests.support.server import Server, until

ROUNDS = int(os.environ.get("FOOTFALL_KILL_ROUNDS", "20"))
"""`make test-long` has a thousand."""

BROKEN = 0.3
"""How often files are damaged after a kill, which must cost nothing."""

FAILING = 0.2
"""How often writes fail for a while before a kill, as on a full disk."""


def check(stored: Stored, book: Book) -> None:
    """Each acknowledged name once, none that was never sent, and every derived row as its events say."""
    times = Counter(stored.names())
    assert [name for name, count in times.items() if count > 1] == []
    assert book.acknowledged - times.keys() == set()
    assert times.keys() - book.sent == set()
    assert stored.logs.get(SHARED, 0) == book.bodies_of_logs()
    assert stored.faults()[:5] == []


@pytest.mark.slow
def test_killed_again_and_again_under_load(tmp_path):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 - to run a failure again
    dice = random.Random(seed)
    book = Book()
    server = Server(tmp_path / "data", flush_interval="0.2", batch_events="2000", spool_keep_seconds="86400")
    try:
        for number in range(ROUNDS):
            if number % 4 == 3:  # also in the middle of a start, when the last batch is made good
                server.launch()
                time.sleep(dice.uniform(0.1, 2.0))
                server.kill()
                continue
            access = server.start().default()
            book.resend(access)
            with Load(book, seed).running(access, f"r{number}"):
                time.sleep(dice.uniform(0.05, 0.8))
                if dice.random() < FAILING:
                    fail_writes(server, dice)
                server.kill()
            if dice.random() < BROKEN:
                dice.choice(BREAKAGE)(server.data, dice)
        stored = settled(server, book)
    finally:
        server.close()
    assert book.acknowledged
    check(stored, book)


def fail_writes(server: Server, dice: random.Random) -> None:
    """For a moment, files grow to a random size at most."""
    assert server.process
    limit = dice.randrange(1 << 14, 4 << 20)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    time.sleep(dice.uniform(0.05, 0.5))
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def settled(server: Server, book: Book) -> Stored:
    """What is stored once everything is drained and repaired; after a while, whatever is stored then."""
    for _ in range(10):
        book.resend(server.start().default())
        until(server.queryable)
        time.sleep(2)
        assert server.stop() == 0
        stored = Stored(server.data)
        if not stored.faults() and book.acknowledged <= {*stored.names()}:
            break
    return stored
