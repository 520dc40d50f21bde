"""Answers of the events surface, as /openapi.json shows them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from footfall.api.ignored import HINTS, IGNORED
from footfall.api.wire_types import Instant


class Accepted(BaseModel):
    success: bool
    event_id: str = Field(description="ULID of the stored event.")
    message: str
    timestamp: Instant = Field(description="Time of receipt, UTC.")
    ignored: list[str] | None = IGNORED
    hints: list[str] | None = HINTS


class FailedEvent(BaseModel):
    index: int = Field(description="Place in `events`, counted from 0.")
    code: str
    message: str


class BatchAccepted(BaseModel):
    success: bool
    events_received: int
    events_queued: int
    events_failed: int
    message: str
    timestamp: Instant
    errors: list[FailedEvent] | None = Field(None, description="Why events failed; absent where none did.")
    ignored: list[str] | None = IGNORED
    hints: list[str] | None = HINTS


class BufferStatus(BaseModel):
    buffer_size: int = Field(description="Events in the durable buffer.")
    max_buffer_size: int = Field(description="Events at which writes answer 503 with Retry-After.")
    flush_interval_seconds: float
    last_flush: Instant
    events_pending: int = Field(description="Accepted, not yet queryable.")
    events_flushed_total: int


class Stats(BaseModel):
    total_events: int
    events_by_category: dict[str, int]
    events_today: int
    events_this_hour: int
    buffer_status: BufferStatus


class Health(BaseModel):
    status: str = Field(
        description="`healthy`; `delayed` while none can be queried; `unavailable` while none can be accepted."
    )
    accepting: bool
    message: str
    timestamp: Instant
