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
from pathlib import Path

import msgspec

from footfall.clock import SECOND, Clock
from footfall.errors import TransientError
from footfall.model.raw import Record, size
from footfall.spool.body import HEAD, decoded, encoded, unpacked_size
from footfall.spool.mark import Mark, MarkedBatch
from footfall.spool.protocol import KEY_LIFETIME, Batch, Key, SpoolState, Submission
from footfall.spool.rewriting import Change, rewrite
from footfall.spool.salvage import SUFFIXES, connect, gaps, heal, high_mark, is_damage, losses, schema, transaction

BATCH_BYTES = 64 << 20
"""Most bytes of one batch, unpacked, which limits the drain's memory when events are large."""

KEEP_BYTES = 256 << 20
"""Most bytes of drained rows that are kept, to replay them after a power cut."""

_KEPT = """
SELECT number, first, last FROM batches
WHERE finished_at IS NOT NULL AND last - first + 1 = (SELECT count(*) FROM rows WHERE seq BETWEEN first AND last)
ORDER BY number"""

_encode = msgspec.msgpack.Encoder().encode


class SqliteSpool:
    """A `protocol.Spool` in one file. Two connections: appenders share one, the drain has its own."""

    def __init__(self, path: Path, *, clock: Clock, capacity: int, keep_seconds: int, owned: bool = True) -> None:
        """`owned`: no other process has the file open now, so it is looked at and mended."""
        self.path = path
        self._clock = clock
        self._capacity = capacity
        self._keep = keep_seconds * SECOND
        self._lock = threading.RLock()
        self._draining = threading.RLock()
        self._closed = False
        self.damaged = False
        self.mendable = False  # later, too: as long as this process alone writes to the file
        self._mark = Mark(path.with_suffix(".mark"))
        try:
            with self._transient():
                self._open(owned=owned)
        except BaseException:
            self._mark.close()
            raise

    def _open(self, *, owned: bool) -> None:
        """Look at the file, unless another process may be writing to it, and connect."""
        if owned:
            heal(self.path, self._mark.read(), self._clock())
        self.path.touch(mode=0o600)
        self._file = self.path.stat().st_ino  # before it is connected to: what comes in its place later is told
        self._writer = connect(self.path)
        for statement in schema():
            self._writer.execute(statement)
        self._drain = connect(self.path)
        # Numbers continue where they stopped, even with every row deleted: only this object appends to the file.
        self._seq, self._total = high_mark(self._writer)
        self._drained = _drained(self._writer)
        if owned:
            self._write_mark()
        self.damaged = False

    @property
    def is_replaced(self) -> bool:
        """Whether another process has mended the file, and so put another in its place."""
        try:
            return self.path.stat().st_ino != self._file
        except OSError:
            return False

    def _write_mark(self) -> None:
        """All that it says less of than the file: it may be gone, or old."""
        marked = self._mark.read()
        self._mark.appended(self._seq, self._total)
        self._mark.lost(losses(self._writer))
        for write, known, is_done in (
            (self._mark.finished, marked.finished, "NOT NULL"),
            (self._mark.taken, marked.taken, "NULL"),
        ):
            row = self._writer.execute(
                f"SELECT number, first, last, total FROM batches WHERE finished_at IS {is_done} ORDER BY number DESC"  # noqa: S608 - from above
            ).fetchone()
            if row and row[0] > known.number:
                write(MarkedBatch(*row))

    def reopen(self, *, owned: bool) -> None:
        """Look at the file anew: another process has written to it. A batch that was taken may be finished after it."""
        with self._lock, self._draining, self._transient():
            self._writer.close()
            self._drain.close()
            self._open(owned=owned)

    def _mend(self) -> None:
        """Open the file anew where a statement found it damaged."""
        if self.damaged and self.mendable:
            with self._lock, self._draining:
                if self.damaged:
                    self.reopen(owned=True)

    def append(self, submissions: Sequence[Submission], note: bytes = b"") -> list[bytes]:
        with self._lock, self._transient():
            self._check_room()
            if note or any(submission.key is not None for submission in submissions):
                with transaction(self._writer) as db:
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
            self._mark.appended(*mark)
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
        body = encoded(records)
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
        with self._lock, self._transient():
            row = self._writer.execute("SELECT value FROM note").fetchone()
        return bytes(row[0]) if row else b""

    def take(self, limit: int) -> Batch | None:
        self._mend()
        with self._draining, self._transient(), transaction(self._drain) as db:
            open_batch = db.execute("SELECT number, first, last FROM batches WHERE finished_at IS NULL").fetchone()
            if open_batch is not None:
                return Batch(*open_batch)
            last, number = db.execute("SELECT coalesce(max(last), 0), coalesce(max(number), 0) FROM batches").fetchone()
            run = _run(db, last, limit)
            if run is None:
                return None
            batch = Batch(self._number(number), run.first, run.last)
            self._record(db, batch, run)
            return batch

    def following(self, batch: Batch, limit: int, least: int) -> Batch | None:
        with self._draining, self._transient():
            db = self._drain
            if high_mark(db)[1] - _total(db, batch.last) < least:
                return None
            run = _run(db, batch.last, limit)
        return Batch(self._number(batch.number), run.first, run.last) if run else None

    def begin(self, batch: Batch) -> None:
        with self._draining, self._transient(), transaction(self._drain) as db:
            size_ = db.execute(
                "SELECT coalesce(sum(length(body)), 0) FROM rows WHERE seq BETWEEN ? AND ?", (batch.first, batch.last)
            ).fetchone()[0]
            self._record(db, batch, _Run(batch.first, batch.last, size_, _total(db, batch.last)))

    def _number(self, before: int) -> int:
        """Milliseconds and three random digits: distinct between spools, growing within one."""
        return max(self._clock() * 1000 + secrets.randbelow(1000), before + 1)

    def _record(self, db: sqlite3.Connection, batch: Batch, run: _Run) -> None:
        self._mark.taken(MarkedBatch(batch.number, run.first, run.last, run.total))
        db.execute(
            "INSERT INTO batches (number, first, last, bytes, total) VALUES (?, ?, ?, ?, ?)",
            (batch.number, run.first, run.last, run.bytes, run.total),
        )

    def records(self, batch: Batch) -> Iterator[Record]:
        with self._draining, self._transient():
            rows = self._drain.execute(
                "SELECT seq, crc, body FROM rows WHERE seq BETWEEN ? AND ? ORDER BY seq DESC", (batch.first, batch.last)
            ).fetchall()
            if len(rows) < batch.last - batch.first + 1:
                self._note_lost(batch)
        return self._decoded(rows)

    def _decoded(self, rows: list[tuple[int, int, bytes]]) -> Iterator[Record]:
        """Of rows in descending order, which are taken from the list."""
        while rows:
            seq, crc, body = rows.pop()
            try:
                if zlib.crc32(body) != crc:
                    raise msgspec.DecodeError  # noqa: TRY301 - one place sets rows aside
                found = decoded(body)
            except msgspec.DecodeError:
                self._set_aside(seq)
            else:
                yield from found

    def _note_lost(self, batch: Batch) -> None:
        """Write down which rows of a batch are gone."""
        with transaction(self._drain) as db:
            (upto,) = db.execute("SELECT total FROM batches WHERE number = ?", (batch.number,)).fetchone()
            (before,) = db.execute("SELECT max(total) FROM batches WHERE last < ?", (batch.first,)).fetchone()
            before = 0 if batch.first == 1 else before
            for gap in gaps(db, batch.first, batch.last, before, upto):
                db.execute("INSERT INTO lost VALUES (?, ?, ?, ?)", (*gap, self._clock()))
            noted = losses(db)
        self._mark.lost(noted)

    def _set_aside(self, seq: int) -> None:
        with self._draining, self._transient(), transaction(self._drain) as db:
            db.execute(
                "INSERT OR IGNORE INTO damaged SELECT seq, received_at, events, ?, body FROM rows WHERE seq = ?",
                (self._clock(), seq),
            )

    def reject(self, batch: Batch, record: Record, reason: str) -> None:
        with self._draining, self._transient(), transaction(self._drain) as db:
            db.execute(
                "INSERT OR IGNORE INTO rejected (batch, at, events, reason, body) VALUES (?, ?, ?, ?, ?)",
                (batch.number, self._clock(), size(record), reason, _encode(record)),
            )

    def finish(self, batch: Batch) -> None:
        now = self._clock()
        with self._draining, self._transient(), transaction(self._drain) as db:
            db.execute("UPDATE batches SET finished_at = ? WHERE number = ?", (now, batch.number))
            self._forget(db, now)
            drained = _drained(db)
            # Before the commit: else a kill after it leaves a mark that says the batch is under way, and where the file
            # forgets the commit, rows whose events are stored would be counted as lost.
            self._mark.finished(MarkedBatch(batch.number, batch.first, batch.last, drained))
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

    def kept(self) -> list[Batch]:
        with self._draining, self._transient():
            return [Batch(*row) for row in self._drain.execute(_KEPT)]

    def rewrite(self, signs: Sequence[bytes], change: Change) -> int:
        with self._draining, self._transient():
            return rewrite(self._drain, signs, change)

    @property
    def counted(self) -> tuple[int, int]:
        """Events waiting and drained, from memory, where this object alone appends to the file.

        Exact where it drains the file, too; else as of the last `state` or refusal.
        """
        drained = self._drained
        return self._total - drained, drained

    def state(self) -> SpoolState:
        """Read on the appenders' connection, since the drain may hold its own for long."""
        self._mend()
        with self._lock, self._transient():
            db = self._writer
            (_, total), drained = high_mark(db), _drained(db)
            self._drained = max(self._drained, drained)
            last = db.execute("SELECT coalesce(max(finished_at), 0) FROM batches").fetchone()[0]
            damaged = db.execute("SELECT count(*) FROM damaged").fetchone()[0]
            rejected = db.execute("SELECT coalesce(sum(events), 0) FROM rejected").fetchone()[0]
            lost = db.execute("SELECT coalesce(sum(events), 0) FROM lost").fetchone()[0]
        return SpoolState(total - drained, drained, self._capacity, last, damaged, rejected, lost)

    def spent(self, *, noted: bool = False) -> bool:
        """Whether nothing waits, is set aside or noted, and no idempotency key is still valid.

        `noted`: its note is kept elsewhere. Then nothing may have been drained of it for a day, as if it had keys.
        """
        state = self.state()
        if state.waiting or state.damaged or state.rejected or state.lost or (self.note() and not noted):
            return False
        if noted and state.last_drained_at > self._clock() - KEY_LIFETIME:
            return False
        with self._draining, self._transient():
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
                self._mark.close()

    def remove(self) -> None:
        """Close and delete the file: its process has ended and left nothing to drain."""
        self.close()
        for suffix in SUFFIXES:
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self._mark.remove()

    @contextmanager
    def _transient(self) -> Iterator[None]:
        """A full disk, a failing fsync and a locked file are temporary; what they interrupted is rolled back.

        A damaged file is opened anew by whoever looks at the spool next.
        """
        try:
            yield
        except sqlite3.Error as error:
            self.damaged |= is_damage(error)
            raise TransientError(
                f"The buffer can't be written ({error}); nothing was stored.", retry_after=5
            ) from error


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
    events = unpacked = 0
    for seq, count, total, length in db.execute(
        "SELECT seq, events, total, length(body) FROM rows WHERE seq > ? ORDER BY seq", (after,)
    ):
        events += count
        unpacked += unpacked_size(_head(db, seq), length)
        if run is None:
            run = _Run(seq, seq, length, total)
        elif events > limit or unpacked > BATCH_BYTES:
            break
        else:
            run = _Run(run.first, seq, run.bytes + length, total)
    return run


