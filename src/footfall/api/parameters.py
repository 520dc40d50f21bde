"""Query parameters of reading endpoints that do not count: named in a header, or refused with `strict=1`."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from footfall.api.ignored import STRICT, header, refuse_parameters
from footfall.collect.unknown import MAX_NAMES, of_names
from footfall.errors import UserError

_KEY = "footfall.ignored_parameters"

Strict = Annotated[
    bool,
    Query(
        alias=STRICT,
        description="`1` refuses parameters that do not count; else `X-Footfall-Ignored` names them.",
        examples=[True],
    ),
]


class Parameters:
    """The parameters of one request that do not count."""

    def __init__(self, scope: MutableMapping[str, Any], *, strict: bool) -> None:
        self._names: list[str] = scope.setdefault(_KEY, [])
        self._strict = strict

    def ignore(self, name: str, reason: str) -> None:
        """Notes a known parameter that does not count; UserError(`bad_parameter`) where the request is strict."""
        if self._strict:
            raise UserError("bad_parameter", f"{name}: {reason}")
        self.note(name)

    def note(self, name: str) -> None:
        if name not in self._names and len(self._names) < MAX_NAMES:
            self._names.append(name)


async def parameters(request: Request, strict: Strict = False) -> Parameters:
    """Of every reading endpoint; UserError(`bad_parameter`) for an unknown parameter where the request is strict."""
    found = Parameters(request.scope, strict=strict)
    if request.scope["query_string"]:
        unknown = of_names(request.query_params, (*_declared(request.scope["route"].dependant), STRICT))
        if strict:
            refuse_parameters(unknown)
        for one in unknown:
            found.note(one.name)
    return found


ParametersOfRequest = Annotated[Parameters, Depends(parameters)]

CHECKED = [Depends(parameters)]
"""What every router of endpoints that query depends on: parameters that do not count are named or refused."""


class TellIgnored:
    """Adds the header to answers, errors included, of requests with parameters that do not count."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names: list[str] = []
        scope[_KEY] = names  # made here, since routing may copy the scope

        async def tell(message: Message) -> None:
            if names and message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *header(names)]}
            await send(message)

        await self._app(scope, receive, tell)


def _declared(dependant: Dependant) -> Iterator[str]:
    """The query parameters of a route and of all that it depends on."""
    for field in dependant.query_params:
        yield field.alias
    for inner in dependant.dependencies:
        yield from _declared(inner)
