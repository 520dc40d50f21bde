"""An ASGI application of the surfaces: writing endpoints first, everything else behind FastAPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Depends, FastAPI

from footfall import __version__
from footfall.api import openapi, problem
from footfall.api.ingest.calls import Receive, Scope_, Send
from footfall.api.ingest.fast_paths import App, FastPaths
from footfall.api.lifecycle import Lifecycle
from footfall.api.parameters import TellIgnored, parameters
from footfall.api.state import Collecting, State
from footfall.api.surfaces import SURFACES, errors_of

Reading = Mapping[str, APIRouter]
"""Routers of endpoints that query, by the name of their surface."""


class Application:
    """Tells the lifecycle of every request under way, so that a stop can wait for them."""

    def __init__(self, app: App, lifecycle: Lifecycle) -> None:
        self._app = app
        self._lifecycle = lifecycle

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._lifecycle.enter()
        try:
            await self._app(scope, receive, send)
        finally:
            self._lifecycle.leave()


def build_api(state: State, reading: Reading) -> FastAPI:
    """The routes of all surfaces, and those of `reading`."""
    api = FastAPI(title="Footfall", version=__version__, description=openapi.TEXT, docs_url=None, redoc_url=None)
    state.install(api)
    problem.install(api, errors_of)
    api.add_middleware(TellIgnored)
    routers = list(_routers(reading))
    for router in routers:
        asked = router in reading.values()
        api.include_router(router, dependencies=[Depends(parameters)] if asked else [])
    api.openapi = lambda: openapi.describe(api, routers)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return api


def in_front(api: FastAPI, collecting: Collecting) -> Application:
    """The application that answers writing endpoints itself, and everything else by the API."""
    writing = (route for surface in SURFACES for route in surface.writing)
    public = (route for surface in SURFACES for route in surface.public)
    return Application(FastPaths(api, collecting, writing, public), collecting.lifecycle)


def _routers(reading: Reading) -> Iterator[APIRouter]:
    for surface in SURFACES:
        yield surface.router
        if surface.name in reading:
            yield reading[surface.name]
