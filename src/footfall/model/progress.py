"""What stands still on its way into the store, and which work in the background fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Standstill:
    """A spool of which nothing was drained although something waits in it, or of which nothing will be.

    `since` is in Unix milliseconds; `seconds` counts by a clock that nobody sets. `reason` is safe to show. One that is
    `for_good` does not end: the drain has.
    """

    spool: str
    since: int
    seconds: float
    reason: str
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class FailingJob:
    """Work in the background that fails since then (Unix milliseconds). `reason` is safe to show."""

    name: str
    since: int
    reason: str


class LastBatch(NamedTuple):
    """The batch that was begun last: every one has another name. `writing` until all of it is stored."""

    name: str = ""
    writing: bool = False
