"""Imports of uploads, one after the other, on a thread of the server. What a kill interrupts goes on at its start."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from footfall.clock import DAY, MINUTE, SECOND
from footfall.errors import FootfallError, UserError
from footfall.importers.access_log import Progress, Summary, import_access_log
from footfall.importers.formats import LogFormat
from footfall.importers.formats.operator import format_of
from footfall.importers.inbox import Inbox
from footfall.importers.report import Report
from footfall.model.upload import UNDER_WAY, Upload, UploadState
from footfall.runtime.offline import IMPORTS
from footfall.runtime.parts import Parts
from footfall.runtime.targets import make_target
from footfall.spool.protocol import Spool
from footfall.spool.spools import Spools

KEPT = 7 * DAY
"""How long an upload that gets no more bytes is kept."""

REPORT_BYTES = 4 << 20
"""Longest list of rejected lines of one upload."""

UNPACKED_LIMITS = 1 << 30, 1_000
"""What an upload may unpack to: so many bytes, or so many times its size where that is more."""


class _StoppedError(Exception):
    """The server stops, or the upload was removed."""


class UploadWork:
    """Called once a second by one thread; `stop` is for any other."""

    def __init__(self, parts: Parts, spools: Spools, inbox: Inbox) -> None:
        self._parts = parts
        self._spools = spools
        self._inbox = inbox
        self._uploads = parts.meta.uploads
        self._stopping = threading.Event()
        self._spool: Spool | None = None
        self._not_before = 0
        self._swept_at = 0

    def stop(self) -> None:
        """No further block is imported."""
        self._stopping.set()

    def __call__(self) -> None:
        now = self._parts.clock()
        if now - self._swept_at >= MINUTE:
            self._swept_at = now
            self._sweep(now)
        if now < self._not_before:
            return
        for upload in self._uploads.under_way():
            if upload.state is UploadState.RECEIVING:
                continue
            if self._inbox.has(upload.id):
                self._try(upload)
            elif not self._parts.settings.meta_url:  # else it may be another server's
                self._end(upload, UploadState.FAILED, "its bytes are gone: upload it again")

    def _try(self, upload: Upload) -> None:
        try:
            self._import(upload)
        except _StoppedError:
            return
        except UserError as error:
            if error.code == "busy":  # `footfall import` has the same file: the next call finds that it is known
                self._uploads.note(upload.id, reason=error.message)
                return
            self._end(upload, UploadState.FAILED, error.message.removeprefix(f"{upload.said.name}: "))
        except (FootfallError, OSError):
            structlog.get_logger("import").exception("an upload can't be imported now", upload=upload.id)
            self._uploads.note(upload.id, reason="the server can't import now, and tries again: its log says why")
            self._not_before = self._parts.clock() + MINUTE

    def _import(self, upload: Upload) -> None:
        if upload.state is UploadState.WAITING:
            # The whole file is read for it: a thread of requests would be kept too long.
            if self._inbox.sha256(upload.id, self._check) != upload.said.sha256:
                self._end(upload, UploadState.FAILED, "the bytes that came are not those that were announced")
                return
            self._note(upload, state=UploadState.IMPORTING)
        report = self._inbox.report(upload.id)
        report.unlink(missing_ok=True)  # an import that goes on lists the lines before, too
        least, times = UNPACKED_LIMITS
        summary = import_access_log(
            str(self._inbox.path(upload.id)),
            make_target(self._parts, self._own_spool(), upload.project, upload.said.timezone, self._stopping.wait),
            report=Report(report, REPORT_BYTES),
            progress=self._watch(upload),
            form=self._form(upload),
            name=upload.said.name,
            most=max(least, times * upload.said.size),
        )
        self._end(upload, *_outcome(summary), accepted=summary.accepted, rejected=summary.rejected)

    def _watch(self, upload: Upload) -> Callable[[Progress], None]:
        """What an import tells of itself is written down once a second; where the disk is full, it waits."""
        told_at = 0

        def look(now: Progress) -> None:
            nonlocal told_at
            done = {"accepted": now.accepted, "rejected": now.rejected}
            at, read = self._parts.clock(), {"read_bytes": now.bytes_done, "content_bytes": now.bytes_total}
            self._check()
            if at - told_at >= SECOND or now.waiting:
                told_at = at
                self._note(upload, reason=now.waiting, **done, **read)
            while self._inbox.is_full():
                self._note(upload, reason="the disk is nearly full: the import goes on once there is room")
                self._stopping.wait(5)

        return look

    def _form(self, upload: Upload) -> LogFormat | None:
        text = upload.said.format
        return format_of(text, data=self._parts.settings.data) if text else None

    def _own_spool(self) -> Spool:
        """As for the command: the same file each time, so that the keys of blocks hold over a kill."""
        self._spool = self._spool or self._spools.own(IMPORTS)
        return self._spool

    def _end(self, upload: Upload, state: UploadState, reason: str = "", **counts: int) -> None:
        self._uploads.end(upload.id, state, reason, **counts)
        self._inbox.path(upload.id).unlink(missing_ok=True)

    def _check(self) -> None:
        if self._stopping.is_set():
            raise _StoppedError

    def _note(self, upload: Upload, **fields: object) -> None:
        self._check()
        if not self._uploads.note(upload.id, **fields):
            raise _StoppedError

    def _sweep(self, now: int) -> None:
        """Remove files of uploads that are removed, and uploads that nobody goes on with."""
        for id_, changed in self._inbox.ids():
            upload = self._uploads.by_id(id_)
            is_left = upload is not None and upload.state is UploadState.RECEIVING and changed * SECOND < now - KEPT
            if upload is None or is_left:
                self._uploads.forget(id_)
                self._inbox.remove(id_)
            elif upload.state not in UNDER_WAY:
                self._inbox.path(id_).unlink(missing_ok=True)  # a kill came in between


def _outcome(summary: Summary) -> tuple[UploadState, str]:
    if summary.skipped_as_duplicate:
        return UploadState.KNOWN, "its content was imported before: nothing was added"
    if not summary.accepted:
        return UploadState.FAILED, "no line was accepted"
    return UploadState.FINISHED, ""
