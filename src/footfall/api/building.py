"""An ASGI application of the surfaces: writing endpoints first, everything else behind FastAPI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from time import perf_counter

from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope

from footfall import __version__
from footfall.api import openapi, problem
from footfall.api.auth import Authenticator
from footfall.api.base_path import BelowPath
from footfall.api.bodies import Receive
from footfall.api.cors import CrossOrigin
from footfall.api.ingest.calls import Scope_, Send
from footfall.api.ingest.chunks import ChunkRoute
from footfall.api.ingest.fast_paths import STATUS, App, FastPaths
from footfall.api.ingest.nothing_written import NothingWritten
from footfall.api.lifecycle import Lifecycle
from footfall.api.parameters import TellIgnored
from footfall.api.repeating import Repeating
from footfall.api.request_log import RequestLog
from footfall.api.request_metrics import RequestTimes
from footfall.api.server_timing import ServerTiming
from footfall.api.shared_answers import SharedAnswers
from footfall.api.small_bodies import SmallBodies
from footfall.api.state import Collecting, State
from footfall.api.surfaces import SURFACES, errors_of
from footfall.api.unread_bodies import UnreadBodies
from footfall.model.project import Principal

Routers = Mapping[str, APIRouter]
"""Routers of endpoints that query, by the name of their surface."""


class Application:
    """Counts every request, and reports those under way to the lifecycle, so that a stop can wait for them."""

    def __init__(self, app: App, lifecycle: Lifecycle, times: RequestTimes) -> None:
        self._app = app
        self._lifecycle = lifecycle
        self._times = times

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._lifecycle.enter()
        began = perf_counter()
        try:
            await self._app(scope, receive, send)
        finally:
            route = scope.get("route")  # set by FastPaths and by FastAPI, where a declared route is found
            path = "none" if route is None else route.path
            self._times.observe(scope["method"], path, scope.get(STATUS, 500), perf_counter() - began)
            self._lifecycle.leave()


def build_api(state: State, reading: Routers) -> FastAPI:
    """The routes of all surfaces, and those of `reading`."""
    api = FastAPI(title="Footfall API", version=__version__, description=openapi.TEXT, docs_url=None, redoc_url=None)
    if state.collecting and state.collecting.settings.base_path:
        api.servers = [{"url": state.collecting.settings.base_path}]
    state.install(api)
    problem.install(api, errors_of)
    api.add_middleware(Repeating)
    api.add_middleware(TellIgnored)
    api.add_middleware(ServerTiming)
    routers = list(_routers(reading))
    for router in routers:
        api.routes.extend(router.routes)  # `include_router` would build each route a second time, at the first request
    if state.querying:
        share_answers(api, state.querying.auth)
    api.openapi = lambda: openapi.describe(api, routers)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return api


def in_front(api: FastAPI, collecting: Collecting, *, writes: bool = True) -> Application:
    """The application that answers writing endpoints itself, and everything else by the API.

    Without `writes`, it refuses what writing endpoints are sent.
    """
    streams = [compile_path(path)[0] for surface in SURFACES for path in surface.streams]
    writing = [route for surface in SURFACES for route in surface.writing]
    public = [route for surface in SURFACES for route in surface.public]
    if collecting.receiving is not None:
        public.append(ChunkRoute(collecting.receiving))
    if writes:
        answering: App = UnreadBodies(FastPaths(SmallBodies(api, streams), collecting, writing, public))
    else:
        answering = UnreadBodies(NothingWritten(SmallBodies(api, streams), writing, public))
    if collecting.settings.cors_origins:
        answering = CrossOrigin(answering, collecting.settings.cors_origins)
    if collecting.settings.log_level == "debug":
        answering = RequestLog(answering)
    if collecting.settings.base_path:
        answering = BelowPath(answering, collecting.settings.base_path)
    return Application(answering, collecting.lifecycle, collecting.metrics.requests)


def share_answers(api: FastAPI, auth: Authenticator) -> None:
    """Of the surfaces that say so, among callers that `auth` knows. Called when all routes and middleware are there."""

    def caller(scope: Scope) -> Principal | None:
        return auth.known(scope["headers"])

    api.add_middleware(SharedAnswers, paths=list(shared_paths(api.routes)), caller=caller)


def shared_paths(routes: Iterable[BaseRoute]) -> Iterator[re.Pattern[str]]:
    """The paths of those whose answers are shared."""
    prefixes = tuple(f"{surface.prefix}/" for surface in SURFACES if surface.shares)
    for route in routes:
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()):
            continue
        if route.path.startswith(prefixes) and route.response_class is not StreamingResponse:
            yield route.path_regex


def _routers(reading: Routers) -> Iterator[APIRouter]:
    for surface in SURFACES:
        yield surface.router
        if surface.name in reading:
            yield reading[surface.name]
