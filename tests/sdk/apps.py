"""The same small site in five frameworks, a sink for what the middlewares see, and a way to ask any of them.

Paths differ only in how the frameworks write them. `/boom` raises, `/stream` sends three parts of 1,000 bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from flask import Blueprint, Flask
from flask import Response as FlaskResponse
from litestar import Litestar, asgi, get, post
from litestar.middleware import DefineMiddleware
from litestar.response import Stream
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route
from tests.sdk import django_site

from footfall_client import fastapi, litestar, starlette
from footfall_client.flask import init_app

PART = b"x" * 1000


class BoomError(Exception):
    """What `/boom` raises."""


@dataclass
class Sink:
    """Stands where the client stands."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[str, BaseException]] = field(default_factory=list)

    def put_visit(self, row: dict[str, Any]) -> None:
        self.rows.append(row)

    def fault(self, where: str, error: BaseException) -> None:
        self.faults.append((where, error))

    async def asettle(self) -> bool:
        return True

    def only(self) -> dict[str, Any]:
        assert not self.faults, self.faults
        (row,) = self.rows
        return row


def ask(
    app: Any, path: str, *, method: str = "GET", peer: str = "203.0.113.9", is_wsgi: bool, **what: Any
) -> httpx.Response:
    """One request in this process; what the application raises is the server's 500."""
    url = f"http://site.test{path}"
    if is_wsgi:
        # The transport hands the path over as text, where WSGI has bytes as Latin-1.
        def latin(environ: dict[str, Any], start: Any) -> Any:
            return app(environ | {"PATH_INFO": environ["PATH_INFO"].encode().decode("latin-1")}, start)

        wsgi = httpx.WSGITransport(latin, raise_app_exceptions=False, remote_addr=peer)
        with httpx.Client(transport=wsgi) as client:
            return client.request(method, url, **what)

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(peer, 1234))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, **what)

    return asyncio.run(call())


async def parts() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield PART


def starlette_site(sink: Any, **options: Any) -> Starlette:
    async def text(request: Any) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async def boom(request: Any) -> PlainTextResponse:
        raise BoomError

    async def stream(request: Any) -> StreamingResponse:
        return StreamingResponse(parts())

    async def plain(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("mounted")(scope, receive, send)

    tenant = Starlette(routes=[Route("/pages/{page:path}", text)])
    app = Starlette(
        routes=[
            Route("/", text),
            Route("/users/{id:int}", text),
            Route("/form", text, methods=["POST"]),
            Route("/boom", boom),
            Route("/stream", stream),
            Mount("/v1", routes=[Route("/items/{sku}", text)]),
            Mount("/tenants/{tenant}", app=tenant),
            Mount("/legacy", app=plain),
        ]
    )
    app.add_middleware(starlette.FootfallMiddleware, client=sink, **options)
    return app


def fastapi_site(sink: Any, **options: Any) -> FastAPI:
    app = FastAPI()
    router = APIRouter(prefix="/v1")
    inner = APIRouter()
    tenant = FastAPI()

    @inner.get("/items/{sku}")
    async def item(sku: str) -> str:
        return "hello"

    @app.get("/users/{id}")
    async def user(id: int) -> str:  # noqa: A002 - the name that all sites have
        return "hello"

    @app.get("/")
    async def home() -> str:
        return "hello"

    @app.post("/form")
    async def form() -> str:
        return "hello"

    @app.get("/boom")
    async def boom() -> None:
        raise BoomError

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(parts())

    @tenant.get("/pages/{page:path}")
    async def page_of(page: str) -> str:
        return "hello"

    router.include_router(inner)
    app.include_router(router)
    app.mount("/tenants/{tenant}", tenant)
    app.add_middleware(fastapi.FootfallMiddleware, client=sink, **options)
    return app


def litestar_site(sink: Any, **options: Any) -> Litestar:
    @get("/", sync_to_thread=False)
    def home() -> str:
        return "hello"

    @get("/users/{id:int}", sync_to_thread=False)
    def user() -> str:
        return "hello"

    @get("/v1/items/{sku:str}", sync_to_thread=False)
    def item() -> str:
        return "hello"

    @post("/form", status_code=200, sync_to_thread=False)
    def form() -> str:
        return "hello"

    @get("/boom", sync_to_thread=False)
    def boom() -> None:
        raise BoomError

    @get("/stream", sync_to_thread=False)
    def stream() -> Stream:
        return Stream(parts())

    @asgi("/legacy", is_mount=True, copy_scope=False)
    async def legacy(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("mounted")(scope, receive, send)

    return Litestar(
        [home, user, item, form, boom, stream, legacy],
        middleware=[DefineMiddleware(litestar.FootfallMiddleware, client=sink, **options)],
    )


def flask_site(sink: Any, **options: Any) -> Flask:
    app = Flask("site")
    v1 = Blueprint("v1", "v1", url_prefix="/v1")

    @app.get("/")
    @app.get("/users/<int:id>")
    @app.get("/any/<any(a, b):word>/<path:rest>")
    @v1.get("/items/<sku>")
    def text(**_: Any) -> str:
        return "hello"

    @app.post("/form")
    def form() -> str:
        return "hello"

    @app.get("/boom")
    def boom() -> str:
        raise BoomError

    @app.get("/stream")
    def stream() -> FlaskResponse:
        return FlaskResponse(PART for _ in range(3))

    app.register_blueprint(v1)
    init_app(app, sink, **options)
    return app


@dataclass(frozen=True)
class Site:
    make: Callable[..., Any]
    is_wsgi: bool = False

    def ask(self, sink: Sink, path: str, *, options: dict[str, Any] | None = None, **what: Any) -> httpx.Response:
        """One request of a new application that tells `sink`."""
        return ask(self.make(sink, **(options or {})), path, is_wsgi=self.is_wsgi, **what)


SITES = {
    "starlette": Site(starlette_site),
    "fastapi": Site(fastapi_site),
    "litestar": Site(litestar_site),
    "flask": Site(flask_site, is_wsgi=True),
    "django": Site(django_site.wsgi, is_wsgi=True),
    "django-async": Site(django_site.asgi),
}
