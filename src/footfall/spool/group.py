"""Group commit: requests that arrive while one commit is under way share the next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from footfall.errors import TransientError
from footfall.model.raw import size
from footfall.spool.protocol import Spool, Submission

GROUP_EVENTS = 20_000
"""Events of one commit: what is beyond them waits for the next, so that nobody waits for one that has no end."""

FAILING_SECONDS = 5.0
"""How long a failed commit speaks against the spool: whoever stays away because of it never sees it recover."""

_Answers = asyncio.Future[list[bytes]]
_Member = tuple[Sequence[Submission], _Answers]


class GroupCommitter:
    """Belongs to one event loop. One commit is in flight at a time; the next group gathers meanwhile."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._waiting: list[_Member] = []
        self._busy = False
        self._failed_until = 0.0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def failing(self) -> bool:
        """Whether the last commit stored nothing, and that within the last 5 seconds."""
        return self._loop.time() < self._failed_until

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
        group = self._cut()
        work = self._loop.run_in_executor(self._thread, self._append, group)
        work.add_done_callback(lambda done: self._answer(group, done.result()))

    def _cut(self) -> list[_Member]:
        """The first of those who wait: as many as fit into a commit, at least one."""
        count = events = 0
        for submissions, _ in self._waiting:
            events += sum(size(submission.record) for submission in submissions)
            if count and events > GROUP_EVENTS:
                break
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    def _append(self, group: list[_Member]) -> list[list[bytes] | Exception]:
        """Each member's answers, or why it was not stored. On the thread of commits."""
        try:
            answers = iter(self._spool.append([submission for submissions, _ in group for submission in submissions]))
            return [list(islice(answers, len(submissions))) for submissions, _ in group]
        except TransientError as error:
            return [error] * len(group)
        except Exception as error:  # noqa: BLE001 - a member's fault: it is found by halves, and fails alone
            if len(group) == 1:
                return [error]
            middle = len(group) // 2
            return self._append(group[:middle]) + self._append(group[middle:])

    def _answer(self, group: list[_Member], outcomes: list[list[bytes] | Exception]) -> None:
        failed = all(isinstance(outcome, Exception) for outcome in outcomes)
        self._failed_until = self._loop.time() + FAILING_SECONDS if failed else 0.0
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if future.done():  # its client has gone; what it sent is stored all the same
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
        if self._waiting:
            self._commit()
        else:
            self._busy = False
            self._idle.set()

    async def close(self) -> None:
        """Wait until everything submitted is answered."""
        await self._idle.wait()
        self._thread.shutdown()
