"""The endpoint of the network surface: what it answers is kept for ten seconds, for all who may read the project."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from footfall.api.callers import Caller, require
from footfall.api.network import examples, render, schema
from footfall.api.network.surface import NETWORK
from footfall.api.state import Querying, querying
from footfall.clock import DAY
from footfall.model.period import Bucket, Period
from footfall.model.project import Project, Scope
from footfall.query import network
from footfall.store.protocol import Reader

router = APIRouter(prefix=NETWORK.prefix, tags=["network analytics"])

Range = Literal["daily", "weekly", ""]

_DAILY = (DAY, Bucket.QUARTER_HOUR)
_RANGES = {"daily": _DAILY, "weekly": (7 * DAY, Bucket.HOUR), "": _DAILY}


@router.get(
    "/{app_id}/network/analytics",
    summary="Visits, requests and bytes over time, by ten keys",
    response_model=schema.Analytics,
    responses=examples.ANALYTICS,
    operation_id="network_analytics",
)
async def analytics(
    request: Request,
    app_id: Annotated[str, Path(description="The project's id or slug.", examples=["shop"])],
    caller: Annotated[Caller, Depends(require(Scope.READ))],
    range_: Annotated[
        Range,
        Query(alias="range", description="The last 24 hours by 15 minutes, or 7 days by hour.", examples=["daily"]),
    ] = "daily",
    bots: Annotated[bool, Query(description="`false` or `0` leaves known bots out.", examples=[True])] = True,
) -> Response:
    """Answers are kept for ten seconds, by project and range; the headers `Age` and `X-Cache` tell."""
    part = querying(request)
    project = part.auth.project_in_path(caller.principal, app_id)
    length, bucket = _RANGES[range_]
    key = f"network:{project.number}:{bucket.value}:{bots:d}"

    async def compute() -> bytes:
        return await _computed(part, project, length, bucket, bots=bots)

    answer = await part.answers.get(request, key, compute)
    headers = {
        "Cache-Control": f"private, max-age={part.answers.seconds}",  # caches count from it what `Age` says
        "Age": str(answer.age),
        "X-Cache": "HIT" if answer.hit else "MISS",
    }
    return Response(answer.body, headers=headers, media_type="application/json")


async def _computed(part: Querying, project: Project, length: int, bucket: Bucket, *, bots: bool) -> bytes:
    now = part.clock()
    period = Period(now - length, now)

    def query(store: Reader) -> bytes:
        return render.analytics(network.analytics(store, project.number, period, bucket, bots=bots))

    return await part.limiter.run(project.number, query, request=None)
