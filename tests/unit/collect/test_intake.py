"""Conversion on an event loop: what needs a salt that is not in memory goes on beside it."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from footfall.clock import DAY, HOUR
from footfall.collect.formats import bulk
from footfall.collect.identity import SaltedIdentity
from footfall.collect.intake import Intake, Sender
from footfall.collect.privacy import Place
from footfall.errors import WouldBlockError
from footfall.ids import IdSource
from footfall.meta import Salts, open_meta
from footfall.model.raw import RawEvent
from footfall.settings import Settings

NOON = 20_600 * DAY + 12 * HOUR
SENDER = Sender(1, NOON, "192.0.2.1", "agent")


class Nowhere:
    def place(self, _: str) -> Place:
        return Place()


@pytest.fixture
def salts(tmp_path):
    meta = open_meta(Settings(data=tmp_path), lambda: NOON)
    yield Salts(meta.database)
    meta.close()


@pytest.fixture
def intake(salts) -> Intake:
    return Intake(IdSource(lambda: NOON), SaltedIdentity(salts, lambda: NOON), Nowhere())


@pytest.fixture
def other(tmp_path, salts):
    """Another process's connection."""
    connection = sqlite3.connect(tmp_path / "meta.db", isolation_level=None)
    yield connection
    connection.close()


async def convert(intake: Intake, days_ago: int) -> RawEvent:
    event = bulk.BulkEvent(path="/", timestamp=NOON - days_ago * DAY)
    return await intake.run(lambda: bulk.raw_event(event, SENDER, intake))


def test_a_missing_salt_is_not_read_on_the_loop(salts):
    async def ask() -> bytes:
        return salts.of(NOON // DAY, NOON)

    with pytest.raises(WouldBlockError):
        asyncio.run(ask())
    salts.prepare(NOON)
    assert asyncio.run(ask()) == salts.of(NOON // DAY, NOON)


def test_without_the_lock_all_is_converted(intake, salts):
    salts.prepare(NOON)
    found = [asyncio.run(convert(intake, days)) for days in (0, 1, 5, 5)]
    assert [raw.visitor for raw in found] == [
        intake.identity.visitor(1, NOON - days * DAY, "192.0.2.1", "agent") for days in (0, 1, 5, 5)
    ]


def test_only_who_needs_a_new_salt_waits_for_the_lock(intake, salts, other):
    salts.prepare(NOON)

    async def scenario() -> list[RawEvent]:
        other.execute("BEGIN IMMEDIATE")
        waiting = [asyncio.create_task(convert(intake, days)) for days in (5, 5, 6)]
        for _ in range(20):
            await asyncio.sleep(0)
            assert [(await convert(intake, days)).visitor != 0 for days in (0, 1)] == [True, True]
        assert not any(task.done() for task in waiting)
        other.execute("COMMIT")
        return await asyncio.gather(*waiting)

    first, again, older = asyncio.run(scenario())
    assert first.visitor == again.visitor != older.visitor


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_the_present_needs_no_database(intake, salts, other, days):
    """Midnight passes, and clocks of senders run ahead, without a look at the disk."""
    salts.prepare(NOON)
    other.execute("BEGIN EXCLUSIVE")
    assert len(salts.of(NOON // DAY + days, NOON + HOUR)) == 16
