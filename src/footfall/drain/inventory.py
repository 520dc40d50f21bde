"""How much the store should hold, by table and month: noted beside it by each batch, so that a loss is noticed.

`sqlite3 data/drain/inventory.db 'select * from months'` shows it; inventory.sql explains the tables.
"""

from __future__ import annotations

import io
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import polars as pl
import structlog

from footfall.catalog.tables import TABLES, Table
from footfall.clock import DAY, Clock, system_clock
from footfall.drain.plan import Insert
from footfall.errors import TransientError
from footfall.model.period import Bucket, to_datetime
from footfall.spool.salvage import SUFFIXES, connect, is_damage, transaction

INVENTORY = "inventory.db"
"""The name of its file, beside the plans."""

Place = tuple[Table, int]
"""A table and a month of it (yyyymm)."""

TALLIED = tuple(table for table, row in TABLES.items() if row.tally)

_SESSIONISED = {Table.EVENTS, Table.REQUESTS, Table.SESSIONS}

_MODULUS = 1 << 48
"""Tallies are kept modulo this: those of sessions are no counts, and grow without bound."""

_UNKNOWN = "SELECT table_name, month FROM months WHERE amount IS NULL"
_KNOWN = "SELECT table_name, month, amount FROM months WHERE amount IS NOT NULL"
_OF_BATCHES = "SELECT table_name, month, amount FROM batches"
_BATCHES_IN = "SELECT number FROM batches WHERE table_name = ? AND month = ? AND amount != 0"
_SET = "INSERT OR REPLACE INTO months VALUES (?, ?, ?)"
_ADD = """
INSERT INTO months VALUES (?, ?, ?) ON CONFLICT (table_name, month)
DO UPDATE SET amount = (amount + excluded.amount) % ?"""  # what is not known stays so
_LOSE = """
INSERT INTO losses VALUES (?, ?, ?, ?) ON CONFLICT (table_name, month)
DO UPDATE SET amount = losses.amount + excluded.amount, noticed_at = excluded.noticed_at"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A month of a table that does not hold what it should; `missing` is negative where it holds more."""

    table: Table
    month: int
    missing: int


@dataclass(frozen=True, slots=True)
class Loss:
    """Rows of a month of a table that are gone for good; of proxy logs, the requests that they counted."""

    table: str
    month: int
    amount: int
    noticed_at: int


