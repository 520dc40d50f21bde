"""Group commit: requests that arrive while one commit is under way share the next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from footfall.spool.protocol import Spool, Submission

GATHER_SECONDS = 0.001
"""Under load a group gathers this long. Each commit costs hand-overs of the GIL, whatever its size, so that fewer and
larger groups serve more requests; a request that comes alone is committed at once."""

_Answers = asyncio.Future[list[bytes]]


class GroupCommitter:
    """Belongs to one event loop. One commit is in flight at a time; the next group gathers meanwhile."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._waiting: list[tuple[Sequence[Submission], _Answers]] = []
        self._busy = False
        self.failing = False  # whether the last commit was refused
        self._idle = asyncio.Event()
        self._idle.set()

    def submit(self, submissions: Sequence[Submission]) -> _Answers:
        """Resolves to the submissions' answers once they are durable, together; fails with what `append` raised."""
        future: _Answers = self._loop.create_future()
        self._waiting.append((submissions, future))
        if not self._busy:
            self._busy = True
            self._idle.clear()
            # Not at once: whatever else this turn of the loop brings joins the same commit.
            self._loop.call_soon(self._commit)
        return future

    def _commit(self) -> None:
        group, self._waiting = self._waiting, []
        together = [submission for submissions, _ in group for submission in submissions]
        work = self._loop.run_in_executor(self._thread, self._spool.append, together)
        work.add_done_callback(lambda done: self._answer(group, done))

    def _answer(self, group: list[tuple[Sequence[Submission], _Answers]], done: _Answers) -> None:
        error = done.exception()
        self.failing = error is not None
        answers = iter(done.result() if error is None else ())
        for submissions, future in group:
            own = [answer for _, answer in zip(submissions, answers, strict=False)]
            if future.done():  # its client has gone; what it sent is stored all the same
                continue
            if error is None:
                future.set_result(own)
            else:
                future.set_exception(error)
        if self._waiting:
            self._loop.call_later(GATHER_SECONDS, self._commit)
        else:
            self._busy = False
            self._idle.set()

    async def close(self) -> None:
        """Wait until everything submitted is answered."""
        await self._idle.wait()
        self._thread.shutdown()
