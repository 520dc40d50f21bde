"""Work that is done again and again, whatever becomes of it."""

from __future__ import annotations

import threading

import structlog

from footfall.runtime.periodic import Periodic


def test_a_failure_is_logged_and_the_work_goes_on() -> None:
    calls: list[int] = []
    third = threading.Event()

    def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("once")
        if len(calls) == 3:
            third.set()

    with structlog.testing.capture_logs() as logs:
        periodic = Periodic(1, work)
        assert third.wait(60)
        assert periodic.stop()
    assert periodic.stop()
    assert [log["event"] for log in logs] == ["a periodic task failed"]


def test_a_stop_tells_whether_the_call_under_way_ended() -> None:
    begun, release = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        release.wait(60)

    periodic = Periodic(60_000, work)
    begun.wait(60)
    assert not periodic.stop(0)
    release.set()
    assert periodic.stop()