class Inventory:
    """In a file, or in memory for tests. Called under the drain's lock, apart from `losses` and `accept_losses`.

    A new one knows nothing, so that the first count is believed. Months that the retention of the installation removes
    rows from are not compared. A damaged file is begun anew by its owner, the drain; TransientError for others.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        retention_days: int | None = None,
        owned: bool = True,
        clock: Clock = system_clock,
    ) -> None:
        self._days = retention_days
        self._clock = clock
        self._lock = threading.Lock()
        self._changing: Counter[Place] = Counter()
        self._db = _opened(path, owned=owned)
        if owned:
            self._lift_retention()

    def record(self, number: int, inserts: Iterable[Insert]) -> None:
        """Note what a batch has written; once, however often it is said. Durable at return."""
        rows = [
            (number, insert.table, month, amount) for insert in inserts for month, amount in amounts(insert).items()
        ]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?)", rows)

    def found(self, number: int, rows: Mapping[Table, Mapping[int, int]]) -> None:
        """What the store holds of a batch, by table and month, in place of what was noted of these tables."""
        with self._writing() as db:
            for table, months in rows.items():
                db.execute("DELETE FROM batches WHERE number = ? AND table_name = ?", (number, table))
                noted = [(number, table, month, amount) for month, amount in months.items()]
                db.executemany("INSERT INTO batches VALUES (?, ?, ?, ?)", noted)

    def forget(self, table: Table, month: int = 0) -> None:
        """What a month of a table (0: all of it) should hold is not known until it is counted next."""
        if table in TALLIED:
            with self._writing() as db:
                db.execute("INSERT OR REPLACE INTO months VALUES (?, ?, NULL)", (table, month))

    def doubt(self, months: Iterable[int]) -> None:
        """What the sessions of these months should hold is not known, so they are to be made again, over restarts.

        Damage that comes before the next count would be believed otherwise.
        """
        with self._writing() as db:
            for month in months:
                db.execute("INSERT OR REPLACE INTO months VALUES (?, ?, NULL)", (Table.SESSIONS, month))
                db.execute("INSERT OR IGNORE INTO repairs VALUES (0, ?)", (month,))

    def made_again(self, month: int, written: Mapping[int, int]) -> None:
        """The sessions of a month were dropped, and `written` since: what was added to the tally of each month."""
        batches = self._sums(_OF_BATCHES)
        with self._writing() as db:
            for other, amount in written.items():
                db.execute(_ADD, (Table.SESSIONS, other, amount % _MODULUS, _MODULUS))
            amount = (written.get(month, 0) - batches.get((Table.SESSIONS, month), 0)) % _MODULUS
            changing = self._changing[Table.SESSIONS, month]  # then it is counted once that has ended
            db.execute(_SET, (Table.SESSIONS, month, None if changing else amount))

    def begin_anew(self) -> None:
        """Another store is the store: what it holds is believed at the next count. Losses that are known stay so."""
        with self._writing() as db:
            for table in ("months", "batches", "repairs"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - of the list above
            _know_nothing(db)

    def begin_change(self, table: Table, month: int) -> None:
        """Rows are removed on purpose, until `end_change`."""
        self.forget(table, month)
        self._changing[table, month] += 1

    def end_change(self, table: Table, month: int) -> None:
        self._changing[table, month] -= 1
        self.forget(table, month)

    @property
    def is_unsure(self) -> bool:
        """Whether something is to be counted because it is not known."""
        return any(not self._changing[place] for place in self._unknown())

    def differences(self, found: Mapping[Place, int]) -> list[Difference]:
        """Where the store holds something else than it should, by what was counted in it."""
        unknown = self._unknown()
        expected = Counter(self._sums(_KNOWN))
        expected.update(self._sums(_OF_BATCHES))
        first = self._first_month()
        return [
            Difference(table, month, missing)
            for table, month in sorted(expected.keys() | found.keys())
            if month >= first and unknown.isdisjoint({(table, month), (table, 0)})
            if (missing := _signed(expected[table, month] - found.get((table, month), 0)))
        ]

    def settle(self, found: Mapping[Place, int], kept: Collection[int]) -> None:
        """From now on, the store should hold what was counted. Batches that are not `kept` are forgotten."""
        with self._writing() as db:
            numbers = {row[0] for row in db.execute("SELECT DISTINCT number FROM batches")}
            db.executemany("DELETE FROM batches WHERE number = ?", [(number,) for number in numbers - {*kept}])
            sums = self._sums(_OF_BATCHES)
            _note_thinned(db, self._first_month())
            db.execute("DELETE FROM months")
            for place in found.keys() | sums.keys() | (+self._changing).keys():
                amount = (found.get(place, 0) - sums.get(place, 0)) % _MODULUS
                db.execute("INSERT INTO months VALUES (?, ?, ?)", (*place, None if self._changing[place] else amount))

    def batches_in(self, table: Table, month: int) -> set[int]:
        """The remembered batches that wrote to a month of a table."""
        return {row[0] for row in self._db.execute(_BATCHES_IN, (table, month))}

    def months_of(self, number: int) -> dict[str, set[int]]:
        """The months that a remembered batch wrote to, by table."""
        found: dict[str, set[int]] = defaultdict(set)
        for table, month in self._db.execute("SELECT table_name, month FROM batches WHERE number = ?", (number,)):
            found[table].add(month)
        return found

    def session_months(self, *numbers: int) -> set[int]:
        """The months whose sessions these remembered batches may have changed."""
        found = (self.months_of(number) for number in numbers)
        return set().union(*(months for tables in found for table, months in tables.items() if table in _SESSIONISED))

    def begin_repairs(self, batches: Iterable[int], months: Iterable[int]) -> None:
        """Keep in mind, over restarts, of which batches lost rows come back, and of which months the sessions do."""
        with self._writing() as db:
            rows = [(number, 0) for number in batches] + [(0, month) for month in months]
            db.executemany("INSERT OR IGNORE INTO repairs VALUES (?, ?)", rows)

    def repairs(self) -> tuple[set[int], set[int]]:
        """Batches and months whose repair has begun and not ended."""
        rows = self._db.execute("SELECT number, month FROM repairs").fetchall()
        return {number for number, _ in rows if number}, {month for _, month in rows if month}

    def end_repairs(self, batches: Iterable[int], months: Iterable[int]) -> None:
        with self._writing() as db:
            rows = [(number, 0) for number in batches] + [(0, month) for month in months]
            db.executemany("DELETE FROM repairs WHERE number = ? AND month = ?", rows)

    def lose(self, lost: Iterable[Difference]) -> None:
        """Keep in mind what does not come back."""
        rows = [(one.table, one.month, one.missing, self._clock()) for one in lost]
        with self._writing() as db:
            db.executemany(_LOSE, rows)

    def losses(self) -> list[Loss]:
        with self._lock:
            return [Loss(*row) for row in self._db.execute("SELECT * FROM losses ORDER BY table_name, month")]

    def accept_losses(self) -> None:
        """The operator knows them."""
        with self._writing() as db:
            db.execute("DELETE FROM losses")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _unknown(self) -> set[Place]:
        return {(Table(table), month) for table, month in self._db.execute(_UNKNOWN)}

    def _sums(self, sql: str) -> dict[Place, int]:
        """Added up here: the 64 bits of the database are too few for the tallies of a day of batches."""
        found = Counter[Place]()
        for table, month, amount in self._db.execute(sql):
            found[Table(table), month] += amount
        return found

    def _lift_retention(self) -> None:
        """Where retention took rows of months that it leaves alone from now on, these are counted first."""
        (before,) = self._db.execute("SELECT coalesce(max(before), 0) FROM thinned").fetchone()
        first = self._first_month()
        if before <= first:
            return
        with self._writing() as db:
            places = db.execute("SELECT table_name, month FROM months UNION SELECT table_name, month FROM batches")
            thinned = [(*place, None) for place in places.fetchall() if first <= place[1] < before]
            db.executemany(_SET, thinned)
            _note_thinned(db, first)

    def _first_month(self) -> int:
        """The first month that retention has not begun to remove."""
        if self._days is None:
            return 0
        begun = Bucket.MONTH.floor(self._clock() - self._days * DAY)
        return int(f"{to_datetime(Bucket.MONTH.next(begun)):%Y%m}")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction. A full disk is temporary: the batch is tried again."""
        try:
            with self._lock, transaction(self._db) as db:
                yield db
        except sqlite3.Error as error:
            raise TransientError(f"The inventory can't be written ({error}).") from error


