"""`POST /api/log-request`: requests that an application's middleware saw, with the token in the body."""

from __future__ import annotations

import re

from footfall.api.ignored import told
from footfall.api.ingest.calls import reply
from footfall.api.ingest.public import PublicCall
from footfall.api.ingest.rows import apart, count_rows
from footfall.api.problem import Reply
from footfall.api.state import Collecting
from footfall.collect.formats.logrequest import LogBody, raw_requests, read_body
from footfall.collect.rows import Refusals
from footfall.collect.unknown import refuse
from footfall.errors import UserError
from footfall.model.project import Project, Scope
from footfall.model.raw import RawRequest, RequestRows
from footfall.spool.protocol import Submission

_KEY = re.compile(rb'"api_key"\s*:\s*"([\x21\x23-\x7e]{1,200})"')

Taken = tuple[list[RawRequest], Refusals]


async def log_request(collecting: Collecting, call: PublicCall) -> Reply:
    """201 with what was stored; 400 where there is something and all of it was refused."""
    sent, beside = await apart(collecting, call, lambda: read_body(call.body))
    project = _project(collecting, call, sent)
    sender = call.sender(project)

    def take() -> Taken:
        return raw_requests(sent, sender, collecting.intake, beside)

    accepted, refusals = await apart(collecting, call, take)
    if call.strict:
        refuse(refusals.ignored)
    if refusals.total and not accepted:
        raise UserError("bad_body", f"requests.0: {refusals.listed[0].message}")
    if accepted:
        await collecting.committer.submit([Submission(RequestRows(project.number, call.received_at, accepted))])
    count_rows(collecting, "tracking", project.number, len(accepted), refusals)
    return reply(201, {"status": 201, "message": _message(len(accepted), refusals)} | told(refusals.ignored))


def look(collecting: Collecting, call: PublicCall, first: bytes) -> None:
    """Refuse a large body whose first bytes hold no token that may send."""
    found = _KEY.search(first)
    if found is None:
        raise UserError("unauthorized", "api_key: no token within the first 64 KiB of the body; put it first")
    collecting.auth.authenticate([(b"x-api-key", found[1])], call.query, call.address, Scope.INGEST)


def _project(collecting: Collecting, call: PublicCall, sent: LogBody) -> Project:
    token = [(b"x-api-key", sent.api_key.encode("utf-8", "replace"))]
    principal = collecting.auth.authenticate(token, call.query, call.address, Scope.INGEST)
    return collecting.auth.project(principal, call.header(b"x-project") or None)


def _message(accepted: int, refusals: Refusals) -> str:
    text = f"{accepted} requests stored"
    if not refusals.total:
        return text
    first = refusals.listed[0]
    return f"{text}, {refusals.total} refused; the first: requests.{first.index}: {first.message}"
