"""Answers that are computed again, since a batch was written meanwhile."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from footfall.errors import OvertakenError
from footfall.store.fence import ATTEMPTS

_KEY = "footfall.attempt"


def attempt_of(scope: MutableMapping[str, Any]) -> int:
    """Counts from 1; the last one where the application does not repeat."""
    return int(scope.get(_KEY, ATTEMPTS))


class Repeating:
    """In front of endpoints without a body: asks again where an answer was overtaken, which shows before it begins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_KEY] = 0
        while True:
            scope[_KEY] += 1
            try:
                await self._app(scope, receive, send)
            except OvertakenError:
                continue
            return
