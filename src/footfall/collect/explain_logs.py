"""Why a body of proxy logs is refused, as FastAPI with Pydantic 2 says it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from footfall.collect.explain import SchemaError, Text, carried, validated
from footfall.collect.proxy import (
    ADDRESS_CHARS,
    DOMAIN_CHARS,
    ERROR_CHARS,
    LOGS,
    MOST,
    NAME_CHARS,
    PROTOCOL_CHARS,
    LogIn,
)

_Count = Annotated[int, Field(ge=0, le=MOST)]
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
    peer_id: Text | None = Field("", max_length=NAME_CHARS)
    worker: Text | None = Field("", max_length=NAME_CHARS)
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

    logs: list[LogModel] = Field(min_length=1, max_length=LOGS)


def logs(body: bytes) -> list[LogIn]:
    """The logs, where Pydantic is more lenient; else SchemaError."""
    return [LogIn(**model.model_dump()) for model in validated(LogsModel, body).logs]


def bad_time(index: int, ts: str | float, code: str, message: str) -> SchemaError:
    return SchemaError([{"type": code, "loc": ["body", "logs", index, "ts"], "msg": message, **carried(ts)}])
