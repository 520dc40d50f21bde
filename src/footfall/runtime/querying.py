"""The querying part of a process: readers of its store, and the limits of their queries."""

from __future__ import annotations

from collections.abc import Callable

from footfall.api.answer_cache import AnswerCache
from footfall.api.query_limiter import WAIT_SECONDS, QueryLimiter
from footfall.api.state import Collecting, Querying
from footfall.meta import StoredAnswers, StoredFilters
from footfall.model.progress import FailingJob
from footfall.runtime.parts import Parts
from footfall.store.gate import AnswerGate
from footfall.store.protocol import Store

ANSWER_SECONDS = 10
"""How long an answer of the network surface holds."""


def make_querying(
    parts: Parts,
    store: Store,
    collecting: Collecting,
    last_flush: Callable[[], int],
    gate: AnswerGate | None = None,
    failing_jobs: Callable[[], list[FailingJob]] = list,
) -> Querying:
    """Beside a collecting part, with which it shares who may do what, and the buffer.

    `gate` is that of the drain, where the process has one, as `failing_jobs` are.
    """
    settings = parts.settings
    return Querying(
        settings=settings,
        clock=parts.clock,
        auth=collecting.auth,
        store=store,
        limiter=QueryLimiter(store, settings.queries_per_project, gate=gate),
        answers=AnswerCache(
            StoredAnswers(parts.meta.database, parts.clock),
            parts.clock,
            seconds=ANSWER_SECONDS,
            patience=WAIT_SECONDS + settings.query_seconds + 5,
        ),
        drops=collecting.drops,
        buffer=collecting.buffer,
        last_flush=last_flush,
        failing_jobs=failing_jobs,
        saved=StoredFilters(parts.meta.saved, parts.clock),
    )
