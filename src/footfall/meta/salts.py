"""Salts of the visitor hash: one a day, random, shared by all processes, and gone after 48 hours.

The definition is that of `visitor` in docs/semantics. Two kinds: a `live` salt serves a day while it is today or
yesterday (or tomorrow, for clocks that run ahead) and as long as it is there, and ends 48 hours after its day, used
or not. An `import` salt serves an older day, and ends 48 hours after its last use.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

from sqlalchemy import and_, delete, or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from footfall.clock import DAY, HOUR
from footfall.meta.database import Database
from footfall.meta.tables import SaltRow

KEEP = 48 * HOUR

_USED_EVERY = HOUR
_LIVE_DAYS = KEEP // DAY


@dataclass(frozen=True, slots=True)
class _Held:
    salt: bytes
    since: int
    until: int


class Salts:
    """Salts by day, from any thread. A day counts from 1970-01-01 UTC; times are Unix milliseconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._held: dict[int, _Held] = {}

    def of(self, day: int, now: int) -> bytes:
        """The 16 bytes of a day, made if there are none; every process gets the same."""
        held = self._held.get(day)
        if held is not None and held.since <= now < held.until:
            return held.salt
        return self._hold(day, now).salt

    def sweep(self, now: int) -> int:
        """Delete the salts whose time is over, from the files too; returns how many. To be called once an hour.

        Where another process was reading, the files are cleaned by the next sweep.
        """
        live = and_(SaltRow.kind == "live", SaltRow.day < now // DAY - _LIVE_DAYS)
        imported = and_(SaltRow.kind == "import", SaltRow.last_used_at <= now - KEEP)
        with self._lock:
            self._held = {day: held for day, held in self._held.items() if held.since <= now < held.until}
        with self._database.write() as session:
            gone = session.execute(delete(SaltRow).where(or_(live, imported)).returning(SaltRow.day)).all()
        self._database.erase_deleted()
        return len(gone)

    def _hold(self, day: int, now: int) -> _Held:
        with self._lock:
            row = self._fetch(day, now)
            end = (day + 1) * DAY + KEEP if row.kind == "live" else now + _USED_EVERY
            held = _Held(row.salt, now, min(end, now + _USED_EVERY))
            self._held[day] = held
            return held

    def _fetch(self, day: int, now: int) -> SaltRow:
        try:
            with self._database.write() as session:
                return _find_or_make(session, day, now)
        except IntegrityError:  # another process made it between our look and our write
            with self._database.write() as session:
                return _find_or_make(session, day, now)


def _find_or_make(session: Session, day: int, now: int) -> SaltRow:
    today = now // DAY
    live = session.get(SaltRow, ("live", day)) if day >= today - _LIVE_DAYS else None
    kind = "live" if live is not None or day >= today - 1 else "import"
    row = live or session.get(SaltRow, (kind, day))
    if row is None:
        row = SaltRow(kind=kind, day=day, salt=secrets.token_bytes(16), last_used_at=now)
        session.add(row)
    row.last_used_at = max(row.last_used_at, now)
    return row
