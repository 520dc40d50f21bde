"""Group commit: requests that arrive while one commit is under way share the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from footfall.errors import TransientError
from footfall.model.raw import size
from footfall.spool.protocol import Spool, Submission

GROUP_EVENTS = 20_000
"""Most events of one commit; the rest waits for the next, so that no commit takes too long."""

FAILING_SECONDS = 5.0
"""How long the spool counts as failing after a failed commit. This expires by itself: a load balancer that has stopped
sending would otherwise never see it recover."""

_Answers = asyncio.Future[list[bytes]]
_Member = tuple[Sequence[Submission], _Answers]


class GroupCommitter:
    """Belongs to one event loop. One commit runs at a time, while the next group gathers.

    `prepare` is called first on the thread that commits. It must not raise: nothing would be committed any more.
    """

    def __init__(self, spool: Spool, prepare: Callable[[], None] | None = None) -> None:
        self._spool = spool
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "commit", prepare)
        self._waiting: list[_Member] = []
        self._busy = False
        self._failed_until = 0.0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def failing(self) -> bool:
        """Whether the last commit stored nothing, and is less than `FAILING_SECONDS` ago."""
        return self._loop.time() < self._failed_until

    def submit(self, submissions: Sequence[Submission]) -> _Answers:
        """Resolves to the submissions' answers once all are durable; fails with what `append` raised."""
        future: _Answers = self._loop.create_future()
        self._waiting.append((submissions, future))
        if not self._busy:
            self._busy = True
            self._idle.clear()
            # Deferred, so that whatever else arrives in this iteration of the loop joins the same commit.
            self._loop.call_soon(self._commit)
        return future

    def _commit(self) -> None:
        group = self._cut()
        work = self._loop.run_in_executor(self._thread, self._append, group)
        work.add_done_callback(lambda done: self._answer(group, done.result()))

    def _cut(self) -> list[_Member]:
        """The first waiting members: as many as fit into a commit, at least one."""
        count = events = 0
        for submissions, _ in self._waiting:
            events += sum(size(submission.record) for submission in submissions)
            if count and events > GROUP_EVENTS:
                break
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    def _append(self, group: list[_Member]) -> list[list[bytes] | Exception]:
        """Each member's answers, or why it was not stored. Runs on the commit thread."""
        try:
            answers = iter(self._spool.append([submission for submissions, _ in group for submission in submissions]))
            return [list(islice(answers, len(submissions))) for submissions, _ in group]
        except TransientError as error:
            return [error] * len(group)
        except Exception as error:  # noqa: BLE001 - one member's fault: bisected, so that it fails alone
            if len(group) == 1:
                return [error]
            middle = len(group) // 2
            return self._append(group[:middle]) + self._append(group[middle:])

    def _answer(self, group: list[_Member], outcomes: list[list[bytes] | Exception]) -> None:
        failed = all(isinstance(outcome, Exception) for outcome in outcomes)
        self._failed_until = self._loop.time() + FAILING_SECONDS if failed else 0.0
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if future.done():  # its client has disconnected; what it sent is stored
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
