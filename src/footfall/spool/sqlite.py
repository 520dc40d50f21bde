"""The durable spool: one SQLite file per collecting process, in WAL mode with `synchronous=FULL`.

`sqlite3 data/spool/serve.db 'select * from batches'` explains its state; schema.sql explains the tables.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from importlib import resources
from pathlib import Path

import msgspec

from footfall.clock import SECOND, Clock
from footfall.errors import TransientError
from footfall.model.raw import Record, coalesced, size
from footfall.spool.protocol import KEY_LIFETIME, Batch, Key, SpoolState, Submission

BATCH_BYTES = 64 << 20
"""Most bytes of one batch, which limits the drain's memory when events are large."""

KEEP_BYTES = 256 << 20
"""Most bytes of drained rows that are kept, to replay them after a power cut."""

_encode = msgspec.msgpack.Encoder().encode


class SqliteSpool:
    """A `protocol.Spool` in one file. Two connections: appenders share one, the drain has its own."""

    def __init__(self, path: Path, *, clock: Clock, capacity: int, keep_seconds: int) -> None:
        self.path = path
        self._clock = clock
        self._capacity = capacity
        self._keep = keep_seconds * SECOND
        self._lock = threading.Lock()
        self._draining = threading.RLock()
        self._closed = False
        self._decoder = msgspec.msgpack.Decoder(list[Record])
        path.touch(mode=0o600)
        with _transient():
            self._writer = _connect(path)
            self._writer.executescript(resources.files("footfall.spool").joinpath("schema.sql").read_text())
            self._drain = _connect(path)
            # Numbers continue where they stopped, even with every row deleted: only this object appends to the file.
            self._seq, self._total = _high_mark(self._writer)
            self._drained = _drained(self._writer)

    def append(self, submissions: Sequence[Submission], note: bytes = b"") -> list[bytes]:
        with self._lock, _transient():
            self._check_room()
            if note or any(submission.key is not None for submission in submissions):
                with _transaction(self._writer) as db:
                    answers, fresh = self._answers(db, submissions)
                    mark = self._insert(fresh)
                    if note:
                        db.execute("INSERT OR REPLACE INTO note (only, value) VALUES (1, ?)", (note,))
            else:
                # A single statement is its own transaction. Each statement releases the GIL and has to acquire it
                # again, so their number, not the disk, limits the commits per second of a busy process.
                answers = [submission.answer for submission in submissions]
                mark = self._insert([submission.record for submission in submissions])
            self._seq, self._total = mark
            return answers

    def _check_room(self) -> None:
        """TransientError where the spool is full. The count of drained events is read again only when it looks full."""
        if self._total - self._drained >= self._capacity:
            self._drained = _drained(self._writer)
        if self._total - self._drained >= self._capacity:
            raise TransientError(f"The buffer is full ({self._capacity} events); nothing was stored.")

    def _insert(self, records: list[Record]) -> tuple[int, int]:
        """Add a row; returns the new high mark."""
        if not records:
            return self._seq, self._total
        body = _encode(coalesced(records))
        events = sum(map(size, records))
        seq, total = self._seq + 1, self._total + events
        self._writer.execute(
            "INSERT INTO rows (seq, received_at, events, total, crc, body) VALUES (?, ?, ?, ?, ?, ?)",
            (seq, self._clock(), events, total, zlib.crc32(body), body),
        )
        return seq, total

    def _answers(self, db: sqlite3.Connection, submissions: Sequence[Submission]) -> tuple[list[bytes], list[Record]]:
        now = self._clock()
        answers: list[bytes] = []
        fresh: list[Record] = []
        for submission in submissions:
            known = None if submission.key is None else _remember(db, submission.key, submission.answer, now)
            if known is None:
                fresh.append(submission.record)
            answers.append(submission.answer if known is None else known)
        return answers, fresh

    def note(self) -> bytes:
        with self._lock, _transient():
            row = self._writer.execute("SELECT value FROM note").fetchone()
        return bytes(row[0]) if row else b""

    def take(self, limit: int) -> Batch | None:
        with self._draining, _transient(), _transaction(self._drain) as db:
            open_batch = db.execute("SELECT number, first, last FROM batches WHERE finished_at IS NULL").fetchone()
            if open_batch is not None:
                return Batch(*open_batch)
            last, number = db.execute("SELECT coalesce(max(last), 0), coalesce(max(number), 0) FROM batches").fetchone()
            run = _run(db, last, limit)
            if run is None:
                return None
            # Milliseconds and three random digits: distinct between spools, growing within one.
            number = max(self._clock() * 1000 + secrets.randbelow(1000), number + 1)
            batch = Batch(number, run.first, run.last)
            db.execute(
                "INSERT INTO batches (number, first, last, bytes, total) VALUES (?, ?, ?, ?, ?)",
                (number, run.first, run.last, run.bytes, run.total),
            )
            return batch

    def records(self, batch: Batch) -> list[Record]:
        found: list[Record] = []
        with self._draining, _transient():
            rows = self._drain.execute(
                "SELECT seq, crc, body FROM rows WHERE seq BETWEEN ? AND ? ORDER BY seq", (batch.first, batch.last)
            ).fetchall()
            for seq, crc, body in rows:
                try:
                    if zlib.crc32(body) != crc:
                        raise msgspec.DecodeError  # noqa: TRY301 - one place sets rows aside
                    found += self._decoder.decode(body)
                except msgspec.DecodeError:
                    self._set_aside(seq)
        return found

    def _set_aside(self, seq: int) -> None:
        with _transaction(self._drain) as db:
            db.execute(
                "INSERT OR IGNORE INTO damaged SELECT seq, received_at, events, ?, body FROM rows WHERE seq = ?",
                (self._clock(), seq),
            )

    def reject(self, batch: Batch, record: Record, reason: str) -> None:
        with self._draining, _transient(), _transaction(self._drain) as db:
            db.execute(
                "INSERT OR IGNORE INTO rejected (batch, at, events, reason, body) VALUES (?, ?, ?, ?, ?)",
                (batch.number, self._clock(), size(record), reason, _encode(record)),
            )

    def finish(self, batch: Batch) -> None:
        now = self._clock()
        with self._draining, _transient(), _transaction(self._drain) as db:
            db.execute("UPDATE batches SET finished_at = ? WHERE number = ?", (now, batch.number))
            self._forget(db, now)
            drained = _drained(db)
        with self._lock:
            self._drained = max(self._drained, drained)

    def _forget(self, db: sqlite3.Connection, now: int) -> None:
        """Delete drained rows that are too old or too many, oldest first; the newest batch keeps the high mark."""
        finished = db.execute(
            "SELECT number, last, bytes, finished_at FROM batches WHERE finished_at IS NOT NULL ORDER BY number DESC"
        ).fetchall()
        kept = 0
        for position, (number, last, size_, finished_at) in enumerate(finished):
            kept += size_
            if finished_at <= now - self._keep or kept > KEEP_BYTES:
                db.execute("DELETE FROM rows WHERE seq <= ?", (last,))
                db.execute("DELETE FROM batches WHERE number <= ?", (number if position else number - 1,))
                break
        db.execute("DELETE FROM keys WHERE at <= ?", (now - KEY_LIFETIME,))

    @property
    def counted(self) -> tuple[int, int]:
        """Events waiting and drained, from memory, where this object alone appends to the file.

        Exact where it drains the file, too; else as of the last `state` or refusal.
        """
        drained = self._drained
        return self._total - drained, drained

    def state(self) -> SpoolState:
        """Read on the appenders' connection, since the drain may hold its own while it decodes a batch."""
        with self._lock, _transient():
            db = self._writer
            (_, total), drained = _high_mark(db), _drained(db)
            self._drained = max(self._drained, drained)
            last = db.execute("SELECT coalesce(max(finished_at), 0) FROM batches").fetchone()[0]
            damaged = db.execute("SELECT count(*) FROM damaged").fetchone()[0]
            rejected = db.execute("SELECT coalesce(sum(events), 0) FROM rejected").fetchone()[0]
        return SpoolState(total - drained, drained, self._capacity, last, damaged, rejected)

    def spent(self) -> bool:
        """Whether nothing waits, is set aside or noted, and no idempotency key is still valid."""
        state = self.state()
        if state.waiting or state.damaged or state.rejected or self.note():
            return False
        with self._draining, _transient():
            keys = self._drain.execute(
                "SELECT 1 FROM keys WHERE at > ? LIMIT 1", (self._clock() - KEY_LIFETIME,)
            ).fetchone()
        return keys is None

    def close(self) -> None:
        with self._lock, self._draining:
            if not self._closed:
                self._closed = True
                self._writer.close()
                self._drain.close()

    def remove(self) -> None:
        """Close and delete the file: its process has ended and left nothing to drain."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows for one batch."""

    first: int
    last: int
    bytes: int
    total: int


