"""The querying part of a process: readers of its store, and the limits of their queries."""

from __future__ import annotations

from footfall.api.answer_cache import AnswerCache
from footfall.api.query_limiter import QueryLimiter
from footfall.api.state import Collecting, Querying
from footfall.meta import StoredAnswers, StoredFilters
from footfall.runtime.draining import Draining
from footfall.runtime.jobs import Jobs
from footfall.runtime.parts import Parts

ANSWER_SECONDS = 10
"""How long an answer of the network surface holds."""


def make_querying(parts: Parts, draining: Draining, jobs: Jobs, collecting: Collecting) -> Querying:
    """Beside a collecting part, with which it shares who may do what, and the buffer."""
    settings = parts.settings
    return Querying(
        settings=settings,
        clock=parts.clock,
        auth=collecting.auth,
        store=draining.store,
        limiter=QueryLimiter(draining.store, settings.queries_per_project, gate=draining.gate),
        answers=AnswerCache(
            StoredAnswers(parts.meta.database, parts.clock),
            parts.clock,
            seconds=ANSWER_SECONDS,
            patience=settings.query_seconds + 5,
        ),
        drops=collecting.drops,
        buffer=collecting.buffer,
        last_flush=lambda: draining.last_round,
        failing_jobs=jobs.failing,
        saved=StoredFilters(parts.meta.saved, parts.clock),
    )
