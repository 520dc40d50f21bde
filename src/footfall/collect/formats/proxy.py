"""`POST /analytics/ingest`: requests that the workers of a proxy counted (docs/api/proxy.md)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from footfall.collect.address import canonical, truncate
from footfall.collect.fields import parse_time
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError, check_time
from footfall.collect.unknown import Reader
from footfall.model.raw import ProxyColumns, ProxyLogs
from footfall.settings import StoreIp

BODY_BYTES = 8 << 20
MAX_LOGS = 10_000
MAX_COUNT = (1 << 63) - 1
DOMAIN_CHARS = 253
WORKER_CHARS = 128
PROTOCOL_CHARS = 32
ADDRESS_CHARS = 64
ERROR_CHARS = 512
"""Characters of an error that are stored."""

_Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
_Number = _Count | None
_Name = Annotated[str, Meta(max_length=WORKER_CHARS)] | None
_Address = Annotated[str, Meta(max_length=ADDRESS_CHARS)] | None


class LogIn(msgspec.Struct, gc=False):
    """One log as sent; null counts as absent."""

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


class BadTimeError(RefusedError):
    """The time of a log that can't be read or is out of range: its place in the body, and what was sent."""

    def __init__(self, code: str, message: str, index: int, value: str | float) -> None:
        super().__init__(code, "ts", message)
        self.index = index
        self.value = value


class BodyIn(msgspec.Struct):
    logs: Annotated[list[LogIn], Meta(min_length=1, max_length=MAX_LOGS)]


reader = Reader(BodyIn)


def proxy_logs(logs: list[LogIn], sender: Sender, intake: Intake) -> ProxyLogs:
    """The logs as they are spooled, or BadTimeError."""
    stamps = [log.ts for log in logs]
    first = dict(zip(reversed(stamps), reversed(range(len(stamps))), strict=True))
    # A worker's logs share few times; of several bad ones, the first is reported.
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
    """As much of each address as may be stored, in its canonical spelling."""
    if mode != "full":
        return [truncate(address, mode) for address in addresses]
    # An IPv4 address without a port, as most are, has one spelling only.
    every = "".join(addresses)
    if ":" not in every and "[" not in every:
        return addresses
    return [canonical(address) if ":" in address or "[" in address else address for address in addresses]


def _time(index: int, ts: str | float, sender: Sender, intake: Intake) -> int:
    try:
        return check_time(parse_time(ts), sender.received_at, intake.oldest(sender))
    except RefusedError as error:
        raise BadTimeError(error.code, error.message.removeprefix("timestamp: "), index, ts) from error
    except (ValueError, OverflowError) as error:
        raise BadTimeError("datetime_parsing", f"{ts!r:.60} is not a time: {error}", index, ts) from error
