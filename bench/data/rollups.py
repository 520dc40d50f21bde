"""The roll-ups of rows that were inserted without the drain: made by the product itself."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from footfall.catalog.tables import Table
from footfall.rollups.hourly import HourlyRollups
from footfall.store.protocol import Store


def roll_up(store: Store, until: int, tables: Sequence[Table]) -> None:
    """Everything that a server would have rolled up by `until`, of these tables."""
    if Table.REQUESTS in tables:
        rollups = HourlyRollups(store, lambda: until, lambda: nullcontext(enter_result=True))
        for hour in rollups.missing():
            rollups.roll_up(hour)
