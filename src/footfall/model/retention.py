"""When an accepted event may have happened: not before 2000 or the retention, not ahead of the clock, not past 2106."""

from __future__ import annotations

from footfall.clock import DAY, MINUTE, SECOND

YEAR_2000 = 946_684_800_000
"""Unix milliseconds."""

MAX_AHEAD = 5 * MINUTE
"""How far a sender's clock may be ahead."""

LEAST_OF_PROJECT = 31
"""Least days that a project may choose: figures of a month are computed once it is over, from all of its rows."""

LAST_INSTANT = ((1 << 32) - 1) * SECOND
"""The last instant that a time of 32 bits holds, in February 2106: proxy logs and roll-ups have such times."""


def oldest_accepted(now: int, retention_days: int | None) -> int:
    """The first instant that is accepted, in Unix milliseconds; `retention_days` is None where all is kept."""
    return YEAR_2000 if retention_days is None else max(YEAR_2000, now - retention_days * DAY)


def newest_accepted(now: int) -> int:
    """The last instant that is accepted, in Unix milliseconds."""
    return min(now + MAX_AHEAD, LAST_INSTANT)
