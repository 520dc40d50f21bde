"""The bodies and answers that /openapi.json shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.openapi.models import Example

from footfall.api.documented import Responses, refusals
from footfall.api.problem import CODED

_REFUSALS: Responses = refusals(CODED, 400, 401, 403, 404, 429, 503)
_CONFLICT: Responses = {409: {"model": CODED.model, "description": "The slug, or a host, is another project's."}}

_PROJECT = {
    "id": "prj_m5m54jeucvftczhx",
    "slug": "store",
    "name": "The store",
    "site_key": "ff_site_kntdm5p6tfgwijn3ujxrxjdg",
    "old_site_keys": [{"site_key": "ff_site_r6jlsjfzw6nmcvffbspcqlaj", "valid_until": "2026-06-11T00:00:00Z"}],
    "domains": ["store.example"],
    "timezone": "Europe/Berlin",
    "retention_days": 90,
    "created_at": "2026-06-10T00:00:00Z",
}


def body(value: Any) -> dict[str, Example]:
    return {"example": {"value": value}}


NEW = body({"slug": "store", "name": "The store", "domains": ["store.example"], "timezone": "Europe/Berlin"})
CHANGE = body({"name": "The store", "timezone": "Europe/Berlin", "retention_days": 90})
ROTATION = body({"overlap_hours": 24})


def _answer(status: int, body: Any) -> Responses:
    return {status: {"content": {"application/json": {"example": body}}}}


PROJECT = _answer(200, _PROJECT) | _REFUSALS | _CONFLICT
CREATED = _answer(201, _PROJECT) | _REFUSALS | _CONFLICT
LIST = _answer(200, {"projects": [_PROJECT]}) | _REFUSALS
PREVIEW = (
    _answer(
        200,
        {"days": 90, "before": "2026-03-11T22:00:00Z", "rows": {"events": {"old": 120_000, "all": 500_000}}},
    )
    | _REFUSALS
)
_ERASURE = {"id": 7, "asked_at": "2026-06-10T00:00:00Z", "done_at": None}
ERASING = _answer(202, _ERASURE) | _REFUSALS
ERASURES = _answer(200, {"erasures": [_ERASURE | {"done_at": "2026-06-10T00:00:09Z"}]}) | _REFUSALS
DELETED: Responses = {204: {"description": "Deleted."}, **_REFUSALS}
_TAKEN: Responses = {409: {"model": CODED.model, "description": "The name is taken, or there are too many."}}
_IDS = {"goals": "goal", "segments": "seg", "funnels": "fun", "annotations": "note"}


def saved(status: int, kind: str, fields: Mapping[str, Any]) -> Responses:
    """Of an endpoint that answers with one of what is saved."""
    return _answer(status, _saved(kind, fields)) | _REFUSALS | _TAKEN


def saved_list(kind: str, fields: Mapping[str, Any]) -> Responses:
    return _answer(200, {"items": [_saved(kind, fields)]}) | _REFUSALS


def _saved(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": f"{_IDS[kind]}_m5m54jeucvftczhx", **fields, "created_at": "2026-06-10T00:00:00Z"}


_STORED = {
    "table": "events",
    "rows": 120_000,
    "bytes": 3_600_000,
    "first": "2026-05-01T08:00:00.000Z",
    "last": "2026-06-11T09:59:59.999Z",
}
STORAGE = _answer(200, {"items": [_STORED], "rows": 120_000, "bytes": 3_600_000, "retention_days": None}) | _REFUSALS
_EXCLUDED = {"paths": ["/admin/*"], "addresses": ["10.0.0.0/8"], "countries": ["DE"]}
EXCLUDED = body(_EXCLUDED)
EXCLUSIONS = _answer(200, _EXCLUDED) | _REFUSALS
