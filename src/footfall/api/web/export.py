"""Raw events as a file, streamed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Request
from fastapi import Query as QueryParameter
from fastapi.responses import StreamingResponse

from footfall.api.query_limiter import QueryLimiter
from footfall.api.state import querying
from footfall.api.web import examples
from footfall.api.web.encoders import ENCODERS, Encoder
from footfall.api.web.parse import PREFIX, TAGS, Filter, ProjectInPath, Range, RequestContext, web_query
from footfall.errors import FootfallError
from footfall.query import export
from footfall.query.ast import Query
from footfall.query.export import ExportPage
from footfall.store.protocol import Reader

router = APIRouter(prefix=PREFIX, tags=TAGS)

PATIENCE = 60.0
"""Seconds that a page may wait for its turn: a slow file is better than a broken one."""

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
    request: Request, project: ProjectInPath, span: Range, chosen: Filter, format_: Format = "csv"
) -> StreamingResponse:
    """All rows of the listing with the same parameters, in its order, with every column; of any length."""
    part = querying(request)
    now = part.clock()

    def begin(store: Reader) -> tuple[Query, ExportPage]:
        base = web_query(RequestContext(project, store, now), span, chosen).base
        return base, export.page(store, base, None)

    base, first = await part.limiter.run(project.number, begin, request=request)
    encoder = ENCODERS[format_]()
    name = f"{project.slug}-{base.period.start}-{base.period.end}.{encoder.extension}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    body = _stream(part.limiter, base, encoder, first)
    return StreamingResponse(body, media_type=encoder.media_type, headers=headers)


async def _stream(limiter: QueryLimiter, base: Query, encoder: Encoder, page: ExportPage) -> AsyncIterator[bytes]:
    """A query that fails after the start breaks the connection, so that a file that looks complete is complete."""
    try:
        yield await asyncio.to_thread(encoder.page, page.rows)
        while page.next is not None:
            read = partial(export.page, base=base, after=page.next)
            page = await limiter.run(base.project, read, PATIENCE, request=None)
            if part := await asyncio.to_thread(encoder.page, page.rows):
                yield part
        if part := await asyncio.to_thread(encoder.end):
            yield part
    except FootfallError as error:
        structlog.get_logger(__name__).warning("an export was aborted", project=base.project, reason=str(error))
        raise
    finally:
        encoder.close()
