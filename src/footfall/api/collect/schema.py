"""Bodies of the public endpoints, for /openapi.json: what is checked stands in `footfall.collect`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel


class Vitals(BaseModel):
    """Milliseconds; `cls` has no unit."""

    lcp: float | None = Field(None, ge=0)
    inp: float | None = Field(None, ge=0)
    cls: float | None = Field(None, ge=0)
    fcp: float | None = Field(None, ge=0)
    ttfb: float | None = Field(None, ge=0)


class Revenue(BaseModel):
    amount: float | str
    currency: str = Field("", description="ISO 4217, three capitals.")


class Report(BaseModel):
    """One report of a browser, by short names."""

    k: str = Field(description="The project's site key.")
    u: str = Field(description="URL of the page. Kept without its query string, but for campaign and click parameters.")
    t: Literal["pageview", "event", "engagement"] = "pageview"
    n: str | None = Field(None, max_length=100, description="Name; an event needs one.")
    r: str | None = Field(None, description="Referrer.")
    ti: str | None = Field(None, description="Title of the page.")
    p: dict[str, Any] | None = Field(None, description="Properties, within the limits of docs/api/events.")
    w: float | None = Field(None, ge=0, description="Width of the screen.")
    l: str | None = Field(None, description="Language.")  # noqa: E741 - the wire's name
    sd: float | None = Field(None, ge=0, le=100, description="Of an engagement: the deepest scroll, percent.")
    e: float | None = Field(None, ge=0, description="Of an engagement: milliseconds visible and in focus.")
    v: Vitals | None = Field(None, description="Of an engagement: web vitals.")
    revenue: Revenue | None = Field(None, alias="$")


class PlausibleEvent(BaseModel):
    """One event of Plausible's clients; long names do, too."""

    n: str = Field(max_length=100, description="Name; `pageview` and `engagement` are not custom events.")
    u: str = Field(description="URL of the page.")
    d: str = Field(description="Host that a project lists; several apart by commas.")
    r: str | None = Field(None, description="Referrer.")
    p: dict[str, Any] | str | None = Field(None, description="Properties, an object or its JSON text.")
    revenue: Revenue | str | None = Field(None, alias="$")
    h: bool | int | None = Field(None, description="The fragment is a route.")
    w: float | None = Field(None, description="Width of the screen.")
    sd: float | None = Field(None, description="Of an engagement: the deepest scroll, percent.")
    e: float | None = Field(None, description="Of an engagement: milliseconds visible and in focus.")


class UmamiPayload(Vitals):
    website: str = Field(description="The project's id.")
    hostname: str | None = None
    url: str | None = Field(None, description="Path on `hostname`, or a whole URL.")
    referrer: str | None = None
    title: str | None = None
    language: str | None = None
    screen: str | None = None
    name: str | None = Field(None, max_length=100, description="Of a custom event; without it, a page view.")
    data: dict[str, Any] | list[Any] | None = None
    tag: str | None = None
    id: str | None = Field(None, max_length=128, description="The visitor, where the site knows it.")
    ip: str | None = None
    userAgent: str | None = None  # noqa: N815 - the wire's name
    timestamp: float | None = Field(None, description="Unix seconds or milliseconds, 48 hours old at most.")


class UmamiSend(BaseModel):
    type: Literal["event", "identify", "performance"]
    payload: UmamiPayload


class LoggedRequest(BaseModel):
    """One request as the middleware saw it."""

    path: str | None = None
    method: str = "GET"
    status: int | None = Field(None, ge=0, le=999)
    response_time: float | None = Field(None, ge=0, description="Milliseconds.")
    hostname: str | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    user_id: str | None = Field(None, max_length=128)
    created_at: str | float | None = Field(None, description="ISO 8601; without an offset, UTC.")


class LogBody(BaseModel):
    api_key: str = Field(description="A token with scope `ingest`.")
    requests: list[LoggedRequest]
    framework: str = ""
    privacy_level: int = Field(0, ge=0, description="1: addresses are not kept; 2: nor looked at.")


class UmamiBatch(RootModel[list[UmamiSend]]):
    """1,000 events at most."""
