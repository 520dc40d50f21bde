"""What the tokens surface takes and answers."""

from __future__ import annotations

from pydantic import BaseModel, Field

from footfall.api.projects.schema import StrictBody
from footfall.api.wire_types import Instant
from footfall.model.project import Scope

LABEL_CHARS = 100


class NewToken(StrictBody):
    label: str = Field("", max_length=LABEL_CHARS, description="A note on what it is for.")
    scopes: list[Scope] = Field(min_length=1, description="What it may do.")
    projects: list[str] | None = Field(
        None,
        max_length=1_000,
        description="Slugs or ids of the projects that it may touch; null: all of them, for `admin` only.",
    )
    expires_at: str | None = Field(None, description="ISO 8601, in the future; null: it does not expire.")


class TokenDetails(BaseModel):
    """What is known of a token. Its text is not."""

    id: int
    label: str
    last_four: str = Field(description="The last characters of its text.")
    scopes: list[Scope]
    projects: list[str] | None = Field(description="Slugs; null for a token of the whole installation.")
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    last_used_at: Instant | None = Field(description="To the minute.")


class MadeToken(TokenDetails):
    token: str = Field(description="Its text. It is shown once.")


class TokenList(BaseModel):
    items: list[TokenDetails] = Field(description="Newest first, revoked ones included.")
