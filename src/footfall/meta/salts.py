"""Salts of the visitor hash: one per UTC day, random, shared by all processes, and deleted after 48 hours.

docs/semantics defines `visitor`. There are two kinds. A `live` salt is made for today or yesterday (or tomorrow, for
clocks that run ahead); it serves its day until 48 hours after the day's end, used or not. An `import` salt serves a day
without a live one, and is deleted 48 hours after its last use.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from dataclasses import dataclass

from sqlalchemy import and_, delete, or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from footfall.clock import DAY, HOUR
from footfall.errors import WouldBlockError
from footfall.meta.database import Database
from footfall.meta.tables import SaltRow

KEEP = 48 * HOUR

_USE_NOTED_EVERY = HOUR
_LIVE_DAYS = KEEP // DAY


@dataclass(frozen=True, slots=True)
class _Held:
    salt: bytes
    since: int
    until: int


class Salts:
    """Salts by day, from any thread. A day counts from 1970-01-01 UTC; times are Unix milliseconds.

    Reading one from the database takes its write lock, which another process may hold for seconds. So `of` never does
    that on an event loop: there it answers from memory, where `prepare` puts what the present needs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._held: dict[int, _Held] = {}

    def of(self, day: int, now: int) -> bytes:
        """The 16 bytes of a day, made if there are none; every process gets the same.

        WouldBlockError on an event loop, where they are not in memory.
        """
        known = self._known(day, now)
        if known is not None:
            return known
        if _on_event_loop():
            raise WouldBlockError("the salt of a visitor is being read")
        return self._hold(day, now)

    def maintain(self, now: int) -> None:
        """Prepare and sweep. To be called at the start and once an hour, not on an event loop."""
        self.prepare(now)
        self.sweep(now)

    def prepare(self, now: int) -> None:
        """Put the salts of yesterday, today and tomorrow into memory: made ahead, they are there at midnight."""
        today = now // DAY
        for day in (today, today - 1, today + 1):
            self._hold(day, now)

    def sweep(self, now: int) -> int:
        """Delete expired salts, from the files too; returns how many.

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

    def _known(self, day: int, now: int) -> bytes | None:
        held = self._held.get(day)
        return held.salt if held is not None and held.since <= now < held.until else None

    def _hold(self, day: int, now: int) -> bytes:
        with self._lock:
            known = self._known(day, now)
            if known is not None:
                return known
            row = self._fetch(day, now)
            until = (day + 1) * DAY + KEEP if row.kind == "live" else now + _USE_NOTED_EVERY
            self._held[day] = _Held(row.salt, now, until)
            return row.salt

    def _fetch(self, day: int, now: int) -> SaltRow:
        try:
            with self._database.write() as session:
                return _find_or_make(session, day, now)
        except IntegrityError:  # another process made it between our read and our write
            with self._database.write() as session:
                return _find_or_make(session, day, now)


def _on_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


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
