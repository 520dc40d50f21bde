"""What the network surface answers. Field names and types are the contract's."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from footfall.api.wire_types import Instant


class Point(BaseModel):
    """`visits`: distinct sessions with a request in the bucket; `bytes`: of responses; `date`: start of the bucket."""

    visits: int
    requests: int
    bytes: int
    date: Instant


class GroupPoint(Point):
    """The same of one group."""

    type: str


class Keys(BaseModel):
    """Ascending by `date`, then most requests first, then by `type`; the 100 groups of a key with most requests."""

    visits: list[Point]
    countries: list[GroupPoint] = Field(description="ISO 3166-1 alpha-2, or `unknown`.")
    devices: list[GroupPoint] = Field(description="`desktop`, `mobile`, `tablet`, `other` or `unknown`.")
    os: list[GroupPoint]
    browsers: list[GroupPoint]
    protocols: list[GroupPoint] = Field(description="`https`, `http`, or `unknown` where the sender does not say.")
    methods: list[GroupPoint]
    paths: list[GroupPoint]
    referers: list[GroupPoint] = Field(description="Referrer URLs; `direct` where there is none.")
    providers: list[GroupPoint] = Field(description="Network or CDN that requests came through.")


class Analytics(BaseModel):
    status: Literal["success"]
    response: Keys
