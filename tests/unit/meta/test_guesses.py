"""Bad tokens, counted over several processes."""

from __future__ import annotations

import pytest

from footfall.clock import MINUTE
from footfall.meta import SharedGuesses, open_meta


@pytest.fixture
def guesses(meta):
    return SharedGuesses(meta.database, b"s" * 32, 3)


def test_they_are_counted_over_all_processes(meta, settings, clock):
    other = open_meta(settings, clock)
    both = [SharedGuesses(one.database, b"s" * 32, 3) for one in (meta, other)]
    assert [both[turn % 2].count(b"a", clock.now) for turn in range(5)] == [True, True, True, False, False]
    assert both[0].count(b"b", clock.now)
    other.close()


def test_they_come_back_with_time(guesses, clock):
    for _ in range(4):
        guesses.count(b"a", clock.now)
    assert not guesses.count(b"a", clock.now + MINUTE // 6)
    assert guesses.count(b"a", clock.now + MINUTE // 2)


def test_no_address_is_kept_and_none_for_long(guesses, meta, clock):
    guesses.count(b"192.0.2.7", clock.now)
    with meta.database.read() as session:
        assert b"192.0.2.7" not in bytes(session.connection().exec_driver_sql("SELECT client FROM guesses").scalar())
    guesses.count(b"b", clock.now + 2 * MINUTE)
    with meta.database.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM guesses").scalar() == 1
