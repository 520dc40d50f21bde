"""The ASGI application: writing endpoints first, everything else behind FastAPI."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from footfall import __version__
from footfall.api import problem
from footfall.api.collect import routes as collect
from footfall.api.events import routes as events
from footfall.api.ingest import routes as ingest
from footfall.api.ingest.calls import App, FastPaths, Receive, Scope_, Send
from footfall.api.network import routes as network
from footfall.api.proxy import routes as proxy
from footfall.api.services import Services
from footfall.api.site import routes as site
from footfall.api.tracking import routes as tracking
from footfall.api.web import routes as web

_SURFACES = (events, web, tracking, network, proxy, ingest, collect, site)

ASKED_FOR = "x-required"
"""In a parameter's schema: whoever leaves it out is told more than that it is required."""

DESCRIPTION = """Self-hosted traffic analytics. Send a token as `Authorization: Bearer <token>`, as
`Authorization: <token>` or as `X-API-Key: <token>`; never in the query string. All instants are UTC."""


class Application:
    """Knows whether a request is under way (`idle` is clear), so that a stop can wait for them."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._active = 0
        self.idle = asyncio.Event()
        self.idle.set()

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._active += 1
        self.idle.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._active -= 1
            if not self._active:
                self.idle.set()


def create_api(services: Callable[[], Services]) -> FastAPI:
    """The routes of all surfaces; `services` is asked when a request comes."""
    api = FastAPI(title="Footfall", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None)
    api.state = _State(services)  # type: ignore[assignment]  # endpoints only read `services`
    problem.install(api)
    for module in _SURFACES:
        api.include_router(module.router)
    api.openapi = lambda: _with_tokens(api)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return api


def _with_tokens(api: FastAPI) -> dict[str, Any]:
    """The API's description, and how a token is sent: every operation needs one but the check of its health."""
    if api.openapi_schema is None:
        made = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
        made["components"]["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        made["security"] = [{"bearer": []}, {"header": []}]
        made["paths"][f"{events.PREFIX}/health"]["get"]["security"] = []
        for operations in made["paths"].values():
            for operation in operations.values():
                _correct(operation)
        _restore_nulls(made)
        api.openapi_schema = made
    return api.openapi_schema


def _correct(operation: dict[str, Any]) -> None:
    """What FastAPI can't know.

    Parameters that a surface asks for in words of its own; that a bad one is 400 in our shape; that whoever guesses
    tokens is told to wait.
    """
    answers = operation["responses"]
    for parameter in operation.get("parameters", ()):
        if parameter["schema"].pop(ASKED_FOR, False):
            parameter["required"] = True
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    if "401" in answers:
        answers.setdefault("429", answers["401"] | {"description": "Too many bad tokens from this address."})


def _restore_nulls(made: dict[str, Any]) -> None:
    """Examples as they were written: FastAPI leaves every null out of what it describes, answers' nulls included."""
    routes = [route for module in _SURFACES for route in module.router.routes if isinstance(route, APIRoute)]
    for route in routes:
        for method in (route.methods or ()) if route.include_in_schema else ():
            answers = made["paths"][route.path_format][method.lower()]["responses"]
            for status, answer in route.responses.items():
                for kind, content in answer.get("content", {}).items():
                    if "example" in content:
                        answers[str(status)]["content"][kind]["example"] = content["example"]


def create_application(services: Callable[[], Services]) -> Application:
    routes = {**events.ROUTES, **proxy.ROUTES, **ingest.ROUTES}
    return Application(FastPaths(create_api(services), services, routes, collect.PUBLIC))


class _State:
    """`app.state` whose services may be made after the application."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services

    @property
    def services(self) -> Services:
        return self._services()
