"""Collection by site key or by project: our tracker's endpoints, what clients of other servers call, and bulk."""

from __future__ import annotations

from fastapi import APIRouter

from footfall.api import body_schema
from footfall.api.collect.bulk import store_bulk
from footfall.api.collect.dropin import plausible_error, plausible_event, umami_batch, umami_send
from footfall.api.collect.native import SCRIPTS, blank, broken_pixel, collect, pixel, script
from footfall.api.documented import Example, public_route, refusals, writing_route
from footfall.api.ingest.calls import Route
from footfall.api.ingest.public import PublicRoute
from footfall.api.ingest.rows import RowsAccepted
from footfall.api.problem import CODED
from footfall.api.surface import Surface
from footfall.collect import rows
from footfall.collect.browser import BODY_BYTES
from footfall.collect.formats import umami
from footfall.collect.formats.beacon import Beacon
from footfall.collect.formats.bulk import BulkEvent
from footfall.collect.formats.plausible import PlausibleEvent

_PREFIX = "/api/collect"
_READ = ("GET", "HEAD", "OPTIONS")

router = APIRouter(tags=["collection"])

_BULK = Route(f"{_PREFIX}/bulk", store_bulk, rows.BODY_BYTES)
_COLLECT = PublicRoute(_PREFIX, collect, BODY_BYTES)
_EVENT = PublicRoute("/api/event", plausible_event, BODY_BYTES, plausible_error)
_SEND = PublicRoute("/api/send", umami_send, BODY_BYTES)
_BATCH = PublicRoute("/api/batch", umami_batch, umami.BATCH_BYTES)
_PIXEL = PublicRoute("/p.gif", pixel, 0, broken_pixel, _READ, head=blank, parameters=None)

COLLECT = Surface(
    "collect",
    _PREFIX,
    writing=(_BULK,),
    public=(
        _COLLECT,
        _EVENT,
        _SEND,
        _BATCH,
        _PIXEL,
        *(PublicRoute(f"/{name}", script(name), 0, methods=_READ, parameters=None) for name in SCRIPTS),
    ),
    router=router,
)

_TOLD = {
    "cache": "6f9619ff-8b86-5011-b42d-00c04fc964ff.1781172000000",
    "sessionId": "0b0e4f6e-3c56-5a2b-9a6e-0f3f3f0c7c1d",
    "visitId": "6f9619ff-8b86-5011-b42d-00c04fc964ff",
}
_UMAMI = body_schema.of_struct(umami.Send, payload={"required": ["website"]})
_SENT = {"type": "event", "payload": {"website": "prj_abc234", "hostname": "shop.example", "url": "/pricing"}}

writing_route(
    router,
    _BULK,
    operation_id="collect_bulk",
    body=body_schema.wrapped("events", body_schema.list_of(body_schema.of_struct(BulkEvent), rows.MAX_ROWS, least=1)),
    status=202,
    response_model=RowsAccepted,
    summary="Store events of servers, back-fills and apps",
    description="1 to 1,000 events, or NDJSON of at most 10 MiB. Durable at 202; a bad event refuses only itself.",
    examples=Example(
        request={
            "events": [
                {"type": "pageview", "url": "https://shop.example/pricing", "visitor_id": "ada", "country_code": "RO"},
                {
                    "type": "custom",
                    "name": "purchase",
                    "visitor_id": "ada",
                    "revenue": {"amount": 49, "currency": "EUR"},
                },
            ]
        },
        answer={"accepted": 2, "rejected": [], "rejected_total": 0},
    ),
    refusals=refusals(CODED, 400, 401, 403, 404, 413, 415, 503),
    ndjson='{"type": "pageview", "url": "https://shop.example/pricing", "visitor_id": "ada"}\n',
)
public_route(
    router,
    _COLLECT,
    operation_id="collect_beacon",
    body=body_schema.of_struct(Beacon),
    status=202,
    summary="Store what a browser reports",
    description="What our tracker calls, with the project's public site key and no token. Any `Content-Type` is "
    "taken for JSON: `text/plain` spares a preflight. `X-Footfall-Dropped` says why a report was left out: "
    "`origin`, `opt-out`, `prefetch`.",
    examples=Example(request={"k": "ff_site_abc234", "u": "https://shop.example/pricing", "w": 1920}, answer="ok"),
)
public_route(
    router,
    _EVENT,
    operation_id="collect_plausible_event",
    body=body_schema.of_struct(PlausibleEvent),
    status=202,
    summary="Store an event of Plausible's clients",
    description="Their wire format, with short or long names. `x-plausible-dropped` counts the projects that did not "
    'take it; a body that is not valid is 400 `{"errors": {…}}`.',
    examples=Example(request={"n": "pageview", "u": "https://shop.example/", "d": "shop.example", "h": 0}, answer="ok"),
)
public_route(
    router,
    _SEND,
    operation_id="collect_umami_event",
    body=_UMAMI,
    status=200,
    summary="Store an event of Umami's clients",
    description="Their wire format; `website` is the project's id. `X-Footfall-Dropped` says why nothing was stored.",
    examples=Example(request=_SENT, answer=_TOLD),
)
public_route(
    router,
    _BATCH,
    operation_id="collect_umami_batch",
    body=body_schema.list_of(_UMAMI, umami.MAX_ITEMS),
    status=200,
    summary="Store several events of Umami's clients",
    description="A list of what `/api/send` takes, 1,000 at most. A bad event refuses only itself.",
    examples=Example(
        request=[_SENT],
        answer={"size": 1, "processed": 1, "errors": 0, "details": [], "cache": _TOLD["cache"]},
    ),
)
