"""The parts that endpoints lean on, wired by `footfall.app` and found in `app.state.services`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from footfall.api.auth import Authenticator
from footfall.api.metrics import Metrics
from footfall.api.reading import Questions
from footfall.api.window import Window
from footfall.clock import Clock
from footfall.collect.intake import Intake
from footfall.meta import Drops
from footfall.settings import Settings
from footfall.spool.group import GroupCommitter
from footfall.spool.protocol import SpoolState
from footfall.store.protocol import Store


@dataclass
class Services:
    """Process lifetime. `stopping` is set when no new work may begin."""

    settings: Settings
    clock: Clock
    auth: Authenticator
    intake: Intake
    committer: GroupCommitter
    store: Store
    questions: Questions
    window: Window
    metrics: Metrics
    drops: Drops
    buffer: Callable[[], SpoolState]  # all spools added up
    last_flush: Callable[[], int]  # Unix milliseconds of the drain's last round
    stopping: bool = False

    def refusal(self) -> str:
        """Why events can't be accepted now, or `""`."""
        if self.stopping:
            return "the server is stopping"
        state = self.buffer()
        if state.waiting >= state.capacity:
            return f"the buffer holds {state.waiting} events, its bound is {state.capacity}"
        return "a write to the buffer failed within the last 5 seconds" if self.committer.failing else ""
