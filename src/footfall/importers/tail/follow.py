"""The loop: what was written becomes submissions, each committed with the place after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from footfall.clock import SECOND
from footfall.errors import TransientError, UserError
from footfall.importers.fields import Lines, Parsed
from footfall.importers.formats import ENTRIES, LogFormat, Parser, Recognised, recognise, sample_of, why_unknown
from footfall.importers.formats.recognise import SAMPLE_LINES
from footfall.importers.reader import HEAD_BYTES, refuse_binary, to_lines
from footfall.importers.report import Report
from footfall.importers.tail.files import Files, beginning
from footfall.importers.tail.lag import behind
from footfall.importers.tail.place import Note, Place, decode, encode
from footfall.importers.tail.rotation import MovedError
from footfall.importers.tail.source import SAMPLE_BYTES, Block, DamagedError, Source
from footfall.importers.target import Target, to_record
from footfall.spool.protocol import Submission

SETTLE_SECONDS = 60.0
"""A rotated file is done once nothing was written to it for so long: servers go on with it for a while."""

BUSY_SECONDS, IDLE_SECONDS = 0.25, 1.0
SUMMARY_SECONDS = 60.0


@dataclass(slots=True)
class Counts:
    """Lines since the start."""

    accepted: int = 0
    rejected: int = 0


@dataclass
class Tail:
    """One log on its way into one project's spool, which no one else writes to.

    `stop` is asked between blocks and while waiting; `target.wait` should return early once it is true.
    """

    path: Path
    target: Target
    report: Report
    form: LogFormat | None = None  # None: each file's first lines tell
    from_end: bool = False  # where to begin, the first time
    once: bool = False  # end when all that is there is in the spool
    settle: float = SETTLE_SECONDS
    stop: Callable[[], bool] = lambda: False
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        self._files: Files | None = None
        self.unknown: Path | None = None  # a file with lines that wait for a format, as of the last step
        self._last: Recognised | None = None
        self._seldom = _Seldom(SUMMARY_SECONDS)

    def follow(self) -> Counts:
        """Until `stop`, or with `once` until the end.

        Raises UserError: `bad_format` where a file's first 200 lines fit no format; `bad_file` where FILE is no regular
        file and, with `once`, where nothing can be read.
        """
        pause, summary = BUSY_SECONDS, _Summary(self.path, self.counts)
        try:
            while not self.stop():
                length = self._round()
                summary.tell(self._behind)
                pause = min(2 * pause, IDLE_SECONDS) if length == 0 else BUSY_SECONDS
                if self.once and not length:
                    break
                # A busy log fills a block meanwhile: small ones cost as much.
                if not self.once and length < self.target.block_bytes // 2:
                    self.target.wait(pause)
        finally:
            if self._files is not None:
                self._files.close()
        return self.counts

    def _behind(self) -> int | None:
        return None if self._files is None else behind(self._files.note())

    def _round(self) -> int:
        try:
            return self.step()
        except OSError as error:
            if self.once:
                raise UserError("bad_file", f"{self.path}: {error.strerror}") from error
            self._complain("can't be read now", reason=error.strerror)
        except MovedError:
            self._complain("files are being renamed")
        return 0

    def step(self) -> int:
        """Bring one block of lines, the oldest there is, into the spool: its bytes, 0 where there is none."""
        files = self._begun()
        if files is None:
            return 0
        self.unknown = None
        files.look()
        if not files.sources():
            self._complain("is not there")
        for source in files.sources():
            try:
                length = self._read(files, source)
            except DamagedError as error:
                if not self._settled(source):  # perhaps still being compressed; what came after it waits
                    files.lose(source)
                    return 0
                source.damaged = True
                self._log("damaged, the rest of it is not read", file=str(source.path), reason=str(error))
            else:
                if length:
                    return length
        return 0

    def _begun(self) -> Files | None:
        """The files; where the tail begins is noted before anything is read. None where it was told to stop."""
        if self._files is None:
            note = decode(self.target.spool.note())
            if note is None:
                if self.once:
                    self.path.stat()  # a name that leads nowhere is a mistake then
                note = beginning(self.path, from_end=self.from_end)
                if not self._append([], note):
                    return None
            self._files = Files(note)
        return self._files

    def _read(self, files: Files, source: Source) -> int:
        """Bytes brought into the spool. What was read to its end and is settled is dropped. Raises DamagedError."""
        if source.damaged:
            files.drop(source)
            return 0
        settled = not files.live(source) and self._settled(source)  # asked first: then nothing can come after
        block = source.block(self.target.block_bytes, final=settled)
        if not source.intact():
            self._log("truncated", file=str(source.path), read=source.place.offset)
            files.lose(source)
            return 1  # not nothing: what it holds now, and its copy, are still to be read
        if block is None:
            if settled:
                files.drop(source)
            return 0
        return block.length if self._submit(files, source, block, final=settled) else 0

    def _settled(self, source: Source) -> bool:
        return abs(self.target.clock() - source.changed() // 1_000_000) >= self.settle * SECOND

    def _submit(self, files: Files, source: Source, block: Block, *, final: bool) -> bool:
        parser = source.parser or self._parser(source, final=final)
        if parser is None:
            return False
        lines = to_lines(block.data)
        parsed = parser.parse(Lines(lines), self.target.options())
        before = source.place
        quoted = lines if self.target.store_ip == "full" else None
        source.place = source.after(block, lines.len())
        if not self._append(self._records(parsed), files.note()):
            source.place, source.parser = before, None
            return False
        self.report.add(str(source.path), before.line + 1, parsed.rejects, quoted)
        self.counts.accepted += parsed.frame.height
        self.counts.rejected += len(parsed.rejects)
        return True

    def _records(self, parsed: Parsed) -> list[Submission]:
        return [] if parsed.frame.is_empty() else [Submission(to_record(parsed, self.target))]

    def _append(self, submissions: list[Submission], note: Note) -> bool:
        """Wait while the spool is full. False where the tail was told to stop: nothing was stored then."""
        while not self.stop():
            try:
                self.target.spool.append(submissions, encode(note))
            except TransientError as busy:
                self._complain("waiting", reason=busy.message)
                self.target.wait(busy.retry_after)
            else:
                return True
        return False

    def _parser(self, source: Source, *, final: bool) -> Parser | None:
        """None where what is there so far fits no format, but more may come."""
        beginning = source.beginning(SAMPLE_BYTES)
        refuse_binary(str(source.path), beginning[:HEAD_BYTES])
        lines = to_lines(beginning)
        found = self._recognised(sample_of(lines))
        if found is None and lines.len() >= SAMPLE_LINES:
            raise UserError("bad_format", f"{source.path}: {why_unknown(sample_of(lines))}")
        if found is None and not final:
            self.unknown = source.path
            self._complain("no known format fits its lines so far, waiting for more")
            return None
        parser = (found or Recognised(ENTRIES[0].form)).begin()  # a settled file without one good line: all are refused
        directives = b"\n".join(source.directives())
        if directives:
            parser.parse(Lines(to_lines(directives)), self.target.options())
        if found and found.fitting:
            self._last, source.parser = found, parser
        return parser

    def _recognised(self, sample: list[str]) -> Recognised | None:
        """By the sample, else what the last file was, else what was given."""
        found = recognise(sample, self.target.options(), (self.form,) if self.form else ())
        return found or self._last or (Recognised(self.form) if self.form else None)

    def _complain(self, what: str, **about: Any) -> None:
        if self._seldom():
            self._log(what, **about)

    def _log(self, what: str, **about: Any) -> None:
        structlog.get_logger("tail").warning(what, **{"file": str(self.path), **about})


class _Seldom:
    """True at most every so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due = 0.0

    def __call__(self) -> bool:
        now = time.monotonic()
        due = now >= self._due
        if due:
            self._due = now + self._seconds
        return due


class _Summary:
    """A line each minute in which lines came."""

    def __init__(self, path: Path, counts: Counts) -> None:
        self._path = path
        self._counts = counts
        self._told = Counts()
        self._seldom = _Seldom(SUMMARY_SECONDS)

    def tell(self, lag: Callable[[], int | None]) -> None:
        now, told = self._counts, self._told
        if (now.accepted, now.rejected) == (told.accepted, told.rejected) or not self._seldom():
            return
        structlog.get_logger("tail").info(
            "followed",
            file=str(self._path),
            accepted=now.accepted - told.accepted,
            rejected=now.rejected - told.rejected,
            behind=lag(),
        )
        self._told = Counts(now.accepted, now.rejected)


__all__ = ["Counts", "Place", "Tail"]
