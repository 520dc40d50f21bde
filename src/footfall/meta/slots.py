"""The shards of a cluster's slots, recorded once: rows stay where they were first put."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from footfall.meta.database import Database
from footfall.meta.tables import SlotRow
from footfall.model.slots import even


class Slots:
    """From any thread and process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def shards(self, count: int) -> Sequence[int]:
        """By slot the shard, from 0. The first call spreads them over `count` shards; later ones change nothing."""
        with self._database.write() as session:
            found = [row.shard for row in session.scalars(select(SlotRow).order_by(SlotRow.slot))]
            if not found:
                found = [*even(count)]
                session.add_all(SlotRow(slot=slot, shard=shard) for slot, shard in enumerate(found))
        return found
