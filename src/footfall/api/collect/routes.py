"""The public endpoints by path, and in /openapi.json."""

from __future__ import annotations

from fastapi import APIRouter

from footfall.api.collect import schema
from footfall.api.collect.dropin import plausible_error, plausible_event, umami_batch, umami_send
from footfall.api.collect.logs import log_request
from footfall.api.collect.native import SCRIPTS, blank, broken_pixel, collect, pixel, script
from footfall.api.collect.public import PublicRoute
from footfall.api.documented import Example, public_route
from footfall.api.problem import Error
from footfall.collect.browser import BODY_BYTES
from footfall.collect.formats import logrequest, umami

_READ = ("GET", "HEAD", "OPTIONS")

PUBLIC: dict[str, PublicRoute] = {
    "/api/collect": PublicRoute(collect, BODY_BYTES),
    "/api/event": PublicRoute(plausible_event, BODY_BYTES, plausible_error),
    "/api/send": PublicRoute(umami_send, BODY_BYTES),
    "/api/batch": PublicRoute(umami_batch, umami.BATCH_BYTES),
    "/api/log-request": PublicRoute(log_request, logrequest.BODY_BYTES),
    "/p.gif": PublicRoute(pixel, 0, broken_pixel, _READ, head=blank),
    **{f"/{name}": PublicRoute(script(name), 0, methods=_READ) for name in SCRIPTS},
}

router = APIRouter(tags=["collection"])

public_route(
    router,
    "/api/collect",
    PUBLIC["/api/collect"],
    body=schema.Report,
    status=202,
    error=Error,
    summary="Store what a browser reports",
    description="What our tracker calls, with the project's public site key and no token. Any `Content-Type` is "
    "taken for JSON: `text/plain` spares a preflight. `X-Footfall-Dropped` says why a report was left out: "
    "`origin`, `opt-out`, `prefetch`.",
    examples=Example(request={"k": "ff_site_abc234", "u": "https://shop.example/pricing", "w": 1920}, answer="ok"),
)
public_route(
    router,
    "/api/event",
    PUBLIC["/api/event"],
    body=schema.PlausibleEvent,
    status=202,
    error=Error,
    summary="Store an event of Plausible's clients",
    description="Their wire format, with short or long names. `x-plausible-dropped` counts the projects that did not "
    'take it; a body that does not hold is 400 `{"errors": {…}}`.',
    examples=Example(request={"n": "pageview", "u": "https://shop.example/", "d": "shop.example", "h": 0}, answer="ok"),
)
_TOLD = {
    "cache": "6f9619ff-8b86-5011-b42d-00c04fc964ff.1781172000000",
    "sessionId": "0b0e4f6e-3c56-5a2b-9a6e-0f3f3f0c7c1d",
    "visitId": "6f9619ff-8b86-5011-b42d-00c04fc964ff",
}
_SENT = {"type": "event", "payload": {"website": "prj_abc234", "hostname": "shop.example", "url": "/pricing"}}
public_route(
    router,
    "/api/send",
    PUBLIC["/api/send"],
    body=schema.UmamiSend,
    status=200,
    error=Error,
    summary="Store an event of Umami's clients",
    description="Their wire format; `website` is the project's id. `X-Footfall-Dropped` says why nothing was stored.",
    examples=Example(request=_SENT, answer=_TOLD),
)
public_route(
    router,
    "/api/batch",
    PUBLIC["/api/batch"],
    body=schema.UmamiBatch,
    status=200,
    error=Error,
    summary="Store several events of Umami's clients",
    description="A list of what `/api/send` takes, 1,000 at most. A bad event refuses only itself.",
    examples=Example(
        request=[_SENT],
        answer={"size": 1, "processed": 1, "errors": 0, "details": [], "cache": _TOLD["cache"]},
    ),
)
public_route(
    router,
    "/api/log-request",
    PUBLIC["/api/log-request"],
    body=schema.LogBody,
    status=201,
    error=Error,
    summary="Store requests that the middleware of fastapi-analytics saw",
    description="The token, with scope `ingest`, stands in the body. A bad request refuses only itself; where all are "
    "refused, 400.",
    examples=Example(
        request={
            "api_key": "ff_pat_…",
            "framework": "FastAPI",
            "privacy_level": 0,
            "requests": [{"path": "/pricing", "method": "GET", "status": 200, "response_time": 12}],
        },
        answer={"status": 201, "message": "1 requests stored"},
    ),
    statuses=(400, 401, 403, 404, 413, 429, 503),
)
