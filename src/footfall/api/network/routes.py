"""The endpoint of the network surface: what it answers is kept for ten seconds, for all who may read the project."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from footfall.api.auth import Caller, require
from footfall.api.network import examples, render, schema
from footfall.api.services import Services
from footfall.clock import DAY
from footfall.model.period import Bucket, Period
from footfall.model.project import Project, Scope
from footfall.query import network
from footfall.store.protocol import Reader

router = APIRouter(tags=["network analytics"])

Range = Literal["daily", "weekly", ""]

_DAILY = (DAY, Bucket.QUARTER_HOUR)
_RANGES = {"daily": _DAILY, "weekly": (7 * DAY, Bucket.HOUR), "": _DAILY}


@router.get(
    "/v2/apps/{app_id}/network/analytics",
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
    bots: Annotated[bool, Query(description="`0` leaves known bots out.", examples=["1"])] = True,
) -> Response:
    """Answers are kept for ten seconds, by project and range; the headers `Age` and `X-Cache` tell."""
    services: Services = request.app.state.services
    project = services.auth.project_in_path(caller.principal, app_id)
    length, bucket = _RANGES[range_]
    key = f"network:{project.number}:{bucket.value}:{bots:d}"

    async def compute() -> bytes:
        return await _computed(services, project, length, bucket, bots=bots)

    given = await services.window.ask(request, key, compute)
    headers = {
        "Cache-Control": f"private, max-age={services.window.seconds}",  # caches count from it what `Age` says
        "Age": str(given.age),
        "X-Cache": "HIT" if given.hit else "MISS",
    }
    return Response(given.body, headers=headers, media_type="application/json")


async def _computed(services: Services, project: Project, length: int, bucket: Bucket, *, bots: bool) -> bytes:
    now = services.clock()
    period = Period(now - length, now)

    def question(store: Reader) -> bytes:
        return render.analytics(network.analytics(store, project.number, period, bucket, bots=bots))

    return await services.questions.ask(project.number, question, request=None)
