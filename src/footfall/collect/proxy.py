"""`POST /analytics/ingest`: what the workers of a proxy counted (docs/api/proxy.md).

A body is decoded by msgspec straight into structs. Only one that fails is read again by Pydantic (`explain_logs`), for
the documented list of faults; where Pydantic accepts what msgspec did not, its word stands.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from footfall.collect.address import truncate
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError, check_time, parse_time
from footfall.model.raw import ProxyColumns, ProxyLogs
from footfall.settings import StoreIp

BODY_BYTES = 8 << 20
LOGS = 10_000
MOST = (1 << 63) - 1
DOMAIN_CHARS = 253
NAME_CHARS = 128
PROTOCOL_CHARS = 32
ADDRESS_CHARS = 64
ERROR_CHARS = 512
"""What is kept of an error; the rest is cut off."""

_Count = Annotated[int, Meta(ge=0, le=MOST)]
_Number = _Count | None
_Name = Annotated[str, Meta(max_length=NAME_CHARS)] | None
_Address = Annotated[str, Meta(max_length=ADDRESS_CHARS)] | None


class LogIn(msgspec.Struct, gc=False):
    """One log as sent; what is null is left out."""

    ts: str | int | float
    domain: Annotated[str, Meta(min_length=1, max_length=DOMAIN_CHARS)]
    count: _Count
    user_id: _Number = 0
    order_id: _Number = 0
    port: Annotated[int, Meta(ge=0, le=65_535)] | None = 0
    protocol: Annotated[str, Meta(max_length=PROTOCOL_CHARS)] | None = ""
    ip_out: _Address = ""
    ip_from: _Address = ""
    peer_id: _Name = ""
    worker: _Name = ""
    error: str | None = ""
    bytes_sent: _Number = 0
    bytes_received: _Number = 0
    error_count: _Number = 0
    duration_ms: _Number = 0
    max_concurrency: _Number = 0


class BodyIn(msgspec.Struct):
    logs: Annotated[list[LogIn], Meta(min_length=1, max_length=LOGS)]


_decode = msgspec.json.Decoder(BodyIn).decode


def read_logs(body: bytes) -> list[LogIn]:
    """The logs of a body; `explain.SchemaError` says what is wrong otherwise."""
    try:
        return _decode(body).logs
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError):
        from footfall.collect import explain_logs  # noqa: PLC0415 - Pydantic is for failures only

        return explain_logs.logs(body)


def proxy_logs(logs: list[LogIn], sender: Sender, intake: Intake) -> ProxyLogs:
    """The logs as they are spooled. `explain.SchemaError` names the log whose time can't be read or is out of range."""
    stamps = [log.ts for log in logs]
    first = dict(zip(reversed(stamps), reversed(range(len(stamps))), strict=True))
    # A worker's logs share few; of several bad ones the first is told of.
    times = {ts: _time(first[ts], ts, sender, intake) for ts in dict.fromkeys(stamps)}
    errors = [log.error or "" for log in logs]
    columns = ProxyColumns(
        timestamp=[times[ts] for ts in stamps],
        user_id=[log.user_id or 0 for log in logs],
        order_id=[log.order_id or 0 for log in logs],
        port=[log.port or 0 for log in logs],
        protocol=[log.protocol or "" for log in logs],
        ip_out=_kept([log.ip_out or "" for log in logs], intake.request_ip),
        ip_from=_kept([log.ip_from or "" for log in logs], intake.request_ip),
        peer_id=[log.peer_id or "" for log in logs],
        worker=[log.worker or "" for log in logs],
        domain=[log.domain for log in logs],
        error=[error[:ERROR_CHARS] for error in errors] if max(map(len, errors)) > ERROR_CHARS else errors,
        count=[log.count for log in logs],
        bytes_sent=[log.bytes_sent or 0 for log in logs],
        bytes_received=[log.bytes_received or 0 for log in logs],
        error_count=[log.error_count or 0 for log in logs],
        duration_ms=[log.duration_ms or 0 for log in logs],
        max_concurrency=[log.max_concurrency or 0 for log in logs],
    )
    return ProxyLogs(sender.project_id, sender.received_at, columns)


def _kept(addresses: list[str], mode: StoreIp) -> list[str]:
    """As sent, or as much of each as may be kept. One spelling of each would take as long as all the rest."""
    return addresses if mode == "full" else [truncate(address, mode) for address in addresses]


def _time(index: int, ts: str | float, sender: Sender, intake: Intake) -> int:
    try:
        return check_time(parse_time(ts), sender.received_at, intake.retention_days)
    except (RefusedError, ValueError, OverflowError) as error:
        from footfall.collect.explain_logs import bad_time  # noqa: PLC0415 - Pydantic is for failures only

        if isinstance(error, RefusedError):
            raise bad_time(index, ts, error.code, error.message.removeprefix("timestamp: ")) from error
        raise bad_time(index, ts, "datetime_parsing", f"{ts!r:.60} is no time: {error}") from error
