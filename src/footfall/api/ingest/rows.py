"""Endpoints that take many rows and refuse them one by one: 202 with what was accepted and what was not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec

from footfall.api.ingest.calls import JSON, Call, idempotency_key
from footfall.api.problem import Answer
from footfall.api.services import Services
from footfall.collect import rows
from footfall.collect.fields import submissions
from footfall.collect.formats import bulk as bulk_rows
from footfall.collect.formats import visits
from footfall.collect.intake import Sender
from footfall.collect.requests import raw_request
from footfall.collect.rows import Refusals
from footfall.model.raw import RequestRows
from footfall.spool.protocol import Submission

THREAD_BYTES = 256 << 10
"""Larger bodies are worked on in a thread, so that other requests go on."""

_encode = msgspec.json.Encoder().encode
_T = TypeVar("_T")
_Taken = tuple[list[Submission], int, Refusals]  # what is to be stored, its rows, and the rows that are not


async def bulk(services: Services, call: Call, sender: Sender) -> Answer:
    """`POST /api/collect/bulk`."""

    def take() -> _Taken:
        accepted, refusals = rows.convert(
            rows.split(call.body, call.header(b"content-type"), "events"),
            bulk_rows.decode,
            lambda event: bulk_rows.raw_event(event, sender, services.intake),
        )
        return submissions(accepted, sender), len(accepted), refusals

    return await _store(services, "collect", call, take)


async def visited(services: Services, call: Call, sender: Sender) -> Answer:
    """`POST /api/tracking/visits`. A repeated `Idempotency-Key` stores nothing and gets the first answer."""
    key = idempotency_key(call, sender, "visits")

    def take() -> _Taken:
        accepted, refusals = rows.convert(
            rows.split(call.body, call.header(b"content-type"), "visits"),
            visits.decode,
            lambda visit: raw_request(visit, sender, services.intake),
        )
        record = RequestRows(sender.project_id, sender.received_at, accepted)
        told = _told(len(accepted), refusals)
        return [Submission(record, key, told)] if accepted else [], len(accepted), refusals

    return await _store(services, "tracking", call, take)


async def _store(services: Services, surface: str, call: Call, take: Callable[[], _Taken]) -> Answer:
    submissions, accepted, refusals = await _apart(services, call, take)
    answers = await services.committer.submit(submissions) if submissions else []
    services.metrics.accepted(surface, accepted)
    for code, count in refusals.codes.items():
        services.metrics.refused(surface, code, count)
    # Events have keys of their own, and no answer of theirs; visits share one answer, which may be an earlier one.
    return 202, JSON, next(filter(None, answers), b"") or _told(accepted, refusals)


def _told(accepted: int, refusals: Refusals) -> bytes:
    return _encode({"accepted": accepted, "rejected": refusals.listed, "rejected_total": refusals.total})


async def _apart(services: Services, call: Call, work: Callable[[], _T]) -> _T:
    return await (asyncio.to_thread(work) if len(call.body) > THREAD_BYTES else services.intake.run(work))
