"""The documented schema of proxy logs, and their bodies read by it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from pydantic import BaseModel, Field

from footfall.collect.formats import proxy
from footfall.collect.formats.proxy import (
    ADDRESS_CHARS,
    DOMAIN_CHARS,
    ERROR_CHARS,
    MAX_COUNT,
    MAX_LOGS,
    PROTOCOL_CHARS,
    WORKER_CHARS,
    BadTimeError,
    LogIn,
)
from footfall.collect.intake import Intake, Sender
from footfall.collect.schemas.faults import SchemaError, Text, parsed, quoted, validated
from footfall.collect.unknown import Ignored
from footfall.model.raw import ProxyLogs

_Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
_Number = _Count | None


class LogModel(BaseModel):
    """Requests that were alike, counted. Also the schema in /openapi.json."""

    ts: str | int | float = Field(description="ISO 8601 (UTC where it has no offset), or Unix seconds or milliseconds.")
    user_id: _Number = 0
    order_id: _Number = 0
    port: Annotated[int, Field(ge=0, le=65_535)] | None = 0
    protocol: Text | None = Field("", max_length=PROTOCOL_CHARS)
    ip_out: Text | None = Field("", max_length=ADDRESS_CHARS, description="Address that the proxy went out from.")
    ip_from: Text | None = Field("", max_length=ADDRESS_CHARS, description="Address that the client came from.")
    peer_id: Text | None = Field("", max_length=WORKER_CHARS)
    worker: Text | None = Field("", max_length=WORKER_CHARS)
    domain: Text = Field(min_length=1, max_length=DOMAIN_CHARS)
    error: Text | None = Field("", description=f"What failed; kept to {ERROR_CHARS} characters.")
    count: _Count = Field(description="Requests.")
    bytes_sent: _Number = 0
    bytes_received: _Number = 0
    error_count: _Number = 0
    duration_ms: _Number = 0
    max_concurrency: _Number = 0


class LogsModel(BaseModel):
    """1 to 10,000 logs. Also the schema in /openapi.json."""

    logs: list[LogModel] = Field(min_length=1, max_length=MAX_LOGS)


def read_logs(body: bytes, sender: Sender, intake: Intake) -> tuple[ProxyLogs, Ignored]:
    """The logs of a body as they are spooled, and the unknown names; SchemaError lists what is wrong with it."""
    logs, ignored = _logs(body)
    try:
        return proxy.proxy_logs(logs, sender, intake), ignored
    except BadTimeError as error:
        fault = {"type": error.code, "loc": ["body", "logs", error.index, "ts"], "msg": error.message}
        raise SchemaError([fault | quoted(error.value)]) from error


def _logs(body: bytes) -> tuple[list[LogIn], Ignored]:
    try:
        sent, ignored = proxy.reader.read(body)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError):
        logs = [LogIn(**model.model_dump()) for model in validated(LogsModel, parsed(body)).logs]
        return logs, proxy.reader.unknown(body)
    return sent.logs, ignored
