"""The endpoint of the network surface: what it answers is kept for ten seconds, for all who may read the project."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from footfall.api.callers import Caller, require
from footfall.api.network import examples, render, schema
from footfall.api.network.parse import NetworkRange, Span
from footfall.api.network.surface import NETWORK
from footfall.api.parameters import CHECKED
from footfall.api.state import Querying, querying
from footfall.api.timed import timed
from footfall.model.project import Project, Scope
from footfall.query import network
from footfall.store.protocol import Reader

router = APIRouter(prefix=NETWORK.prefix, tags=["network analytics"], dependencies=CHECKED)


@router.get(
    "/{app_id}/network/analytics",
    summary="Visits, requests and bytes over time, in total and by nine groupings",
    response_model=schema.Analytics,
    responses=examples.ANALYTICS,
    operation_id="network_analytics",
)
async def analytics(
    request: Request,
    app_id: Annotated[str, Path(description="The project's id or slug.", examples=["shop"])],
    caller: Annotated[Caller, Depends(require(Scope.READ))],
    span: Annotated[Span, Depends()],
    bots: Annotated[bool, Query(description="`false` or `0` leaves known bots out.", examples=[True])] = True,
) -> Response:
    """Answers are kept for ten seconds, by project and range or pair; the headers `Age` and `X-Cache` tell."""
    part = querying(request)
    project = part.auth.project_in_path(caller.principal, app_id)
    window = span.window()
    key = f"network:{project.number}:{window.name}:{bots:d}"

    async def compute() -> bytes:
        return await _computed(part, project, window, request, bots=bots)

    answer = await part.answers.get(request, key, compute)
    headers = {
        "Cache-Control": f"private, max-age={part.answers.seconds}",  # caches count from it what `Age` says
        "Age": str(answer.age),
        "X-Cache": "HIT" if answer.hit else "MISS",
    }
    return Response(answer.body, headers=headers, media_type="application/json")


async def _computed(part: Querying, project: Project, window: NetworkRange, request: Request, *, bots: bool) -> bytes:
    period = window.period(part.clock())

    def query(store: Reader) -> bytes:
        reader = timed(store, request)
        return render.analytics(network.analytics(reader, project.number, period, window.bucket, bots=bots))

    return await part.limiter.run(project.number, query, request=None)
