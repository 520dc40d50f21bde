"""FastAPI's dependencies on who calls: the caller of a reading endpoint, by the right that it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request

from footfall.api.state import querying
from footfall.model.project import Principal, Scope

_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Caller:
    principal: Principal

    @property
    def by(self) -> str:
        """Who it is, for the audit log."""
        return f"token …{self.principal.last_four}"


def require(scope: Scope, *, links: bool = False) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that gives the `Caller`, whose token has `scope`, or, with `links`, is a link's."""

    async def caller(request: Request) -> Caller:  # async: a plain function would get a thread
        auth = querying(request).auth
        query, reads = request.scope["query_string"], request.method in _SAFE
        client = auth.client(request)
        return Caller(auth.authenticate(request.headers.raw, query, client, scope, reads=reads, links=links))

    return caller
