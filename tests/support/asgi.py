"""The reading surfaces as a small application, with a stand-in for who may read what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from fastapi import APIRouter, FastAPI
from tests.oracle.saved import GOALS, SEGMENTS

from footfall.api import problem
from footfall.api.answer_cache import AnswerCache
from footfall.api.building import share_answers
from footfall.api.query_limiter import QueryLimiter
from footfall.api.server_timing import ServerTiming
from footfall.api.state import Querying, State
from footfall.api.surfaces import errors_of
from footfall.errors import UserError
from footfall.meta import MemoryAnswers, MemoryFilters
from footfall.model.drops import NameKind
from footfall.model.project import Principal, Project, Scope
from footfall.model.saved import Goal
from footfall.settings import Settings
from footfall.spool.protocol import SpoolState
from footfall.store.protocol import Store

TOKEN = "reader"  # noqa: S105 - not a secret, the stand-in's only token


@dataclass
class Gate:
    """Knows one token; it may read `projects`."""

    projects: dict[str, Project] = field(default_factory=dict)

    def authenticate(self, headers: list[tuple[bytes, bytes]], *_: object, **__: object) -> Principal:
        if (b"authorization", f"Bearer {TOKEN}".encode()) not in headers:
            raise UserError("unauthorized", "a token is missing")
        return Principal(1, frozenset({Scope.READ}), None)

    def known(self, headers: list[tuple[bytes, bytes]]) -> Principal | None:
        try:
            return self.authenticate(headers)
        except UserError:
            return None

    def client(self, *_: object) -> str:
        return "127.0.0.1"

    address = client

    def project(self, principal: Principal, name: str | None) -> Project:
        if name:
            return self.project_in_path(principal, name)
        return next(iter(self.projects.values()))

    def project_in_path(self, _: Principal, slug: str) -> Project:
        if slug not in self.projects:
            raise UserError("not_found", f"project {slug!r} does not exist")
        return self.projects[slug]


class DropCounts:
    """Three reports of the first project were left out; nothing else was."""

    def by_reason(self, project: int, *_: int) -> dict[str, int]:
        return {"origin": 3} if project == 1 else {}

    def by_name(self, project: int, kind: NameKind, *_: int) -> dict[str, int]:
        return {"staging.shop.example": 3} if project == 1 and kind is NameKind.HOST else {}


def saved_filters() -> MemoryFilters:
    goals = [Goal(id=name, created_at=0, name=name, filter=text) for name, text in GOALS.items()]
    return MemoryFilters(goals, {name.casefold(): text for name, text in SEGMENTS.items()})


def querying(store: Store, clock: Callable[[], int], gate: Gate, limiter: QueryLimiter | None = None) -> Querying:
    """All that reading endpoints lean on, around a store."""
    return Querying(
        settings=Settings(),
        clock=clock,
        auth=gate,
        store=store,
        limiter=limiter or QueryLimiter(store, 8),
        answers=AnswerCache(MemoryAnswers(clock), clock, seconds=10, patience=30),
        drops=DropCounts(),
        buffer=lambda: SpoolState(0, 0, 0, 0, 0, 0),
        last_flush=clock,
        saved=saved_filters(),
    )


@dataclass(frozen=True)
class Client:
    """Calls an application in this process; every call has an event loop of its own."""

    app: FastAPI
    raising: bool = False  # errors of an answer that has begun: a server would break the connection off

    def get(self, url: str, *, token: str | None = TOKEN, **params: str) -> httpx.Response:
        return asyncio.run(self.fetch(url, token, params))

    async def fetch(self, url: str, token: str | None = TOKEN, params: dict[str, str] | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=self.raising)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            return await client.get(url, params=params or None)


def reading_client(
    store: Store,
    now: int,
    *routers: APIRouter,
    raising: bool = False,
    limiter: QueryLimiter | None = None,
    timezone: str = "UTC",
) -> Client:
    """A client of the given surfaces, for the projects `shop` (1) and `blog` (2), at a clock that stands still."""
    slugs = enumerate(("shop", "blog"), start=1)
    gate = Gate({slug: Project(number, f"p{number}", slug, "", timezone=timezone) for number, slug in slugs})
    return Client(reading_app(querying(store, lambda: now, gate, limiter), *routers), raising)


def reading_app(part: Querying, *routers: APIRouter) -> FastAPI:
    """An application of the given surfaces alone."""
    app = FastAPI()
    app.add_middleware(ServerTiming)
    problem.install(app, errors_of)
    for router in routers:
        app.routes.extend(router.routes)  # as `build_api` does
    share_answers(app, part.auth)
    State(querying=part).install(app)
    return app
