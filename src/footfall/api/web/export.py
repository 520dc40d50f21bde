"""Raw events as a file, streamed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Annotated, Literal

import polars as pl
import structlog
from fastapi import APIRouter, Request
from fastapi import Query as QueryParameter
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from footfall.api.parameters import CHECKED, ParametersOfRequest
from footfall.api.query_limiter import QueryLimiter, watched
from footfall.api.state import querying
from footfall.api.web import examples
from footfall.api.web.encoders import ENCODERS, Encoder
from footfall.api.web.parse import PREFIX, TAGS, AccessInPath, Filter, Range, RequestContext, web_query
from footfall.errors import FootfallError
from footfall.query import export
from footfall.query.ast import Query
from footfall.query.export import ExportPage
from footfall.store.protocol import Reader

router = APIRouter(prefix=PREFIX, tags=TAGS, dependencies=CHECKED)

PIECE_BYTES = 256 << 10
"""What is handed to the server at once: it buffers several pieces for a client that reads slowly."""

STALLED_SECONDS = 30.0
"""How long a client may take for a piece."""

Format = Annotated[
    Literal["csv", "ndjson", "parquet"], QueryParameter(alias="format", description="Kind of file.", examples=["csv"])
]


@router.get(
    "/export",
    summary="Raw events as a file",
    response_class=StreamingResponse,
    responses=examples.EXPORT,
    operation_id="web_export",
)
async def export_events(
    request: Request,
    found: AccessInPath,
    span: Range,
    chosen: Filter,
    parameters: ParametersOfRequest,
    format_: Format = "csv",
) -> StreamingResponse:
    """All rows of the listing with the same parameters, in its order, with every column; of any length."""
    part, project = querying(request), found.project

    def begin(store: Reader) -> tuple[Query, ExportPage]:
        base = web_query(RequestContext(project, store, found.limits), span, chosen, parameters).base
        return base, export.page(store, base, None)

    async with AsyncExitStack() as stack:
        reading = await stack.enter_async_context(part.limiter.stream(project.number))
        async with watched(request, reading):
            base, first = await part.limiter.on_thread(partial(begin, reading))
        encoder = ENCODERS[format_]()
        name = f"{project.slug}-{base.period.start}-{base.period.end}.{encoder.extension}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        pages = _pages(part.limiter, reading, base, first)
        return Download(
            _stream(part.limiter, base.project, encoder, pages), encoder.media_type, headers, stack.pop_all()
        )


class Download(StreamingResponse):
    """A file that a client takes bit by bit: it ends where nothing is taken for `STALLED_SECONDS`.

    `held` is closed once it has ended, however it does.
    """

    def __init__(self, body: AsyncIterator[bytes], kind: str, headers: dict[str, str], held: AsyncExitStack) -> None:
        super().__init__(body, media_type=kind, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def timed(message: Message) -> None:
            async with asyncio.timeout(STALLED_SECONDS):
                await send(message)

        async with self._held:
            await super().__call__(scope, receive, timed)


async def _pages(limiter: QueryLimiter, reading: Reader, base: Query, page: ExportPage) -> AsyncIterator[pl.DataFrame]:
    yield page.rows
    while page.next is not None:
        page = await limiter.on_thread(partial(export.page, reading, base, page.next))
        yield page.rows


async def _stream(
    limiter: QueryLimiter, project: int, encoder: Encoder, pages: AsyncIterator[pl.DataFrame]
) -> AsyncIterator[bytes]:
    """A query that fails after the start breaks the connection, so that a file that looks complete is complete."""
    try:
        async for rows in pages:
            for piece in _pieces(await limiter.on_thread(partial(encoder.page, rows))):
                yield piece
        for piece in _pieces(await limiter.on_thread(encoder.end)):
            yield piece
    except FootfallError as error:
        structlog.get_logger(__name__).warning("an export was aborted", project=project, reason=str(error))
        raise
    finally:
        encoder.close()


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES))
