"""Endpoints that take many rows and refuse them one by one: 202 with what was accepted and what was not."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.api.ingest.calls import Call, reply
from footfall.api.problem import Answer
from footfall.api.services import Services
from footfall.collect import bulk as bulk_rows
from footfall.collect import rows, visits
from footfall.collect.intake import Sender
from footfall.collect.rows import Rejected
from footfall.model.raw import RequestRows
from footfall.spool.protocol import Submission


async def bulk(services: Services, call: Call, sender: Sender) -> Answer:
    """`POST /api/collect/bulk`."""
    accepted, rejected = rows.convert(
        rows.split(call.body, call.header(b"content-type"), "events"),
        bulk_rows.decode,
        lambda event: bulk_rows.raw_event(event, sender, services.intake),
    )
    return await _store(services, "collect", bulk_rows.submissions(accepted, sender), len(accepted), rejected)


async def visited(services: Services, call: Call, sender: Sender) -> Answer:
    """`POST /api/tracking/visits`."""
    accepted, rejected = rows.convert(
        rows.split(call.body, call.header(b"content-type"), "visits"),
        visits.decode,
        lambda visit: visits.raw_request(visit, sender, services.intake),
    )
    record = RequestRows(sender.project_id, sender.received_at, accepted)
    submissions = [Submission(record)] if accepted else []
    return await _store(services, "tracking", submissions, len(accepted), rejected)


async def _store(
    services: Services, surface: str, submissions: Sequence[Submission], accepted: int, rejected: list[Rejected]
) -> Answer:
    if submissions:
        await services.committer.submit(submissions)
    services.metrics.accepted(surface, accepted)
    for row in rejected:
        services.metrics.refused(surface, row.code)
    return reply(202, {"accepted": accepted, "rejected": rejected})
