"""One access log into the spool: read, parse, identify, locate, submit; block by block, and never twice.

What holds. A content (its BLAKE2b hash once decompressed, whatever the file is called) is imported once per project,
and by one process at a time. Each block is submitted under a key of its own and then counted in the ledger, so an
import that died goes on where it stopped. Only where it died between a block's submission and its note in the ledger
does the next run rest on the spool's memory of keys. That one block is added twice where the next run comes more than
24 hours later, or writes to another spool file than the first: files are given out by what other imports hold at the
start, so this can happen where other imports ran beside either run.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import polars as pl
import structlog

from footfall.errors import TransientError
from footfall.importers.ahead import one_ahead
from footfall.importers.claims import claimed
from footfall.importers.fields import Lines, Parsed
from footfall.importers.formats import LogFormat, Recognised, format_in
from footfall.importers.reader import Content, LogFile, open_log, to_lines
from footfall.importers.report import Report
from footfall.importers.target import Target, to_record
from footfall.spool.protocol import Key, Submission


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an import is: lines and decompressed bytes so far, and the bytes that there are.

    `waiting` says why the spool takes nothing now; such a progress comes before every wait.
    """

    accepted: int
    rejected: int
    bytes_done: int
    bytes_total: int
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """`accepted` includes the `resumed` lines that an earlier, unfinished import of the same content had stored.

    `recognised` says what the file's format was taken for, None where one was given or nothing was read.
    """

    name: str
    accepted: int = 0
    rejected: int = 0
    resumed: int = 0
    seconds: float = 0.0
    skipped_as_duplicate: bool = False
    recognised: Recognised | None = None


def import_access_log(
    source: str,
    target: Target,
    *,
    report: Report,
    progress: Callable[[Progress], None],
    form: LogFormat | None = None,
    again: bool = False,
    name: str = "",
    most: float = math.inf,
) -> Summary:
    """Import a path, or standard input for `-`. `form` None recognises the format; `again` imports a known content.

    `name` is what notes and messages call it, where that is not the path; `most` bounds its unpacked bytes.

    Raises UserError: `bad_file` for what can't be read, `bad_format` where no format fits, `busy` where the same
    content is being imported into the project. Blocks before a damaged place stay imported.
    """
    started = time.monotonic()
    with open_log(source, target.scratch) as log:
        log.name = name or log.name
        content = log.content(most)
        with claimed(target.scratch / "imports", target.project_id, content.fingerprint, log.name):
            seen = target.ledger.seen(target.project_id, content.fingerprint)
            if seen is not None and seen.finished and not again:
                return Summary(log.name, skipped_as_duplicate=True)
            done, size = (0, None) if seen is None or again else (seen.blocks, seen.block_bytes)
            # Trap: blocks are counted, and another size would move their borders. What began with one ends with it.
            target = replace(target, block_bytes=size or target.block_bytes)
            run = _Run(log.name, target, content, keyed=not again)
            summary = run.blocks(log, form, done, report, progress)
    summary = replace(summary, seconds=time.monotonic() - started)
    structlog.get_logger("import").info(
        "import finished",
        file=summary.name,
        project=target.project_id,
        accepted=summary.accepted,
        rejected=summary.rejected,
        seconds=round(summary.seconds, 3),
    )
    return summary


class _Run:
    """One content on its way."""

    def __init__(self, name: str, target: Target, content: Content, *, keyed: bool) -> None:
        self._name = name
        self._target = target
        self._content = content
        self._keyed = keyed
        self._recognised: Recognised | None = None

    def blocks(
        self, log: LogFile, form: LogFormat | None, done: int, report: Report, progress: Callable[[Progress], None]
    ) -> Summary:
        """Blocks before `done` are parsed for their directives and counts, but are in the spool already."""
        now = Progress(0, 0, 0, self._content.length)
        resumed = number = 0
        with one_ahead(self._parsed(log, form)) as blocks:
            for number, (first, size, lines, parsed) in enumerate(blocks, start=1):
                now = _advanced(now, parsed, size)
                report.add(self._name, first, parsed.rejects, lines if self._target.store_ip == "full" else None)
                if number > done:
                    self._submit(parsed, number, lambda why: progress(replace(now, waiting=why)))  # noqa: B023 - at once
                    self._note(now, number, finished=False)
                else:
                    resumed = now.accepted
                progress(now)
        self._note(now, number, finished=True)
        return Summary(self._name, now.accepted, now.rejected, resumed, recognised=self._recognised)

    def _parsed(self, log: LogFile, form: LogFormat | None) -> Iterator[tuple[int, int, pl.Series, Parsed]]:
        """Per block: the number of its first line, its bytes, and its lines, as they are and parsed."""
        first, parser = 1, None
        options = self._target.options()
        for block in log.blocks(self._content, self._target.block_bytes):
            lines = to_lines(block)
            if parser is None:
                found = format_in(self._name, lines, options, form)
                self._recognised = None if form else found
                parser = found.begin()
            yield first, len(block), lines, parser.parse(Lines(lines), options)
            first += lines.len()

    def _submit(self, parsed: Parsed, number: int, waits: Callable[[str], None]) -> None:
        if parsed.frame.is_empty():
            return
        target = self._target
        key = (
            Key(target.project_id, f"{self._content.fingerprint}:{target.block_bytes}:{number}")
            if self._keyed
            else None
        )
        record = to_record(parsed, target)
        while True:
            try:
                target.spool.append([Submission(record, key)])
            except TransientError as busy:
                waits(busy.message)
                target.wait(busy.retry_after)
            else:
                return

    def _note(self, now: Progress, blocks: int, *, finished: bool) -> None:
        """Of an `again` only the end is noted, so one that died is not resumed.

        Nothing is noted while no line was accepted: the same content may come again under another format.
        """
        if now.accepted and (self._keyed or finished):
            self._target.ledger.record(
                self._target.project_id,
                self._content.fingerprint,
                name=self._name,
                accepted=now.accepted,
                rejected=now.rejected,
                blocks=blocks,
                finished=finished,
                block_bytes=self._target.block_bytes,
            )


def _advanced(now: Progress, parsed: Parsed, size: int) -> Progress:
    return replace(
        now,
        accepted=now.accepted + parsed.frame.height,
        rejected=now.rejected + len(parsed.rejects),
        bytes_done=now.bytes_done + size,
    )
