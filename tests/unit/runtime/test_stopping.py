"""A stop of a server with a store."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from footfall.runtime import serving

PATIENCE = 60


class Store:
    def __init__(self) -> None:
        self.interrupted = threading.Event()

    def interrupt_background(self) -> None:
        self.interrupted.set()


class Draining:
    """As `runtime.draining.Draining`, with nothing to drain."""

    def __init__(self, *_: object, **__: object) -> None:
        self.store = Store()
        self.closed = False

    def stop(self, _: float) -> bool:
        return True

    def close(self) -> None:
        self.closed = True


def test_it_interrupts_what_runs_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def add_work(jobs: Any, draining: Draining, *_: object) -> None:
        jobs.add("long", lambda: begun.set() or draining.store.interrupted.wait(PATIENCE))

    monkeypatch.setattr(serving, "Draining", Draining)
    monkeypatch.setattr(serving, "_add_work", add_work)
    monkeypatch.setattr(serving, "leave", pytest.fail)  # which would end this process
    unused: Any = None
    with serving._filled_store(unused, unused, lambda: 1, unused) as (draining, _):
        assert begun.wait(PATIENCE)
    assert draining.closed  # type: ignore[attr-defined]  # a double
