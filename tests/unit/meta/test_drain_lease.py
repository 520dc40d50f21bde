"""One data directory at a time drains an installation whose metadata several machines share."""

from __future__ import annotations

import pytest

from footfall.clock import SECOND
from footfall.errors import FatalError
from footfall.meta import DrainLease, Meta, drained_from
from footfall.meta.drain_lease import LEASE


@pytest.fixture
def one(meta: Meta, clock) -> DrainLease:
    lease = DrainLease(meta.database, clock, "1", "/data at one")
    lease.take()
    return lease


@pytest.fixture
def other(meta: Meta, clock) -> DrainLease:
    return DrainLease(meta.database, clock, "2", "/data at other")


def test_a_second_one_is_refused_and_told_where_the_first_is(one, other, clock):
    clock.now += 9 * SECOND
    with pytest.raises(FatalError, match=r"/data at one: .* in 22 s$"):
        other.take()
    one.take()
    clock.now += LEASE - 1
    with pytest.raises(FatalError, match=r" in 1 s$"):
        other.take()


def test_one_that_is_not_heard_of_any_more_gives_way_and_learns_of_it(one, other, clock):
    clock.now += LEASE
    other.take()
    with pytest.raises(FatalError, match="/data at other"):
        one.take()
    one.release()  # not its own any more
    with pytest.raises(FatalError, match="/data at other"):
        one.take()


def test_a_clean_stop_lets_the_next_one_start_at_once(one, other):
    one.release()
    one.release()
    other.take()


def test_a_restart_finds_its_own_and_a_copy_of_its_directory_does_not(one, meta, clock):
    DrainLease(meta.database, clock, "1", "/data at one").take()
    with pytest.raises(FatalError, match="/data at one"):
        DrainLease(meta.database, clock, "1", "/data at a copy").take()


def test_who_drains_is_known_while_it_is_heard_of(one, meta, clock):
    assert drained_from(meta.database, clock) == "/data at one"
    clock.now += LEASE
    assert drained_from(meta.database, clock) == ""
