"""The roll-ups of rows that were inserted without the drain: made by the product itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from footfall.catalog.rollups import SOURCES
from footfall.catalog.tables import Table
from footfall.drain.marks import Marks
from footfall.rollups.roller import Roller
from footfall.store.protocol import Store


def roll_up(store: Store, until: int, tables: Sequence[Table]) -> None:
    """Everything that a server would have rolled up by `until`, of these tables."""
    for source in SOURCES:
        if source in tables:
            found = store.query(f"SELECT DISTINCT project_id FROM {source}").rows  # noqa: S608 - of the catalogue
            zones = dict.fromkeys((row[0] for row in found), "UTC")
            _make_cells(Roller(store, partial(dict, zones), lambda: until, Marks(store).begin, source=source))


def _make_cells(roller: Roller) -> None:
    while roller():
        pass
