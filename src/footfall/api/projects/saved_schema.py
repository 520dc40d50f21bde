"""What goals, segments, funnels and annotations take and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from footfall.api.projects.schema import StrictBody
from footfall.api.wire_types import Instant
from footfall.meta.saved import NAME_CHARS, TEXT_CHARS
from footfall.query.filter import MAX_LENGTH

_NAME = f"1 to {NAME_CHARS} characters, unique among those of the project, ignoring case."
_FILTER = "A filter string, see docs/api/web; not empty."
_STEPS = "A filter string per step, 2 to 8 of them; goals and segments may be named."
_WINDOW = "Time from the first step to the last, `1m` to `90d`."
_AT = "ISO 8601; a date is its midnight in the project's zone."

FilterText = Annotated[str, Field(max_length=MAX_LENGTH, description=_FILTER)]
Steps = Annotated[list[FilterText], Field(min_length=2, max_length=8, description=_STEPS)]
Name = Annotated[str, Field(description=_NAME)]
Text = Annotated[str, Field(description=f"1 to {TEXT_CHARS} characters.")]


class NewGoal(StrictBody):
    name: Name
    filter: FilterText


class GoalChange(StrictBody):
    """What is absent or null stays."""

    name: Name | None = None
    filter: FilterText | None = None


class GoalDetails(BaseModel):
    """A named filter; each event that matches it is a conversion."""

    id: str
    name: str
    filter: str
    created_at: Instant


class GoalList(BaseModel):
    items: list[GoalDetails] = Field(description="By name.")


class NewSegment(StrictBody):
    name: Name
    filter: FilterText
    private: bool = Field(False, description="Only holders of the same token, and sign-ins with it, see it.")


class SegmentChange(StrictBody):
    """What is absent or null stays."""

    name: Name | None = None
    filter: FilterText | None = None


class SegmentDetails(BaseModel):
    """A named filter."""

    id: str
    name: str
    filter: str
    private: bool
    created_at: Instant


class SegmentList(BaseModel):
    items: list[SegmentDetails] = Field(description="Those of the project and the caller's private ones, by name.")


class NewFunnel(StrictBody):
    name: Name
    steps: Steps
    window: str = Field("7d", description=_WINDOW)


class FunnelChange(StrictBody):
    """What is absent or null stays."""

    name: Name | None = None
    steps: Steps | None = None
    window: str | None = Field(None, description=_WINDOW)


class FunnelDetails(BaseModel):
    """A saved funnel: what `/funnel` of the web surface takes."""

    id: str
    name: str
    steps: list[str]
    window: str
    created_at: Instant


class FunnelList(BaseModel):
    items: list[FunnelDetails] = Field(description="By name.")


class NewAnnotation(StrictBody):
    at: str = Field(description=_AT)
    text: Text


class AnnotationChange(StrictBody):
    """What is absent or null stays."""

    at: str | None = Field(None, description=_AT)
    text: Text | None = None


class AnnotationDetails(BaseModel):
    """A text on the chart."""

    id: str
    at: Instant
    text: str
    created_at: Instant


class AnnotationList(BaseModel):
    items: list[AnnotationDetails] = Field(description="Newest first.")
