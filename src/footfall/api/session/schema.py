"""What signing in takes and answers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from footfall.api.wire_types import Instant
from footfall.model.project import Scope


class SignInRequest(BaseModel):
    """One of both."""

    model_config = ConfigDict(extra="forbid")

    token: str | None = Field(None, max_length=200, description="A token with the scope `read`.")
    code: str | None = Field(None, max_length=200, description="The code of a printed link; it works once.")


class SessionProject(BaseModel):
    slug: str
    id: str
    name: str
    timezone: str
    site_key: str = Field(description="Public name under which browsers report.")
    domains: list[str]


class CallerSession(BaseModel):
    auth: Literal["session", "token", "off"] = Field(
        description="Who calls: a browser that is signed in, a token, or anybody, since authentication is off."
    )
    scopes: list[Scope]
    installation: bool = Field(description="Whether it reaches every project, those to come included.")
    expires_at: Instant | None = Field(description="The end of the sign-in.")
    csrf: str | None = Field(description="What `X-CSRF-Token` must say in requests by cookie that change something.")
    projects: list[SessionProject] = Field(description="What it may read, by slug.")