def _run(db: sqlite3.Connection, after: int, limit: int) -> _Run | None:
    """The rows after `after`, up to `limit` events or BATCH_BYTES, at least one."""
    run: _Run | None = None
    events = 0
    for seq, count, total, length in db.execute(
        "SELECT seq, events, total, length(body) FROM rows WHERE seq > ? ORDER BY seq", (after,)
    ):
        if run is None:
            run = _Run(seq, seq, length, total)
        elif events + count > limit or run.bytes + length > BATCH_BYTES:
            break
        else:
            run = _Run(run.first, seq, run.bytes + length, total)
        events += count
    return run


def _remember(db: sqlite3.Connection, key: Key, answer: bytes, now: int) -> bytes | None:
    """The first answer to a key of the last 24 hours, or None after noting the key with this one."""
    digest = blake2b(f"{key.project_id}:{key.text}".encode(), digest_size=16).digest()
    known = db.execute("SELECT answer FROM keys WHERE key = ? AND at > ?", (digest, now - KEY_LIFETIME)).fetchone()
    if known is not None:
        return bytes(known[0])
    db.execute("INSERT OR REPLACE INTO keys (key, answer, at) VALUES (?, ?, ?)", (digest, answer, now))
    return None


def _high_mark(db: sqlite3.Connection) -> tuple[int, int]:
    """The last row's number, and the number of events ever appended."""
    row = db.execute("SELECT seq, total FROM rows ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        row = db.execute("SELECT last, total FROM batches ORDER BY last DESC LIMIT 1").fetchone()
    return row or (0, 0)


def _drained(db: sqlite3.Connection) -> int:
    """The number of events ever drained."""
    row = db.execute("SELECT total FROM batches WHERE finished_at IS NOT NULL ORDER BY number DESC LIMIT 1").fetchone()
    return int(row[0]) if row else 0


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    return db


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction, rolled back where the block raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def _transient() -> Iterator[None]:
    """A full disk, a failing fsync and a locked file are temporary; what they interrupted is rolled back."""
    try:
        yield
    except sqlite3.Error as error:
        raise TransientError(f"The buffer can't be written ({error}); nothing was stored.", retry_after=5) from error
