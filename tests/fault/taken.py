"""What damage has taken, by what was there right before it: everything else must be stored, once."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fault.breakage import SPOOL, part_of, plans, rows_of
from tests.fault.load import SHARED
from tests.support.server import ask

from footfall.model.raw import EventColumns, EventRows, ProxyLogs, RequestRows
from footfall.spool.body import decoded

_NAMES = {"events": "name", "requests": "endpoint"}
_LOST = "SELECT at, first, last, events FROM lost"
_DAMAGED = "SELECT seq, seq, seq, events FROM damaged"
_UNDER_WAY = "SELECT number, first, last FROM batches WHERE finished_at IS NULL"


class Taken:
    """`names` were in rows that the spool counts as lost or damaged, `parts` in parts of facts that were removed.

    `partly` may be stored although the spool counts their rows as lost: their batch was written in part, and its plan,
    which alone could have said so, is gone as well.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._rows: dict[int, tuple[int, bytes]] = {}  # as of the last damage of the spool
        self._counted: set[tuple[int, ...]] = set()  # when, first and last row, events
        self.names: set[str] = set()
        self.parts: set[str] = set()
        self.partly: set[str] = set()
        self.wrong: list[str] = []
        self.spools = 0

    def damage_spool(self, dice: random.Random) -> str:
        # A row may have been damaged before, and not been looked at since: what was in it then is known. One that is
        # gone is not missed as long as the plan of its batch says what was in it.
        known = self._rows
        under_way = {seq for _, first, last in _asked(self._data, _UNDER_WAY) for seq in range(first, last + 1)}
        self._rows = {seq: known.get(seq, row) for seq, row in rows_of(self._data).items()}
        self._rows |= {seq: known[seq] for seq in under_way & known.keys()}
        # Its plan may have gone before: it was damaged, or dropped when damaged sessions were made again.
        for seq in under_way & self._rows.keys():
            self.partly.update(_names(self._rows[seq][1]))
        breakage = dice.choice(SPOOL)
        breakage(self._data, dice)
        self.spools += 1
        return f"{breakage.__name__}, {len(self._rows)} rows waited"

    def damage_plans(self) -> None:
        rows = rows_of(self._data) | self._rows
        for number, first, last in _asked(self._data, _UNDER_WAY):
            if (self._data / "drain" / f"serve-{number}.plan").exists():
                for seq in rows.keys() & range(first, last + 1):
                    self.partly.update(_names(rows[seq][1]))
        plans(self._data)

    def remove_facts(self, dice: random.Random) -> str:
        """A part of them. What the spool still has must come back, and the rest be counted."""
        table = dice.choice(sorted(_NAMES))
        query = f"SELECT _part AS part, groupArray({_NAMES[table]}) AS names FROM {table} GROUP BY part"  # noqa: S608 - names from above
        (found,) = ask(self._data, query)
        part = part_of(self._data, dice, table)
        for row in found:
            if part and row["part"] == part.name:
                self.parts.update(row["names"])
                shutil.rmtree(part)
                return f"a part of {table} with {len(row['names'])} rows"
        return "nothing"

    def note(self) -> None:
        """Look at what the spool counts, once it is open again and before it is damaged again."""
        found = sorted({*_asked(self._data, _LOST, _DAMAGED)} - self._counted)
        for _, parts in groupby(found, key=itemgetter(0)):
            self._note_loss(list(parts))
        self._counted.update(found)

    def _note_loss(self, parts: list[tuple[int, ...]]) -> None:
        """What was noticed at once; what was known to be lost between its parts, or beside them, it may count again."""
        gone = [seq for _, first, last, _ in parts for seq in range(first, last + 1)]
        rows = [self._rows[seq] for seq in gone if seq in self._rows]
        counted, there = sum(events for *_, events in parts), sum(events for events, _ in rows)
        span = self._span_of(gone)
        known = sum(events for _, first, last, events in self._counted if first in span and last in span)
        if len(rows) != len(gone) or not there <= counted <= there + known:
            there_were = f"{len(rows)} of {len(gone)} rows were there, with {there} events"
            before = sorted(self._counted)[-9:]
            self.wrong.append(f"{parts} are counted; {there_were}; counted before, at the end: {before}")
        for _, body in rows:
            self.names.update(_names(body))

    def _span_of(self, gone: list[int]) -> range:
        """From the first of these rows to the last, and on to both sides as far as others are known to be lost."""
        ends = {first: last for _, first, last, _ in self._counted}
        starts = {last: first for first, last in ends.items()}
        begin, end = gone[0], gone[-1]
        while begin - 1 in starts:
            begin = starts[begin - 1]
        while end + 1 in ends:
            end = ends[end + 1]
        return range(begin, end + 1)


def _asked(data: Path, *queries: str) -> list[tuple[int, ...]]:
    """Rows of the spool's tables; its files stay as they are."""
    with TemporaryDirectory() as folder:
        for file in (data / "spool").glob("serve.db*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / "serve.db")) as db:
            return [row for query in queries for row in db.execute(query)]


def _names(body: bytes) -> Iterator[str]:
    for record in decoded(body):
        if isinstance(record, EventRows | EventColumns):
            yield from (row.name for row in record.rows)
        elif isinstance(record, RequestRows):
            yield from (row.endpoint for row in record.rows)
        elif isinstance(record, ProxyLogs):
            yield from (domain for domain in record.columns.domain if domain != SHARED)
