"""The public endpoints by path, and in /openapi.json."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from footfall.api.collect.native import SCRIPTS, broken_pixel, collect, pixel, script
from footfall.api.collect.public import PublicRoute
from footfall.api.documented import Example, public_route
from footfall.api.problem import Error
from footfall.collect.browser import BODY_BYTES

PUBLIC: dict[str, PublicRoute] = {
    "/api/collect": PublicRoute(collect, BODY_BYTES),
    "/p.gif": PublicRoute(pixel, 0, broken_pixel, ("GET", "OPTIONS")),
    **{f"/{name}": PublicRoute(script(name), 0, methods=("GET", "OPTIONS")) for name in SCRIPTS},
}

router = APIRouter(tags=["collection"])


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


public_route(
    router,
    "/api/collect",
    PUBLIC["/api/collect"],
    body=Report,
    status=202,
    error=Error,
    summary="Store what a browser reports",
    description="What our tracker calls, with the project's public site key and no token. Any `Content-Type` is "
    "taken for JSON: `text/plain` spares a preflight. `X-Footfall-Dropped` says why a report was left out: "
    "`origin`, `opt-out`, `prefetch`.",
    examples=Example(request={"k": "ff_site_abc234", "u": "https://shop.example/pricing", "w": 1920}, answer="ok"),
)
