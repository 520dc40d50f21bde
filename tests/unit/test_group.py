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


class PickySpool(MemorySpool):
    """Fails for every group that holds the answer `bad`, before anything is stored."""

    def append(self, submissions):
        if any(submission.answer == b"bad" for submission in submissions):
            raise ValueError
        return super().append(submissions)


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


def submission(*answers, events=1):
    record = EventRows(1, 1, [RawEvent(timestamp=1, id_hi=1, id_lo=1)] * events)
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


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ([10_000, 10_000, 1], [2, 1]),
        ([10_000, 10_001, 9_999, 1], [1, 2, 1]),
        ([50_000, 1, 50_000], [1, 1, 1]),
        ([1] * 20_001, [20_000, 1]),
    ],
)
def test_a_commit_is_cut_at_20_000_events(sizes, groups):
    async def scenario():
        spool = SlowSpool()
        spool.gate.release(len(groups))
        committer = GroupCommitter(spool)
        sent = [committer.submit(submission(b"%d" % n, events=events)) for n, events in enumerate(sizes)]
        assert await asyncio.gather(*sent) == [[b"%d" % n] for n in range(len(sizes))]
        await committer.close()
        return spool.groups

    assert asyncio.run(scenario()) == groups


def test_one_request_is_never_split():
    async def scenario():
        spool = SlowSpool()
        spool.gate.release()
        committer = GroupCommitter(spool)
        await committer.submit([*submission(events=15_000), *submission(events=15_000)])
        await committer.close()
        return spool.groups

    assert asyncio.run(scenario()) == [2]


@pytest.mark.parametrize("bad", [{0}, {6}, {2, 3}, {0, 1, 2, 3, 4, 5, 6}])
def test_a_member_that_can_t_be_stored_fails_alone(bad):
    async def scenario():
        spool = PickySpool()
        committer = GroupCommitter(spool)
        answers = [b"bad" if n in bad else b"%d" % n for n in range(7)]
        outcomes = await asyncio.gather(
            *(committer.submit(submission(answer, b"too")) for answer in answers), return_exceptions=True
        )
        for n, outcome in enumerate(outcomes):
            assert isinstance(outcome, ValueError) if n in bad else outcome == [answers[n], b"too"]
        assert spool.state().waiting == 2 * (7 - len(bad))
        assert committer.failing == (len(bad) == 7)
        await committer.close()

    asyncio.run(scenario())


def test_a_failure_speaks_against_the_spool_for_5_seconds(monkeypatch):
    async def scenario():
        loop = asyncio.get_running_loop()
        spool = MemorySpool(capacity=1)
        committer = GroupCommitter(spool)
        found = [committer.failing]
        await committer.submit(submission())
        found.append(committer.failing)
        with pytest.raises(TransientError):
            await committer.submit(submission())
        now = loop.time()
        found.append(committer.failing)
        for later in (4, 6):
            with monkeypatch.context() as patch:
                patch.setattr(loop, "time", lambda later=later: now + later)
                found.append(committer.failing)
        spool.finish(spool.take(10))
        await committer.submit(submission())
        found.append(committer.failing)
        await committer.close()
        return found

    assert asyncio.run(scenario()) == [False, False, True, True, False, False]


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
