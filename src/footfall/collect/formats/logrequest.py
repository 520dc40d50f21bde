"""The wire format of the request logging middleware of `fastapi-analytics`: `POST /api/log-request`.

Source: what version 1.2.5 of that package sends.
"""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
from msgspec import Meta

from footfall.collect.address import client_of
from footfall.collect.fields import Host, Method, Milliseconds, Name, Status
from footfall.collect.intake import Intake, Sender
from footfall.collect.requests import SeenRequest, raw_request
from footfall.collect.rows import Refusals, convert, items_of
from footfall.collect.surrogates import replace_halves
from footfall.collect.unknown import Ignored, Reader
from footfall.errors import UserError
from footfall.model.raw import RawRequest

BODY_BYTES = 10 << 20

MAX_REQUESTS = 10_000
"""Most requests of a body."""

_MAX_COMMAS = 40 * MAX_REQUESTS  # that many requests have fewer, those in agents included

_KEPT, _PLACE_ONLY = 0, 1
"""Privacy levels: the address is stored, or used for the place only; above, it is ignored."""


class LogBody(msgspec.Struct, gc=False):
    """A minute's requests of one application. `api_key` is a token with scope `ingest`."""

    api_key: Annotated[str, Meta(description="A token with scope `ingest`.")]
    requests: msgspec.Raw  # `LoggedRequest`s, read once the token is checked
    framework: str = ""
    privacy_level: Annotated[int, Meta(ge=0, description="1: addresses are not stored; 2: nor read.")] = _KEPT


class LoggedRequest(msgspec.Struct, gc=False):
    """One request as sent; `response_time` in milliseconds. `ip_address` is ignored where it is a host name."""

    path: str | None = None
    method: Method = "GET"
    status: Status | None = None
    response_time: Annotated[Milliseconds | None, Meta(description="Milliseconds.")] = None
    hostname: Host | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    user_id: Name | None = None
    created_at: Annotated[str | int | float | None, Meta(description="ISO 8601; without an offset, UTC.")] = None


_body = Reader(LogBody)
_request = Reader(LoggedRequest)


def read_body(body: bytes) -> tuple[LogBody, Ignored]:
    """The log, and the unknown names beside its requests.

    UserError `bad_body`, which names the field, where the body is no request log.
    """
    try:
        return _body.read(body)
    except msgspec.DecodeError as error:
        # Half a surrogate pair costs its own request only, when they are read one by one.
        found = None if isinstance(error, msgspec.ValidationError) else _reread(body)
        if found is None:
            raise _no_log(error) from error
        return found
    except (UnicodeDecodeError, RecursionError) as error:
        raise _no_log(error) from error


def _reread(body: bytes) -> tuple[LogBody, Ignored] | None:
    """A body that only Python's reader takes, if it does."""
    try:
        sent = json.loads(body)
        requests = msgspec.Raw(json.dumps(sent["requests"]).encode())
        head, ignored = _body.read(json.dumps(replace_halves({**sent, "requests": []})).encode())
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return msgspec.structs.replace(head, requests=requests), ignored


def _no_log(error: Exception) -> UserError:
    return UserError("bad_body", f"the body is not a request log: {error}")


def raw_requests(
    sent: LogBody, sender: Sender, intake: Intake, beside: Ignored = ()
) -> tuple[list[RawRequest], Refusals]:
    """The requests as they are spooled, and what is not stored; `beside` is as `rows.convert` takes it.

    UserError `bad_body` where there is no list.
    """
    rows = _listed(sent.requests)
    use_address = sent.privacy_level <= _PLACE_ONLY
    keep = intake.request_ip if sent.privacy_level == _KEPT else "none"
    chosen = msgspec.structs.replace(sender, address="", user_agent="")  # the connection is the application's
    return convert(
        rows,
        _request,
        lambda request: raw_request(_seen(request, use_address=use_address), chosen, intake.keeping(keep)),
        beside,
    )


def _listed(requests: msgspec.Raw) -> list[msgspec.Raw]:
    """The requests one by one; UserError `bad_body` where there is no list, or more than `MAX_REQUESTS`."""
    found: list[msgspec.Raw] = []
    if bytes(requests).count(b",") <= _MAX_COMMAS:  # a list of millions is not decoded at all
        try:
            found = items_of(requests)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
            raise UserError("bad_body", f"requests: {error}") from error
        if len(found) <= MAX_REQUESTS:
            return found
    raise UserError("bad_body", f"requests: more than {MAX_REQUESTS}")


def _seen(request: LoggedRequest, *, use_address: bool) -> SeenRequest:
    return SeenRequest(
        timestamp=request.created_at,
        method=request.method,
        endpoint=request.path or "/",
        status=request.status,
        duration_ms=request.response_time,
        ip_address=request.ip_address if use_address and client_of(request.ip_address or "") else None,
        user_agent=request.user_agent,
        host=request.hostname,
        user_id=request.user_id,
    )
