"""`/docs`, `/healthz`, `/readyz`, `/metrics`, and the dashboard where it is built, else a page of links.

Pages load nothing from elsewhere and run no inline script.
"""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, Request, Response

from footfall import __version__
from footfall.api.site import dashboard
from footfall.api.state import Collecting, State, collecting, fails_since, stale_since, state_of
from footfall.api.surface import Surface
from footfall.collect.address import is_loopback
from footfall.errors import UserError
from footfall.model.project import Scope

router = APIRouter(include_in_schema=False)

SITE = Surface("site", "", router=router)

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
_PAGE = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


@router.get("/")
@router.get("/sign-in")
@router.get("/settings")
@router.get("/settings/{rest:path}")
@router.get("/sites/{rest:path}")
def page_of_dashboard(request: Request) -> Response:
    """The dashboard's pages, each of which the browser makes of the same document.

    It names no host: what a request says of it may be made up, and caches keep the page.
    """
    return dashboard.page(request.headers, base_path=_base_path(request)) or _page("index.html", request)


@router.get("/assets/{name}")
def asset_of_dashboard(request: Request, name: str) -> Response:
    return dashboard.asset(name, request.headers)


@router.get("/docs")
def documentation(request: Request) -> Response:
    return _page("docs.html", request)


@router.get("/docs/{name}")
def asset(name: str) -> Response:
    """A closed list: no path of the caller's reaches the file system."""
    own = {"docs.js": "text/javascript", "site.css": "text/css"}
    kind = own.get(name) or _ASSETS.get(name)
    if kind is None:
        raise UserError("not_found", f"{name[:100]!r} does not exist")
    package, folder = ("footfall.api.site", "static") if name in own else ("footfall", "assets/docs")
    content = resources.files(package).joinpath(folder, name).read_bytes()
    return Response(
        content, media_type=kind, headers={"x-content-type-options": "nosniff", "cache-control": "max-age=3600"}
    )


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process is up."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request, response: Response) -> dict[str, str]:
    """Whether the process can accept events and answer queries, as far as it is to; 503 says what it can't.

    Work in the background that fails is told, too, but figures are right without it.
    """
    state = state_of(request)
    reason = _unready(state)
    if reason:
        response.status_code = 503
        response.headers["retry-after"] = "5"
    failing = state.querying.failing_jobs() if state.querying else ()
    message = reason or "; ".join(map(fails_since, failing))
    return {"status": "unavailable" if reason else "ready", "message": message}


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    part = collecting(request)
    _check_reader(request, part)
    text = await part.metrics.exposition(part.buffer, part.standstills, part.settings.data)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _check_reader(request: Request, part: Collecting) -> None:
    """UserError where the setting `metrics` does not let the caller read."""
    readers, client = part.settings.metrics, part.auth.client(request)
    if readers == "token":
        part.auth.authenticate(request.headers.raw, request.scope["query_string"], client, Scope.READ)
    elif readers == "loopback" and not is_loopback(client):
        raise UserError("forbidden", "/metrics is open to clients on loopback only; FOOTFALL_METRICS changes that")


def _unready(state: State) -> str:
    if state.collecting and (refusal := state.collecting.refusal()):
        return refusal
    if state.querying and not state.querying.store.ping():
        return "the store does not answer"
    stale = state.collecting.stale() if state.collecting else None
    return stale_since(stale) if stale else ""


def _base_path(request: Request) -> str:
    part = state_of(request).collecting
    return part.settings.base_path if part else ""


def _page(name: str, request: Request) -> Response:
    text = resources.files("footfall.api.site").joinpath("static", name).read_text(encoding="utf-8")
    return Response(
        text.replace("{{version}}", __version__).replace("{{base}}", _base_path(request)),
        media_type="text/html; charset=utf-8",
        headers=_PAGE,
    )
