"""The wire format of the request logging middleware of `fastapi-analytics`: `POST /api/log-request`.

Source: what version 1.2.5 of that package sends.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from footfall.collect.address import packed
from footfall.collect.fields import Host, Method, Milliseconds, Name, Status
from footfall.collect.intake import Intake, Sender
from footfall.collect.requests import SeenRequest, raw_request
from footfall.collect.rows import Refusals, convert
from footfall.errors import UserError
from footfall.model.raw import RawRequest

BODY_BYTES = 10 << 20

MAX_REQUESTS = 10_000
"""Most requests of a body."""

_MAX_COMMAS = 40 * MAX_REQUESTS  # that many requests have fewer, those in agents included

_KEPT, _PLACE_ONLY = 0, 1
"""Privacy levels: the address may be kept, or used for the place only; beyond, it is not looked at."""


class LogBody(msgspec.Struct, gc=False):
    """A minute's requests of one application. `api_key` is a token with scope `ingest`."""

    api_key: Annotated[str, Meta(description="A token with scope `ingest`.")]
    requests: msgspec.Raw  # `LoggedRequest`s, read once the token is known to hold
    framework: str = ""
    privacy_level: Annotated[int, Meta(ge=0, description="1: addresses are not kept; 2: nor looked at.")] = _KEPT


class LoggedRequest(msgspec.Struct, gc=False):
    """One request as sent; `response_time` in milliseconds. An `ip_address` may be any name that the server gives."""

    path: str | None = None
    method: Method = "GET"
    status: Status | None = None
    response_time: Annotated[Milliseconds | None, Meta(description="Milliseconds.")] = None
    hostname: Host | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    user_id: Name | None = None
    created_at: Annotated[str | int | float | None, Meta(description="ISO 8601; without an offset, UTC.")] = None


_body = msgspec.json.Decoder(LogBody).decode
_rows = msgspec.json.Decoder(list[msgspec.Raw]).decode
_request = msgspec.json.Decoder(LoggedRequest).decode


def read_body(body: bytes) -> LogBody:
    """UserError `bad_body`, with the field, where it is none."""
    try:
        return _body(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UserError("bad_body", f"the body is not a request log: {error}") from error


def raw_requests(sent: LogBody, sender: Sender, intake: Intake) -> tuple[list[RawRequest], Refusals]:
    """The requests as they are spooled, and those that were refused. UserError `bad_body` where there is no list."""
    rows = _listed(sent.requests)
    looked_at = sent.privacy_level <= _PLACE_ONLY
    keep = intake.request_ip if sent.privacy_level == _KEPT else "none"
    chosen = msgspec.structs.replace(sender, address="", user_agent="")  # the connection is the application's
    return convert(
        rows,
        _request,
        lambda request: raw_request(_seen(request, looked_at=looked_at), chosen, intake.keeping(keep)),
    )


def _listed(requests: msgspec.Raw) -> list[msgspec.Raw]:
    """The requests one by one; UserError `bad_body` where there is no list, or more than `MAX_REQUESTS`."""
    found: list[msgspec.Raw] = []
    if bytes(requests).count(b",") <= _MAX_COMMAS:  # a list of millions is not even begun
        try:
            found = _rows(requests)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise UserError("bad_body", f"requests: {error}") from error
        if len(found) <= MAX_REQUESTS:
            return found
    raise UserError("bad_body", f"requests: more than {MAX_REQUESTS}")


def _seen(request: LoggedRequest, *, looked_at: bool) -> SeenRequest:
    return SeenRequest(
        timestamp=request.created_at,
        method=request.method,
        endpoint=request.path or "/",
        status=request.status,
        duration_ms=request.response_time,
        ip_address=request.ip_address if looked_at and packed(request.ip_address or "") else None,
        user_agent=request.user_agent,
        host=request.hostname,
        user_id=request.user_id,
    )
