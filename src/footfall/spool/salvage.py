"""A spool's file is looked at when it is opened: a damaged one is set aside, what can be read goes on in a new one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from importlib import resources
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path

import structlog

from footfall.spool.mark import Loss, Marked, MarkedBatch
from footfall.spool.pages import BatchRow, Content, Found, Row, search

SUFFIXES = ("", "-wal", "-shm")
SET_ASIDE = "damaged"
"""The folder beside the spools for files that were damaged."""

Gap = tuple[int, int, int]
"""First and last row that are missing, and the number of their events, 0 where it is not known."""

_OTHERS = ("keys", "note", "rejected", "damaged", "lost")
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is damaged; other errors pass."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF in _DAMAGE


def heal(path: Path, marked: Marked, now: int) -> None:
    """Make the file of a spool that nobody has open sound, with every row in it that can be read.

    A spool that is sound and holds all that was acknowledged stays as it is.
    """
    fresh = path.with_suffix(".healed")
    if fresh.exists():  # a healing that was interrupted: between its last two steps it is complete
        fresh.unlink() if path.exists() else fresh.rename(path)
    path.touch(mode=0o600)
    # Before SQLite opens the files: it forgets what it does not believe of the log.
    with _content(path.with_name(path.name + "-wal")) as log:
        sound = is_sound(path)
        if sound and last_row(path) >= marked.seq:
            return
        with _content(path) as file:
            found = search(file, log)
    making = path if sound else _new(path.with_suffix(".healing"))
    with closing(sqlite3.connect(making, isolation_level=None)) as db, transaction(db):
        lost = _fill(db, found, marked, now, None if sound else path)
    aside = ""
    if not sound:
        making.rename(fresh)
        aside = str(_set_aside(path, now))
        fresh.rename(path)
    structlog.get_logger("spools").error(
        "a spool was damaged",
        spool=path.stem,
        set_aside=aside,
        rows_found=len(found.rows),
        rows_lost=sum(last - first + 1 for first, last, _ in lost),
        events_lost=sum(events for *_, events in lost),
    )


def _fill(db: sqlite3.Connection, found: Found, marked: Marked, now: int, old: Path | None) -> list[Gap]:
    """Write what was found; returns what is lost."""
    for statement in schema():
        db.execute(statement)
    if old is not None:
        _copy_others(db, old)
    db.executemany("INSERT OR IGNORE INTO lost VALUES (?, ?, ?, ?)", marked.losses)
    _add(db, found, marked)
    lost = list(_lost(db, marked))
    db.executemany("INSERT INTO lost VALUES (?, ?, ?, ?)", [(*gap, now) for gap in lost])
    return lost


def schema() -> Iterator[str]:
    """The statements that make the tables."""
    text = resources.files("footfall.spool").joinpath("schema.sql").read_text(encoding="utf-8")
    return (statement for statement in text.split(";\n") if "CREATE" in statement)


def connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction, rolled back where the block raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def high_mark(db: sqlite3.Connection) -> tuple[int, int]:
    """The last row's number, lost ones included, and the number of events ever appended that were not lost."""
    row = db.execute("SELECT seq, total FROM rows ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        row = db.execute("SELECT last, total FROM batches ORDER BY last DESC LIMIT 1").fetchone() or (0, 0)
    lost = db.execute("SELECT coalesce(max(last), 0) FROM lost").fetchone()[0]
    return max(row[0], lost), row[1]


def is_sound(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file."""
    try:
        with closing(connect(path)) as db:
            (said,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return False
    return bool(said == "ok")


def last_row(path: Path) -> int:
    """The last row that the file knows of."""
    with closing(connect(path)) as db:
        for statement in schema():
            db.execute(statement)
        return high_mark(db)[0]


def _new(path: Path) -> Path:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    return path


def _set_aside(path: Path, now: int) -> Path:
    """Move the files into the folder of damaged ones; where the main one is now."""
    folder = path.parent / SET_ASIDE
    folder.mkdir(mode=0o700, exist_ok=True)
    aside = folder / f"{path.stem}-{now}.db"
    for suffix in SUFFIXES:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(folder / (aside.name + suffix))
    return aside


def _copy_others(db: sqlite3.Connection, old_file: Path) -> None:
    """The tables that are read by SQLite, each as far as it can be."""
    for table in _OTHERS:
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(old_file)) as old:
            for row in old.execute(f"SELECT * FROM {table}"):  # noqa: S608 - of the list above
                marks = ", ".join("?" * len(row))
                db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)  # noqa: S608 - as above


def _add(db: sqlite3.Connection, found: Found, marked: Marked) -> None:
    """Rows that are not drained, and the batches that say which are: the last finished one, and one under way."""
    finished = [batch for batch in found.batches.values() if batch[-1] is not None]
    if marked.finished.number:
        finished.append(_batch(marked.finished, 0))
    done = max(finished, default=None)
    number, drained = (done[0], done[2]) if done else (0, 0)
    pending = [batch for batch in (*found.batches.values(), _batch(marked.taken, None)) if batch[0] > number]
    batches = [*filter(None, [done]), *sorted(pending)[:1]]
    db.executemany("INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?, ?)", batches)
    rows: Iterable[Row] = (row for seq, row in sorted(found.rows.items()) if seq > drained)
    db.executemany("INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?, ?, ?)", rows)


def _batch(marked: MarkedBatch, finished_at: int | None) -> BatchRow:
    return (marked.number, marked.first, marked.last, 0, marked.total, finished_at)


def _lost(db: sqlite3.Connection, marked: Marked) -> Iterator[Gap]:
    """What was acknowledged and is gone. Of a batch under way, its plan may hold the rows: it is looked at later."""
    last, total = db.execute("SELECT last, total FROM batches ORDER BY number DESC LIMIT 1").fetchone() or (0, 0)
    yield from gaps(db, last + 1, max(marked.seq, high_mark(db)[0]), total, marked.total)


def gaps(db: sqlite3.Connection, first: int, last: int, before: int | None = None, upto: int = 0) -> Iterator[Gap]:
    """Rows from `first` to `last` that are missing and not known to be lost.

    Totals `before` the first and `upto` the last tell their events.
    """
    known = losses(db)
    sql = "SELECT seq, events, total FROM rows WHERE seq BETWEEN ? AND ? ORDER BY seq"
    there: list[tuple[int, int, int]] = db.execute(sql, (first, last)).fetchall()
    start = 0 if before is None else before
    if before is None and there:
        start = there[0][2] - there[0][1]
    for (seq, _, total), (following, events, sum_) in pairwise([(first - 1, 0, start), *there, (last + 1, 0, upto)]):
        if following > seq + 1:
            yield from _news((seq + 1, following - 1, max(sum_ - events - total, 0)), known)


def _news(gap: Gap, known: Iterable[Loss]) -> Iterator[Gap]:
    """What of a gap is not known yet. Of several parts the first has the events: at least as many as are gone.

    Whether totals still count what was lost before depends on whether rows followed it then, which nothing says.
    """
    first, last, events = gap
    for begin, end, *_ in known:
        if first < begin <= last:
            yield first, begin - 1, events
            events = 0
        if begin <= last:
            first = max(first, end + 1)
    if first <= last:
        yield first, last, events


def losses(db: sqlite3.Connection) -> list[Loss]:
    """The rows of the table `lost`, in order."""
    return db.execute("SELECT first, last, events, at FROM lost ORDER BY first").fetchall()


@contextmanager
def _content(path: Path) -> Iterator[Content]:
    """A file's bytes; none where it is missing or empty."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
        except FileNotFoundError:
            yield b""
            return
        size = os.fstat(file.fileno()).st_size
        yield stack.enter_context(mmap(file.fileno(), 0, access=ACCESS_READ)) if size else b""
