"""Group commit: requests that arrive while one commit is under way share the next."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from footfall.spool.protocol import Spool, Submission


class GroupCommitter:
    """Belongs to one event loop. One commit is in flight at a time; the next group gathers meanwhile."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._waiting: list[tuple[Submission, asyncio.Future[bytes]]] = []
        self._busy = False
        self._idle = asyncio.Event()
        self._idle.set()

    def submit(self, submission: Submission) -> asyncio.Future[bytes]:
        """Resolves to the submission's answer once it is durable; fails with what `Spool.append` raised."""
        future: asyncio.Future[bytes] = self._loop.create_future()
        self._waiting.append((submission, future))
        if not self._busy:
            self._busy = True
            self._idle.clear()
            # Not at once: whatever else this turn of the loop brings joins the same commit.
            self._loop.call_soon(self._commit)
        return future

    def _commit(self) -> None:
        group, self._waiting = self._waiting, []
        work = self._loop.run_in_executor(self._thread, self._spool.append, [submission for submission, _ in group])
        work.add_done_callback(lambda done: self._answer(group, done))

    def _answer(self, group: list[tuple[Submission, asyncio.Future[bytes]]], done: asyncio.Future[list[bytes]]) -> None:
        error = done.exception()
        answers = done.result() if error is None else [b""] * len(group)
        for (_, future), answer in zip(group, answers, strict=True):
            if future.done():  # its client has gone; what it sent is stored all the same
                continue
            if error is None:
                future.set_result(answer)
            else:
                future.set_exception(error)
        if self._waiting:
            self._commit()
        else:
            self._busy = False
            self._idle.set()

    async def close(self) -> None:
        """Wait until everything submitted is answered."""
        await self._idle.wait()
        self._thread.shutdown()
