"""Several answers in one request: what a page shows together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from footfall.api import problem
from footfall.api.parameters import CHECKED
from footfall.api.web import answers, examples, schema, toplists
from footfall.api.web.comparing import BucketName, ParsedCompared
from footfall.api.web.parse import PREFIX, TAGS, AccessInPath, WebQuery
from footfall.errors import OvertakenError, QueryCancelledError, UserError

router = APIRouter(prefix=PREFIX, tags=TAGS, dependencies=CHECKED)

MAX_PANELS = 12
AT_ONCE = 2
"""Panels of one request that are asked for at the same time."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """The parameters that all panels share; each takes those that it knows."""

    page: toplists.ListParameters
    bucket: str | None
    compare: bool


Panel = Callable[[WebQuery, Shown], Json]


def _top(row: toplists.TopRoute, query: WebQuery, shown: Shown) -> Json:
    return toplists.answer(query, row.ranking, row.key, shown.page, compare=shown.compare)


PANELS: Mapping[str, Panel] = {
    "kpis": lambda query, shown: answers.kpis(query, figures=shown.page.figures),
    "timeseries": lambda query, shown: answers.timeseries(query, shown.bucket, figures=shown.page.figures),
    "custom-events": lambda query, shown: answers.custom_events(query, shown.page, shown.bucket),
    "traffic": lambda query, shown: answers.traffic(query, shown.bucket),
    **{row.path: partial(_top, row) for row in toplists.TOP_ROUTES},
}

Names = Annotated[
    list[str],
    Query(
        alias="panel",
        min_length=1,
        max_length=MAX_PANELS,
        description=f"`kpis`, `timeseries`, `custom-events`, `traffic` or a top list, 1 to {MAX_PANELS}: repeat it.",
        examples=[["kpis", "top-pages"]],
    ),
]


@router.get(
    "/panels",
    summary="Several answers at once",
    response_model=schema.panels({row.path: row.key for row in toplists.TOP_ROUTES}),
    response_model_exclude_unset=True,
    responses=examples.PANELS,
    operation_id="web_panels",
)
def panels(
    request: Request,
    found: AccessInPath,
    query: ParsedCompared,
    names: Names,
    page: toplists.Page,
    bucket: BucketName = None,
    *,
    compare: toplists.Compare = False,
) -> Json:
    """The answers of several endpoints with the same parameters, as of one moment. One that fails leaves the others."""
    for name in names:
        if name not in PANELS:
            raise UserError("bad_parameter", f"panel: {name[:100]!r} is not one of {', '.join(PANELS)}")
        found.limits.check(f"/{name}")
    shown, wanted = Shown(page, bucket, compare), list(dict.fromkeys(names))
    with ThreadPoolExecutor(AT_ONCE, "panels") as threads:
        answered = threads.map(lambda name: _answered(request, PANELS[name], query, shown), wanted)
        return {"panels": dict(zip(wanted, answered, strict=True))}


def _answered(request: Request, panel: Panel, query: WebQuery, shown: Shown) -> Json:
    try:
        return {"answer": panel(query, shown)}
    except (QueryCancelledError, OvertakenError):
        raise
    except Exception as error:  # noqa: BLE001 - a boundary: each panel has an answer or an error of its own
        _, code, message = problem.described(error, request.url.path)
        return {"error": {"code": code, "message": message}}
