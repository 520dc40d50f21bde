"""What clients of other servers call: `POST /api/event` (Plausible), `/api/send` and `/api/batch` (Umami)."""

from __future__ import annotations

from functools import partial

import msgspec

from footfall.api.collect.taking import evaluate, store
from footfall.api.ignored import count, told
from footfall.api.ingest.calls import JSON
from footfall.api.ingest.public import OPEN, PublicCall, accepted, coded, dropped, readable
from footfall.api.problem import Reply
from footfall.api.state import Collecting
from footfall.collect.browser import Rows
from footfall.collect.formats import plausible, umami
from footfall.collect.limits import RefusedError
from footfall.collect.rows import Refusals
from footfall.collect.unknown import refuse
from footfall.errors import UserError
from footfall.idn import HOST_CHARS, ascii_host
from footfall.model.drops import DropReason
from footfall.model.project import Project

_encode = msgspec.json.Encoder().encode
_CACHE = b"x-umami-cache"
_WEBSITE_CHARS = 64


async def plausible_event(collecting: Collecting, call: PublicCall) -> Reply:
    """Once for every project that it names; what a project does not take is counted in `x-plausible-dropped`."""
    domains, hit, ignored = plausible.read_event(call.body)
    if call.strict:
        refuse(ignored)
    found: list[Rows] = []
    reasons: list[DropReason] = []
    known: set[int] = set()
    for domain in domains:
        project = collecting.auth.directory.of_domain(ascii_host(domain.lower()[:HOST_CHARS]))
        if project and project.number in known:
            continue
        evaluated: Rows | DropReason = DropReason.UNKNOWN_DOMAIN
        if project:
            known.add(project.number)
            evaluated = await collecting.intake.run(partial(evaluate, collecting, call, project, hit))
            count(collecting, project.number, ignored)
        if isinstance(evaluated, DropReason):
            reasons.append(evaluated)
        else:
            found.append(evaluated)
    await store(collecting, found)
    status, headers, body = accepted(reasons[0] if reasons else None)
    number = [(b"x-plausible-dropped", str(len(reasons)).encode())] if reasons else []
    return status, [*headers, *number, *readable(ignored)], body


def plausible_error(error: Exception, path: str) -> Reply:
    if isinstance(error, plausible.FieldError):
        return 400, JSON, _encode({"errors": error.errors})
    if isinstance(error, RefusedError):
        return 400, JSON, _encode({"errors": {error.field: [error.message]}})
    return coded(error, path)


async def umami_send(collecting: Collecting, call: PublicCall) -> Reply:
    sent, ignored = umami.read_send(call.body)
    if call.strict:
        refuse(ignored)
    project = _website(collecting, sent)
    work = partial(_umami, collecting, call, project, sent, call.header(_CACHE))
    found, answered, reason = await collecting.intake.run(work)
    count(collecting, project.number, ignored)
    await store(collecting, found)
    return 200, [*OPEN, *JSON, *dropped(reason)], _encode(answered | told(ignored))


async def umami_batch(collecting: Collecting, call: PublicCall) -> Reply:
    """Each event on its own: a bad one refuses only itself."""
    items = umami.read_batch(call.body)
    found: list[Rows] = []
    details: list[dict[str, object]] = []
    unknown = Refusals()
    cache = call.header(_CACHE)
    for index, item in enumerate(items):
        try:
            sent, ignored = umami.read_send(item)
            unknown.ignore(ignored, index)
            project = _website(collecting, sent)
            work = partial(_umami, collecting, call, project, sent, cache)
            rows, answered, _ = await collecting.intake.run(work)
            count(collecting, project.number, ignored)
        except UserError as error:
            details.append({"index": index, "response": {"error": {"code": error.code, "message": error.message}}})
            continue
        found += rows
        cache = answered["cache"]
    if call.strict:
        refuse(unknown.ignored)
    await store(collecting, found)
    counts = {"size": len(items), "processed": len(items) - len(details), "errors": len(details)}
    return 200, [*OPEN, *JSON], _encode({**counts, "details": details, "cache": cache or None} | told(unknown.ignored))


def _website(collecting: Collecting, sent: umami.Send) -> Project:
    """The project that the payload names, by its id."""
    website = sent.payload.website
    project = collecting.auth.directory.of_website(website) if len(website) <= _WEBSITE_CHARS else None
    if project is None or project.id != website:
        raise UserError("unknown_website", f"payload.website: {website[:_WEBSITE_CHARS]!r} is not the id of a project")
    return project


def _umami(
    collecting: Collecting, call: PublicCall, project: Project, sent: umami.Send, cache: str
) -> tuple[list[Rows], dict[str, str], DropReason | None]:
    """What to store, what the client is told, and why nothing is stored."""
    hit = umami.hit(sent)
    address, agent = hit.address or call.address, hit.user_agent or call.header(b"user-agent")
    visitor = hit.visitor_id or collecting.intake.identity.present(project.number, call.received_at, address, agent)
    evaluated = evaluate(collecting, call, project, hit) if sent.type != "identify" else DropReason.IDENTIFY
    session = umami.session_id(project.number, visitor)
    visited = umami.visit_id(session, call.received_at, cache)
    answered = {"cache": umami.cache_of(visited, call.received_at), "sessionId": session, "visitId": visited}
    return ([], answered, evaluated) if isinstance(evaluated, DropReason) else ([evaluated], answered, None)
