"""How many reports of a project were dropped, by UTC day and reason; kept for 400 days."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from footfall.clock import DAY, Clock
from footfall.meta.database import Database, insert
from footfall.meta.tables import DropRow
from footfall.model.drops import DropReason

KEEP_DAYS = 400

_Key = tuple[int, int, str]


class Drops:
    """Counts in memory, from any thread; `flush` writes them. A killed process loses what it has not written."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: Counter[_Key] = Counter()

    def count(self, project: int, reason: DropReason) -> None:
        with self._lock:
            self._waiting[project, self._clock() // DAY, reason.value] += 1

    def flush(self) -> None:
        """Write the counts; where that fails, they are kept for the next call."""
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
        if not waiting:
            return
        try:
            with self._database.write() as session:
                _add(session, waiting.items())
                session.execute(delete(DropRow).where(DropRow.day < self._clock() // DAY - KEEP_DAYS))
        except Exception:
            with self._lock:
                self._waiting.update(waiting)
            raise

    def by_reason(self, project: int, start: int, end: int) -> dict[str, int]:
        """Counts of the UTC days that `[start, end)` (Unix milliseconds) touches; most first, ties by reason."""
        self.flush()
        first, last = start // DAY, (end - 1) // DAY
        mine = (DropRow.project == project, DropRow.day >= first, DropRow.day <= last)
        query = select(DropRow.reason, func.sum(DropRow.count)).where(*mine).group_by(DropRow.reason)
        with self._database.read() as session:
            found = [(reason, int(count)) for reason, count in session.execute(query)]
        return dict(sorted(found, key=lambda item: (-item[1], item[0])))


def _add(session: Session, counts: Iterable[tuple[_Key, int]]) -> None:
    for (project, day, reason), count in counts:
        row = insert(session, DropRow).values(project=project, day=day, reason=reason, count=count)
        more = {"count": DropRow.count + row.excluded.count}
        session.execute(row.on_conflict_do_update(index_elements=["project", "day", "reason"], set_=more))
