"""A collector's way to a drain on another machine: its spools' batches, chunk by chunk.

A batch is finished here once the other side has all of it on disk. Until then it stays in the spool, and is sent again.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import structlog

from footfall.clock import Clock
from footfall.errors import TransientError
from footfall.filelock import try_lock
from footfall.model.progress import Standstill
from footfall.settings import Settings
from footfall.spool.chunk import PATH, Chunk, divided, signed
from footfall.spool.progress import Progress
from footfall.spool.protocol import Spool
from footfall.spool.spools import Spools

BATCH_EVENTS = 20_000
_SECONDS = 60.0
_PAUSE_AFTER_ERROR = 2.0


class Forwarding:
    """On a thread of its own, from its making until `stop`."""

    def __init__(self, settings: Settings, spools: Spools, secret: bytes, clock: Clock) -> None:
        self._url = settings.drain_url.rstrip("/") + PATH
        self._interval = settings.flush_interval
        self._spools = spools
        self._secret = secret
        self._sender = sender(settings.data)
        self._progress = Progress(clock)
        self._alone = settings.data / "spool" / "forward.lock"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="forward", daemon=True)
        self._thread.start()

    def standstills(self) -> list[Standstill]:
        """Spools that nothing is forwarded of, those included that can't be read. Never waits."""
        return [*self._spools.unreadable(), *self._progress.standstills()]

    def stop(self, seconds: float | None = None) -> bool:
        """Whether the request under way, if any, ended within the time; what it sent is sent again otherwise."""
        self._stop.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        """Once no other collector of this data directory forwards: a spool has one drain at a time."""
        while not self._stop.is_set():
            lock = try_lock(self._alone)
            if lock is not None:
                with lock:
                    self._forward_on()
            self._stop.wait(_PAUSE_AFTER_ERROR)

    def _forward_on(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            busy, failed = self._round()
            if failed:
                self._stop.wait(_PAUSE_AFTER_ERROR)
            elif not busy:
                self._stop.wait(max(0.0, self._interval - (time.monotonic() - began)))

    def _round(self) -> tuple[bool, bool]:
        """A batch of every spool that is still needed: whether more may wait, and whether some spool failed."""
        busy = failed = False
        self._spools.sweep()
        for name, spool in self._spools:
            self._progress.begins(name)
            try:
                busy |= self._forward(name, spool)
                self._progress.goes_on(name)
            except Exception as error:  # noqa: BLE001 - the batch stays in the spool and is sent again
                failed = True
                self._progress.fails(name, error)
                structlog.get_logger("forward").warning("forwarding failed, trying again", spool=name, error=str(error))
        return busy, failed

    def _forward(self, name: str, spool: Spool) -> bool:
        batch = spool.take(BATCH_EVENTS)
        if batch is None:
            return False
        for part, body in enumerate(divided(spool.records(batch))):
            if self._stop.is_set():
                return False
            self._send(Chunk(batch.number, part, f"{self._sender}-{name}"), body)
        spool.finish(batch)
        return True

    def _send(self, chunk: Chunk, body: bytes) -> None:
        """TransientError with the reason where it is not acknowledged."""
        headers = signed(chunk, body, self._secret)
        asked = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310 - http or https by the settings
        try:
            with urllib.request.urlopen(asked, timeout=_SECONDS):  # noqa: S310 - as above
                pass
        except urllib.error.HTTPError as error:
            raise TransientError(f"the drain answered {error.code}: {_told(error)}") from error
        except OSError as error:
            raise TransientError(f"the drain can't be reached: {error}") from error


def sender(data: Path) -> str:
    """What this data directory's spools are known by elsewhere: made once, and kept beside them."""
    file = data / "spool" / "sender"
    if not file.exists():
        writing = file.with_suffix(".writing")
        writing.write_text(secrets.token_hex(8), encoding="ascii")
        writing.rename(file)
    return file.read_text(encoding="ascii").strip()


def _told(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return error.reason
