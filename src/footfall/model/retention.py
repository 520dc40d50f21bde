"""How far back in time events are accepted: never before the year 2000, and not beyond the retention."""

from __future__ import annotations

from footfall.clock import DAY

YEAR_2000 = 946_684_800_000
"""Unix milliseconds."""


def oldest_accepted(now: int, retention_days: int | None) -> int:
    """The first instant that is accepted, in Unix milliseconds; `retention_days` is None where all is kept."""
    return YEAR_2000 if retention_days is None else max(YEAR_2000, now - retention_days * DAY)
