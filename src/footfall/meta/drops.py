"""What was left out of a project, by UTC day: reports by reason, and what is told by name; kept for 400 days."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from footfall.clock import DAY, Clock
from footfall.meta.database import Database, insert
from footfall.meta.tables import DropRow, NamedDropRow
from footfall.model.drops import DropReason, NameKind

KEEP_DAYS = 400

MAX_NAMES = 100
"""Names of one kind that a project has apart."""

REST = "other"
"""What stands for all further names."""

MAX_WAITING = 10_000

_Key = tuple[int, int, str]
_NamedKey = tuple[int, str, int, str]


class Drops:
    """Counts in memory, from any thread; `flush` writes them. A killed process loses what it has not written."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: Counter[_Key] = Counter()
        self._named: Counter[_NamedKey] = Counter()

    def count(self, project: int, reason: DropReason) -> None:
        with self._lock:
            self._waiting[project, self._clock() // DAY, reason.value] += 1

    def count_name(self, project: int, kind: NameKind, name: str) -> None:
        """Counts something that was left out, by a name that its sender made up."""
        with self._lock:
            key = project, kind.value, self._clock() // DAY, name
            # Between two writes no more names wait than are ever kept.
            self._named[key if key in self._named or len(self._named) < MAX_WAITING else (*key[:3], REST)] += 1

    def flush(self) -> None:
        """Write the counts; where that fails, they are kept for the next call."""
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
            named, self._named = self._named, Counter()
        if not waiting and not named:
            return
        oldest = self._clock() // DAY - KEEP_DAYS
        try:
            with self._database.write() as session:
                _add(session, waiting.items())
                _add_named(session, named)
                for table in (DropRow, NamedDropRow):
                    session.execute(delete(table).where(table.day < oldest))
        except Exception:
            with self._lock:
                self._waiting.update(waiting)
                self._named.update(named)
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

    def by_name(self, project: int, kind: NameKind, start: int, end: int) -> dict[str, int]:
        """As `by_reason`, by the names of a kind. The name `REST` has what was counted beyond `MAX_NAMES`."""
        self.flush()
        table = NamedDropRow
        days = (table.day >= start // DAY, table.day <= (end - 1) // DAY)
        mine = (table.project == project, table.kind == kind.value, *days)
        query = select(table.name, func.sum(table.count)).where(*mine).group_by(table.name)
        with self._database.read() as session:
            found = [(name, int(count)) for name, count in session.execute(query)]
        return dict(sorted(found, key=lambda item: (-item[1], item[0])))


def _add_named(session: Session, counts: Counter[_NamedKey]) -> None:
    """The counts; a name that a project does not have yet counts as `REST` where it has `MAX_NAMES` of the kind."""
    table = NamedDropRow
    known: dict[tuple[int, str], set[str]] = {}
    for (project, kind, day, name), count in counts.items():
        if (project, kind) not in known:
            mine = select(table.name).where(table.project == project, table.kind == kind).distinct()
            known[project, kind] = set(session.scalars(mine)) | {REST}
        names = known[project, kind]
        if len(names) <= MAX_NAMES:
            names.add(name)
        row = insert(session, table).values(
            project=project, kind=kind, day=day, name=name if name in names else REST, count=count
        )
        more = {"count": table.count + row.excluded.count}
        session.execute(row.on_conflict_do_update(index_elements=["project", "kind", "day", "name"], set_=more))


def _add(session: Session, counts: Iterable[tuple[_Key, int]]) -> None:
    for (project, day, reason), count in counts:
        row = insert(session, DropRow).values(project=project, day=day, reason=reason, count=count)
        more = {"count": DropRow.count + row.excluded.count}
        session.execute(row.on_conflict_do_update(index_elements=["project", "day", "reason"], set_=more))
