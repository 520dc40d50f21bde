"""Jobs in the background hold up one another no longer than they must."""

from __future__ import annotations

import threading

import structlog

from footfall.errors import StoreError
from footfall.model.progress import FailingJob
from footfall.runtime.jobs import Jobs, Turns

PATIENCE = 60


def test_a_job_that_fails_holds_up_no_other_and_is_told() -> None:
    done = threading.Event()
    jobs = Jobs(lambda: 1_000)
    jobs.add("erasures", lambda: 1 / 0, alone=True)
    jobs.add("roll-ups", lambda: jobs.failing() and done.set())
    with structlog.testing.capture_logs() as logs:
        jobs.begin()
        assert done.wait(PATIENCE)
        assert jobs.stop(PATIENCE)
    assert jobs.failing() == [FailingJob("erasures", 1_000, "ZeroDivisionError")]
    assert {(log["event"], log["job"]) for log in logs} == {("work in the background fails, trying again", "erasures")}


def test_a_job_that_keeps_failing_is_tried_less_and_less_and_one_that_goes_well_is_forgiven() -> None:
    times: list[float] = []
    now, broken = [0.0], [True]

    def work() -> None:
        times.append(now[0])
        if broken[0]:
            raise TimeoutError

    jobs = Jobs(lambda: 5, lambda: now[0])
    jobs.add("expiry", work)
    (job,) = jobs._jobs
    for second in range(200):
        now[0] = second
        job()
    assert times == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    assert jobs.failing() == [FailingJob("expiry", 5, "TimeoutError")]
    broken[0] = False
    now[0] = 243
    job()
    assert jobs.failing() == []


def test_a_job_that_takes_long_holds_up_only_those_that_run_alone() -> None:
    release, other, alone = threading.Event(), threading.Event(), threading.Event()
    jobs = Jobs(lambda: 0)
    jobs.add("long", lambda: release.wait(PATIENCE))
    jobs.add("short", other.set)
    jobs.begin()
    assert other.wait(PATIENCE)
    jobs.add("removal", alone.set, alone=True)
    removal = threading.Thread(target=jobs._jobs[-1])
    removal.start()
    assert not alone.wait(0.05)
    release.set()
    assert alone.wait(PATIENCE)
    removal.join()
    assert jobs.stop(PATIENCE)


def test_a_job_that_waits_for_its_turn_does_not_begin_after_the_stop() -> None:
    release, begun, alone = threading.Event(), threading.Event(), threading.Event()

    def long() -> None:
        begun.set()
        release.wait(PATIENCE)

    jobs = Jobs(lambda: 0)
    jobs.add("long", long)
    jobs.begin()
    assert begun.wait(PATIENCE)
    jobs.add("removal", alone.set, alone=True)
    removal = threading.Thread(target=jobs._jobs[-1])
    removal.start()
    assert not jobs.stop(0)
    release.set()
    removal.join()
    assert not alone.is_set()
    assert jobs.stop(PATIENCE)


def test_who_waits_to_run_alone_lets_no_other_begin() -> None:
    turns = Turns()
    order: list[str] = []
    begun = threading.Event()

    def alone() -> None:
        begun.set()
        with turns.alone():
            order.append("alone")

    def together() -> None:
        with turns.together():
            order.append("together")

    with turns.together():
        first = threading.Thread(target=alone)
        first.start()
        begun.wait(PATIENCE)
        while not turns._waiting:
            pass
        second = threading.Thread(target=together)
        second.start()
        second.join(0.05)
        assert order == []
    first.join()
    second.join()
    assert order == ["alone", "together"]


def test_a_job_that_a_stop_interrupts_does_not_fail() -> None:
    begun, interrupted = threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        assert interrupted.wait(PATIENCE)
        raise StoreError("interrupted")

    jobs = Jobs(lambda: 1)
    jobs.add("long", job)
    jobs.begin()
    assert begun.wait(PATIENCE)
    jobs.end()
    interrupted.set()
    assert jobs.stop(PATIENCE)
    assert jobs.failing() == []
