"""Group commit: who is answered when, and with what."""

from __future__ import annotations

import asyncio
import threading

import pytest

from footfall.errors import TransientError
from footfall.model.raw import EventRows, RawEvent
from footfall.spool.group import GroupCommitter
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission


class SlowSpool(MemorySpool):
    """Commits only when the test says so, and remembers the groups."""

    def __init__(self, **options):
        super().__init__(**options)
        self.gate = threading.Semaphore(0)
        self.groups = []

    def append(self, submissions):
        self.gate.acquire()
        self.groups.append(len(submissions))
        return super().append(submissions)


def submission(*answers):
    record = EventRows(1, 1, [RawEvent(timestamp=1, id_hi=1, id_lo=1)])
    return [Submission(record, answer=answer) for answer in answers or [b""]]


def test_what_arrives_during_a_commit_shares_the_next():
    async def scenario():
        spool = SlowSpool()
        committer = GroupCommitter(spool)
        first = [committer.submit(submission(b"%d" % n)) for n in range(3)]
        await asyncio.sleep(0.01)
        second = [committer.submit(submission(b"%d" % n)) for n in range(5)]
        assert not any(future.done() for future in first + second)
        spool.gate.release()
        assert await asyncio.gather(*first) == [[b"0"], [b"1"], [b"2"]]
        assert not any(future.done() for future in second)
        spool.gate.release()
        await asyncio.gather(*second)
        await committer.close()
        return spool.groups

    assert asyncio.run(scenario()) == [3, 5]


def test_a_refused_commit_fails_its_whole_group_and_the_next_goes_on():
    async def scenario():
        spool = MemorySpool(capacity=1)
        committer = GroupCommitter(spool)
        await committer.submit(submission())
        with pytest.raises(TransientError):
            await committer.submit(submission())
        spool.finish(spool.take(10))
        await committer.submit(submission())
        await committer.close()

    asyncio.run(scenario())


def test_a_client_that_left_does_not_disturb_the_others():
    async def scenario():
        spool = SlowSpool()
        committer = GroupCommitter(spool)
        gone, stays = committer.submit(submission()), committer.submit(submission(b"ok", b"too"))
        await asyncio.sleep(0.01)
        gone.cancel()
        spool.gate.release()
        assert await stays == [b"ok", b"too"]
        await committer.close()
        return spool.state().waiting

    assert asyncio.run(scenario()) == 3
