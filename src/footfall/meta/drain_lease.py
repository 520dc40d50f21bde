"""Which data directory an installation is drained from, where several machines share its metadata: one at a time.

Two drains of one store would each know only half of a session, and an erasure would be done in one of two stores.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select

from footfall.clock import SECOND, Clock
from footfall.errors import FatalError
from footfall.meta.database import Database, insert
from footfall.meta.tables import ValueRow

LEASE = 30 * SECOND
"""How long after it was last heard of a drain keeps another from starting."""

RENEW = 10 * SECOND

_KEY = "drain"
_VALUE = select(ValueRow.value).where(ValueRow.key == _KEY)


class _Holder(msgspec.Struct, frozen=True):
    """`id` is that of the drain's journal, of which copies of a directory have the same; `place` tells them apart."""

    id: str
    place: str
    seen_at: int


def drained_from(database: Database, clock: Clock) -> str:
    """Where a server drains now, `""` for nowhere."""
    with database.read() as session:
        found = _read(session.scalar(_VALUE))
    return found.place if found and clock() - found.seen_at < LEASE else ""


class DrainLease:
    """From any thread. `place` is what an operator is told of who has it: a directory and its machine.

    A restart after a kill finds its own. Times are those of the machines that share the metadata: where their clocks
    differ by more than `LEASE`, a server takes over from one that is there.
    """

    def __init__(self, database: Database, clock: Clock, id_: str, place: str) -> None:
        self._database = database
        self._clock = clock
        self._id = id_
        self._place = place

    def take(self) -> None:
        """FatalError where another has it."""
        with self._database.write() as session:
            found = _read(session.scalar(_VALUE))
            now = self._clock()
            if found and not self._is_own(found) and now - found.seen_at < LEASE:
                raise FatalError(
                    f"another server drains this installation, {found.place}: one does for all that share"
                    " FOOTFALL_META_URL (FOOTFALL_ROLE=collect or query for the others). If it is gone, start this one"
                    f" in {(found.seen_at + LEASE - now) // SECOND + 1} s"
                )
            value = msgspec.json.encode(_Holder(self._id, self._place, now))
            wanted = insert(session, ValueRow).values(key=_KEY, value=value)
            session.execute(wanted.on_conflict_do_update(index_elements=[ValueRow.key], set_={"value": value}))

    def release(self) -> None:
        """For whoever is next, at once. Idempotent."""
        with self._database.write() as session:
            found = _read(session.scalar(_VALUE))
            if found and self._is_own(found):
                session.execute(delete(ValueRow).where(ValueRow.key == _KEY))

    def _is_own(self, found: _Holder) -> bool:
        return (found.id, found.place) == (self._id, self._place)


def _read(value: bytes | None) -> _Holder | None:
    return msgspec.json.decode(value, type=_Holder) if value else None