def amounts(insert: Insert) -> dict[int, int]:
    """What an insert adds to the tally of each month."""
    row = TABLES[Table(insert.table)]
    if not row.tally:
        return {}
    tally, at = pl.sql_expr(row.tally), pl.col(row.partition)
    names = tally.meta.root_names()
    whole = [pl.col(name).cast(pl.Int64, wrap_numerical=True) for name in names]
    found = (
        pl.read_ipc(io.BytesIO(insert.arrow), columns=[*{row.partition, *names}])
        .select(*whole, month=at.dt.year() * 100 + at.dt.month().cast(pl.Int32))
        .group_by("month")
        .agg(amount=pl.len() if row.tally == "1" else tally.sum())
    )
    return {month: amount % _MODULUS for month, amount in found.iter_rows()}


def _signed(amount: int) -> int:
    """The smallest number that is this one modulo `_MODULUS`."""
    return (amount + _MODULUS // 2) % _MODULUS - _MODULUS // 2


def _opened(path: Path | None, *, owned: bool) -> sqlite3.Connection:
    """A file that is damaged is begun anew: it is then a first count that is believed."""
    try:
        return _connected(path)
    except sqlite3.Error as error:
        if path is None or not owned or not is_damage(error):
            raise TransientError(f"The inventory can't be opened ({error}).") from error
        structlog.get_logger("drain").error("the inventory is damaged and begun anew", reason=str(error))
        for suffix in SUFFIXES:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _connected(path)


def _connected(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.touch(mode=0o600)
    db = connect(path or Path(":memory:"))
    with transaction(db):
        is_new = not db.execute("SELECT 1 FROM sqlite_master").fetchone()
        for statement in (
            resources.files("footfall.drain").joinpath("inventory.sql").read_text(encoding="utf-8").split(";\n")
        ):
            db.execute(statement)
        if is_new:
            _know_nothing(db)
    return db


def _note_thinned(db: sqlite3.Connection, before: int) -> None:
    db.execute("DELETE FROM thinned")
    db.execute("INSERT INTO thinned VALUES (?)", (before,))


def _know_nothing(db: sqlite3.Connection) -> None:
    db.executemany("INSERT INTO months VALUES (?, 0, NULL)", [(table,) for table in TALLIED])
