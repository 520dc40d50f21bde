"""What comes from the spools of other machines, each in a spool of its own that stands for its sender.

The note of such a spool is the last chunk in it, written in the same commit as its records. So a chunk that is sent
again, because its answer was lost, is known and stored once. A spool that nothing comes for any more is removed after a
day; its note stays, in a file of its own.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from time import monotonic

from footfall.errors import UserError
from footfall.model.raw import Record
from footfall.spool.chunk import Chunk
from footfall.spool.protocol import Submission
from footfall.spool.spools import RECEIVED, Spools
from footfall.spool.sqlite import SqliteSpool

QUIET_SECONDS = 86_400.0
"""From when on a sender that sends nothing is left to whoever removes spools."""


class Receiving:
    """From any thread. `secret` signs what is received."""

    def __init__(self, spools: Spools, secret: bytes, tick: Callable[[], float] = monotonic) -> None:
        self.secret = secret
        self._spools = spools
        self._tick = tick
        self._heard: dict[str, float] = {}
        self._own: dict[str, SqliteSpool] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def store(self, chunk: Chunk, records: Sequence[Record]) -> None:
        """Durable at return, and stored once, however often it is called.

        UserError `conflict` for a chunk that does not follow on the last one: nothing is stored. TransientError where
        the spool is full or its disk refuses.
        """
        with self._locks[chunk.sender]:
            spool = self._spool(chunk.sender)
            number, part = map(int, (spool.note() or b"0.0").split(b"."))
            if chunk.number == number and chunk.part <= part:
                return
            follows = chunk.part == part + 1 if chunk.number == number else chunk.part == 0
            if chunk.number < number or not follows:
                raise UserError(
                    "conflict",
                    f"chunk {chunk.number}.{chunk.part} of {chunk.sender} does not follow on {number}.{part}: "
                    "does another machine have a copy of its data directory?",
                )
            note = f"{chunk.number}.{chunk.part}".encode()
            spool.append([Submission(record) for record in records], note)

    def release_quiet(self) -> None:
        """Let go of the spools of senders that have sent nothing for a day."""
        for sender, heard in [*self._heard.items()]:
            if self._tick() - heard >= QUIET_SECONDS:
                with self._locks[sender]:
                    if self._tick() - self._heard[sender] >= QUIET_SECONDS:
                        self._spools.release(RECEIVED + sender)
                        del self._own[sender], self._heard[sender]

    def _spool(self, sender: str) -> SqliteSpool:
        if sender not in self._own:
            name = RECEIVED + sender
            spool = self._spools.only(name)
            last = self._spools.last_note(name)
            if last and not spool.note():
                spool.append([], last)
            self._own[sender] = spool
        self._heard[sender] = self._tick()
        return self._own[sender]
