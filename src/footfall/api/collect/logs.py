"""`POST /api/log-request`: requests that an application's middleware saw, with the token in the body."""

from __future__ import annotations

import asyncio

from footfall.api.collect.public import Visit
from footfall.api.ingest.calls import reply
from footfall.api.ingest.rows import THREAD_BYTES
from footfall.api.problem import Answer
from footfall.api.services import Services
from footfall.collect.formats.logrequest import LogBody, raw_requests, read_body
from footfall.collect.rows import Refusals
from footfall.errors import UserError
from footfall.model.project import Project, Scope
from footfall.model.raw import RawRequest, RequestRows
from footfall.spool.protocol import Submission

Taken = tuple[list[RawRequest], Refusals]


async def log_request(services: Services, visit: Visit) -> Answer:
    """201 with what was stored; 400 where there is something and all of it was refused."""
    large = len(visit.call.body) > THREAD_BYTES
    sent = await asyncio.to_thread(read_body, visit.call.body) if large else read_body(visit.call.body)
    project = _project(services, visit, sent)
    sender = visit.sender(project)

    def take() -> Taken:
        return raw_requests(sent, sender, services.intake)

    accepted, refusals = await (asyncio.to_thread(take) if large else services.intake.run(take))
    if refusals.total and not accepted:
        raise UserError("bad_body", f"requests.0: {refusals.listed[0].message}")
    if accepted:
        await services.committer.submit([Submission(RequestRows(project.number, visit.received_at, accepted))])
    services.metrics.accepted("tracking", len(accepted))
    for code, count in refusals.codes.items():
        services.metrics.refused("tracking", code, count)
    return reply(201, {"status": 201, "message": _message(len(accepted), refusals)})


def _project(services: Services, visit: Visit, sent: LogBody) -> Project:
    token = [(b"x-api-key", sent.api_key.encode("utf-8", "replace"))]
    principal = services.auth.authenticate(token, visit.query, visit.address, Scope.INGEST)
    return services.auth.project(principal, visit.header(b"x-project") or None)


def _message(accepted: int, refusals: Refusals) -> str:
    text = f"{accepted} requests stored"
    if not refusals.total:
        return text
    first = refusals.listed[0]
    return f"{text}, {refusals.total} refused; the first: requests.{first.index}: {first.message}"
