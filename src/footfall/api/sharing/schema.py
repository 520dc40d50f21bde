"""What links take and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from footfall.api.projects.schema import StrictBody
from footfall.api.web.parse import RangeName
from footfall.api.wire_types import Instant
from footfall.meta.saved import NAME_CHARS
from footfall.query.filter import MAX_LENGTH

MAX_ORIGINS = 10

_ORIGIN = r"^https?://(\*\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?$"

Origin = Annotated[str, Field(pattern=_ORIGIN, max_length=300)]
FilterOfLink = Annotated[str, Field(max_length=MAX_LENGTH, description="What it shows at most; empty: all events.")]
RangeOfLink = Annotated[
    RangeName | None, Field(description="What it shows at most; null, without `from` and `to`: any range.")
]
Bound = Annotated[
    str | None, Field(description="A bound of a fixed range, ISO 8601; a date begins in the project's zone.")
]


class NewLink(StrictBody):
    name: str = Field(description=f"1 to {NAME_CHARS} characters, unique among the project's links, ignoring case.")
    password: str | None = Field(None, min_length=8, max_length=200, description="Asked for when it is followed.")
    filter: FilterOfLink = ""
    range: RangeOfLink = None
    from_: Bound = Field(None, alias="from")
    to: Bound = None
    embed: list[Origin] = Field(
        [], max_length=MAX_ORIGINS, description="Origins whose pages may show it in a frame; none: no page may."
    )
    badge: bool = Field(False, description="Whether everybody who knows the id may read its live count.")


class LinkRange(BaseModel):
    filter: str
    range: RangeName | None
    from_: Instant | None = Field(alias="from")
    to: Instant | None


class Link(LinkRange):
    """What is known of a link. Its secret is not."""

    id: str
    name: str
    has_password: bool
    embed: list[str]
    badge: bool
    created_at: Instant
    path: str = Field(description="The page that it leads to, without the secret.")


class MadeLink(Link):
    """`link` leads to the page, with the secret behind `#`. It is shown once."""

    link: str


class LinkList(BaseModel):
    items: list[Link] = Field(description="Newest first.")


class Following(StrictBody):
    secret: str = Field(max_length=200, description="What stands behind `#`.")
    password: str | None = Field(None, max_length=200)


class LinkedProject(BaseModel):
    slug: str
    name: str
    timezone: str


class LinkSession(LinkRange):
    """`token` reads what the link shows, as a bearer token, until `expires_at` or until the link is revoked."""

    token: str
    expires_at: Instant
    name: str
    project: LinkedProject


class Badge(BaseModel):
    visitors: int = Field(description="Visitors of the last 5 minutes.")
    as_of: Instant
