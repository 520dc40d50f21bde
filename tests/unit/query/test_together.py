"""Two parts of an answer at once: what they find, in which order they fail, and that neither outlives the call."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from footfall.query import together
from footfall.query.together import both

ASKED: ContextVar[str] = ContextVar("ASKED", default="nobody")


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_they_run_at_once():
    """Each waits for the other: one after the other they would wait for ever."""
    meeting = threading.Barrier(2, timeout=30)
    first, second = both(lambda: (meeting.wait(), threading.get_ident()), lambda: (meeting.wait(), "other"))
    assert first[1] == threading.get_ident()
    assert second[1] == "other"


def test_without_a_free_thread_the_second_runs_after_the_first(monkeypatch):
    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(together, "_threads", lambda: threads)
        free = threading.Event()
        threads.submit(free.wait)
        try:
            assert both(lambda: "first", threading.get_ident) == ("first", threading.get_ident())
        finally:
            free.set()


def test_the_first_error_is_raised_once_the_second_has_ended():
    begun, ended = threading.Event(), threading.Event()

    def fail() -> None:
        begun.wait(30)
        raise ValueError("first")

    def end() -> None:
        begun.set()
        ended.wait(0.2)
        ended.set()
        raise KeyError("second")

    with pytest.raises(ValueError, match="first"):
        both(fail, end)
    assert ended.is_set()


def test_a_second_that_has_not_begun_is_dropped_with_the_first(monkeypatch):
    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(together, "_threads", lambda: threads)
        free = threading.Event()
        threads.submit(free.wait)
        asked: list[str] = []
        try:
            with pytest.raises(ValueError, match="first"):
                both(failing(ValueError("first")), lambda: asked.append("second"))
        finally:
            free.set()
    assert asked == []


def test_the_second_error_is_raised():
    with pytest.raises(KeyError, match="second"):
        both(lambda: None, failing(KeyError("second")))


def test_the_second_has_the_context_of_the_caller():
    ASKED.set("a request")
    meeting = threading.Barrier(2, timeout=30)
    _, found = both(meeting.wait, lambda: (meeting.wait(), threading.get_ident(), ASKED.get()))
    assert found[1] != threading.get_ident()
    assert found[2] == "a request"