def _head(db: sqlite3.Connection, seq: int) -> bytes:
    """The first bytes of a row's body; a statement that asks for them would read all of it."""
    with db.blobopen("rows", "body", seq, readonly=True) as body:
        return body.read(HEAD)


def _remember(db: sqlite3.Connection, key: Key, answer: bytes, now: int) -> bytes | None:
    """The first answer to a key of the last 24 hours, or None after noting the key with this one."""
    digest = blake2b(f"{key.project_id}:{key.text}".encode(), digest_size=16).digest()
    known = db.execute("SELECT answer FROM keys WHERE key = ? AND at > ?", (digest, now - KEY_LIFETIME)).fetchone()
    if known is not None:
        return bytes(known[0])
    db.execute("INSERT OR REPLACE INTO keys (key, answer, at) VALUES (?, ?, ?)", (digest, answer, now))
    return None


def _total(db: sqlite3.Connection, seq: int) -> int:
    """The number of events up to and including a row; where that is gone, of those before it."""
    row = db.execute("SELECT total FROM rows WHERE seq <= ? ORDER BY seq DESC LIMIT 1", (seq,)).fetchone()
    return int(row[0]) if row else 0


def _drained(db: sqlite3.Connection) -> int:
    """The number of events ever drained."""
    row = db.execute("SELECT total FROM batches WHERE finished_at IS NOT NULL ORDER BY number DESC LIMIT 1").fetchone()
    return int(row[0]) if row else 0
