"""What the projects surface takes and answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from footfall.api.wire_types import Instant
from footfall.meta.projects import MAX_OVERLAP_HOURS, OVERLAP_HOURS
from footfall.model.period import iso_seconds
from footfall.model.retention import LEAST_OF_PROJECT
from footfall.rollups.expiry import Preview
from footfall.settings import MAX_RETENTION_DAYS


class StrictBody(BaseModel):
    """Unknown names are refused: a change that does not happen must not look as if it did."""

    model_config = ConfigDict(extra="forbid")


class NewProject(StrictBody):
    slug: str = Field(description="Short unique name: `[a-z0-9][a-z0-9-]{0,62}`.")
    name: str | None = Field(None, description="What people read; absent: the slug.")
    domains: list[str] = Field([], max_length=1_000, description="Hosts that browser events may come from; none: any.")
    timezone: str = Field("UTC", description="IANA name of the zone of its days.")


class ProjectChange(StrictBody):
    """What is absent or null stays."""

    slug: str | None = Field(None, description="Its new slug; the old one is free at once.")
    name: str | None = None
    timezone: str | None = Field(None, description="IANA name of the zone of its days.")
    retention_days: int | None = Field(
        None,
        ge=0,
        le=MAX_RETENTION_DAYS,
        description=f"Age in days past which rows go and figures stay: {LEAST_OF_PROJECT} or more; 0: none of its own.",
    )


class RowsBefore(BaseModel):
    old: int
    all: int


class RetentionPreview(BaseModel):
    days: int
    before: Instant = Field(description="Rows that end before this instant would be removed.")
    rows: dict[str, RowsBefore] = Field(description="By table.")


def previewed(found: Preview) -> RetentionPreview:
    rows = {table.value: RowsBefore(old=old, all=every) for table, (old, every) in found.rows.items()}
    return RetentionPreview(days=found.days, before=iso_seconds(found.before), rows=rows)


class KeyRotation(StrictBody):
    overlap_hours: int = Field(
        OVERLAP_HOURS, ge=0, le=MAX_OVERLAP_HOURS, description="Hours for which the old site key is still taken."
    )


class ReplacedSiteKey(BaseModel):
    site_key: str
    valid_until: Instant


class ProjectDetails(BaseModel):
    id: str = Field(description="Opaque name; never changes.")
    slug: str
    name: str
    site_key: str = Field(description="Public name under which browsers report.")
    old_site_keys: list[ReplacedSiteKey] = Field(description="Replaced keys that pages may still use.")
    domains: list[str]
    timezone: str
    retention_days: int | None = Field(description="Null where the installation's retention counts alone.")
    created_at: Instant


class Erasure(BaseModel):
    id: int
    asked_at: Instant
    done_at: Instant | None = Field(description="Null while it is under way.")


class ErasureList(BaseModel):
    erasures: list[Erasure] = Field(description="Newest first. They don't say whom: that is forgotten.")


class ProjectList(BaseModel):
    projects: list[ProjectDetails] = Field(description="Those that the token may touch, oldest first.")
