"""How far the store's move to another one has come, so that an interrupted one goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from footfall.clock import Clock
from footfall.meta.database import Database
from footfall.meta.tables import MovedPieceRow, MoveRow, SlotRow

Place = tuple[str, str]
"""A table and a partition of it."""


@dataclass(frozen=True, slots=True)
class StoreMove:
    """From one store to another, by their URLs without passwords; `moved_at` is 0 until it is complete."""

    source: str
    target: str
    moved_at: int


class StoreMoves:
    """From any thread and process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def current(self) -> StoreMove | None:
        with self._database.read() as session:
            row = session.scalars(select(MoveRow)).first()
            return StoreMove(row.source, row.target, row.moved_at) if row else None

    def begin(self, source: str, target: str) -> None:
        """Replaces another move, and the map of slots with it: a single store as the source has none."""
        with self._database.write() as session:
            for table in (MoveRow, MovedPieceRow, SlotRow):
                session.execute(delete(table))
            session.add(MoveRow(source=source, target=target, began_at=self._clock()))

    def pieces(self) -> Mapping[Place, tuple[str, int]]:
        """By place, position and number of rows."""
        with self._database.read() as session:
            rows = session.scalars(select(MovedPieceRow))
            return {(row.table_name, row.partition): (row.position, row.rows) for row in rows}

    def keep(self, place: Place, position: str, rows: int) -> None:
        table, partition = place
        with self._database.write() as session:
            session.merge(MovedPieceRow(table_name=table, partition=partition, position=position, rows=rows))

    def complete(self) -> bool:
        """From now on, nothing may be stored in the source. False where the move was cancelled: it may be."""
        with self._database.write() as session:
            row = session.scalars(select(MoveRow)).first()
            if row:
                row.moved_at = self._clock()
            return row is not None

    def cancel(self) -> bool:
        """The source is the store again. False where it was all along."""
        with self._database.write() as session:
            row = session.scalars(select(MoveRow)).first()
            if row:
                session.delete(row)
            session.execute(delete(MovedPieceRow))
            return row is not None
