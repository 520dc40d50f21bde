"""How the threads that acknowledge are scheduled."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from footfall.model.raw import EventRows, RawEvent
from footfall.runtime.turns import TURN_NANOS, attributes_of, take_short_turns
from footfall.spool.group import GroupCommitter
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission

USUAL = attributes_of()
pytestmark = pytest.mark.skipif(
    USUAL is None or not USUAL.runtime, reason="this system has no turns of different lengths (Linux before 6.12)"
)


def on_a_thread(work):
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def taken(prepare=lambda: None):
    """How a thread is scheduled that takes short turns after `prepare`."""

    def work():
        prepare()
        take_short_turns()
        return attributes_of()

    return on_a_thread(work)


def test_a_thread_takes_short_turns_and_nothing_else_changes():
    found = taken()
    assert found.runtime == TURN_NANOS < USUAL.runtime
    assert (found.policy, found.nice) == (USUAL.policy, USUAL.nice)


def test_threads_that_it_starts_have_the_usual_ones():
    def work():
        take_short_turns()
        return on_a_thread(attributes_of)

    found = on_a_thread(work)
    assert (found.runtime, found.policy, found.nice) == (USUAL.runtime, USUAL.policy, USUAL.nice)


def test_the_operators_niceness_stays():
    found = taken(lambda: os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5))
    assert (found.runtime, found.nice) == (TURN_NANOS, 5)


@pytest.mark.parametrize("which", ["idle", "ahead"])
def test_a_thread_that_runs_last_or_first_anyway_goes_on_so(which):
    def prepare():
        try:
            if which == "idle":
                os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            else:
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -5)
        except PermissionError:
            pytest.skip("it needs CAP_SYS_NICE")

    found = taken(prepare)
    assert (found.runtime, found.flags) == (USUAL.runtime, 0)
    assert (found.policy, found.nice) != (USUAL.policy, USUAL.nice)


def test_the_committing_thread_is_prepared_before_it_commits():
    class Spool(MemorySpool):
        def append(self, submissions):
            committing.append(attributes_of().runtime)
            return super().append(submissions)

    async def scenario():
        committer = GroupCommitter(Spool(), take_short_turns)
        await committer.submit([Submission(EventRows(1, 1, [RawEvent(1, 1, 1)]))])
        await committer.close()

    committing = []
    asyncio.run(scenario())
    assert committing == [TURN_NANOS]
