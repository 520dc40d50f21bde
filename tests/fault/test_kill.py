"""`kill -9` at any moment loses nothing that was acknowledged and stores nothing twice."""

from __future__ import annotations

import os
import random
import time
from collections import Counter

import pytest
from tests.fault.derived import Stored
from tests.fault.load import SHARED, Book, Load
from tests.support.server import Server, until

ROUNDS = int(os.environ.get("FOOTFALL_KILL_ROUNDS", "20"))
"""`make test-long` has a thousand."""

DAMAGED = 0.3
"""How often a plan that a kill left behind is overwritten, which must cost nothing."""


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
    book, server = Book(), Server(tmp_path / "data", flush_interval="0.2", batch_events="2000")
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
                server.kill()
            if dice.random() < DAMAGED:
                for plan in server.data.glob("drain/*.plan"):
                    plan.write_bytes(plan.read_bytes()[:50] + b"damaged")
        book.resend(server.start().default())
        assert until(server.queryable)
        assert server.stop() == 0
    finally:
        server.close()
    assert len(book.acknowledged) > 50 * ROUNDS
    check(Stored(server.data), book)
