"""What goes on right now, as a stream of server-sent events."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from footfall.api.lifecycle import Lifecycle
from footfall.api.parameters import CHECKED
from footfall.api.state import Querying, querying, state_of
from footfall.api.streams import EVERY_SECONDS
from footfall.api.web import examples, render
from footfall.api.web.parse import PREFIX, TAGS, Filter, ProjectInPath
from footfall.errors import TransientError, UserError
from footfall.model.period import Period
from footfall.model.project import Project, Scope
from footfall.query import live
from footfall.query.ast import Query
from footfall.query.live import Moment

router = APIRouter(prefix=PREFIX, tags=TAGS, dependencies=CHECKED)

FIRST_EVENTS = 50
_BEAT_ROUNDS = 7
"""After so many rounds without a message, a comment keeps the connection alive."""

_CHECK_ROUNDS = 2
"""After so many rounds, whether the caller may still read is checked."""

_RETRY = b"retry: 5000\n\n"
_BEAT = b": beat\n\n"

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: who reads it, and what it shows. `key` is the same for those that show the same."""

    request: Request
    part: Querying
    lifecycle: Lifecycle
    project: Project
    base: Query

    @property
    def key(self) -> Query:
        return self.base

    async def moment(self) -> Moment:
        part = self.part

        async def read() -> Moment:
            query = partial(live.moment, base=self.base, now=part.clock(), dimensions=render.LIVE_DIMENSIONS)
            return await part.limiter.run(self.project.number, query, request=None)

        return await part.streams.latest(self.key, read)

    def may_read(self) -> bool:
        """Whether the caller's token or cookie still holds."""
        auth, request = self.part.auth, self.request
        try:
            client = auth.client(request)
            caller = auth.authenticate(request.headers.raw, b"", client, Scope.READ, reads=True)
            auth.project_in_path(caller, self.project.id)
        except UserError:
            return False
        return True


def stream_of(request: Request, project: ProjectInPath, chosen: Filter) -> Stream:
    collecting = state_of(request).collecting
    lifecycle = Lifecycle() if collecting is None else collecting.lifecycle
    base = chosen.query(project, Period(0, 1))
    return Stream(request, querying(request), lifecycle, project, base)


@router.get(
    "/live",
    summary="What goes on right now",
    response_class=StreamingResponse,
    responses=examples.LIVE,
    operation_id="web_live",
)
async def live_stream(stream: Annotated[Stream, Depends(stream_of)]) -> StreamingResponse:
    """Who is there, on which pages, and every event that comes in, as server-sent events."""
    messages = _messages(stream)
    first = await anext(messages)  # what refuses the stream is an answer, not a broken stream
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_from(first, messages), media_type="text/event-stream", headers=headers)


async def _from(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with aclosing(rest):
        yield first
        async for message in rest:
            yield message


async def _messages(stream: Stream) -> AsyncGenerator[bytes]:
    shown: dict[str, Any] = {}
    known: set[str] = set()
    with stream.part.streams.opened(stream.project.number, stream.key):
        yield _RETRY + _told(await stream.moment(), shown, known)
        silent = rounds = 0
        while not await stream.lifecycle.stops_within(EVERY_SECONDS):
            rounds += 1
            if rounds % _CHECK_ROUNDS == 0 and not stream.may_read():
                yield _end("signed-out")
                return
            message = b""
            with suppress(TransientError, UserError):  # the store is busy: the next round may do
                message = _told(await stream.moment(), shown, known)
            silent = 0 if message else silent + 1
            if message or silent % _BEAT_ROUNDS == 0:
                yield message or _BEAT
        yield _end("stopping")


def _told(moment: Moment, shown: dict[str, Any], known: set[str]) -> bytes:
    """What a stream that has `shown` this and knows these events has to be told."""
    now, items = render.live_now(moment), render.live_events(moment.events)
    fresh = [item for item in items if item["id"] not in known]
    message = b""
    if {**now, "at": ""} != shown:
        message += _event("now", now)
        shown.update({**now, "at": ""})
    if fresh or not known:
        message += _event("events", {"items": fresh if known else fresh[:FIRST_EVENTS]})
    known.clear()
    known.update({"", *(item["id"] for item in items)})
    return message


def _end(reason: Literal["signed-out", "stopping"]) -> bytes:
    return _event("end", {"reason": reason})


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + _encode(data) + b"\n\n"
