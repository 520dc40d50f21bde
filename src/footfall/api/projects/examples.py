"""The bodies and answers that /openapi.json shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.openapi.models import Example
from pydantic import BaseModel

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
_IMPORT = {
    "name": "access.log.gz",
    "state": "finished",
    "accepted": 120_000,
    "rejected": 12,
    "finished_at": "2026-06-10T00:00:00Z",
}
IMPORTS = _answer(200, {"items": [_IMPORT]}) | _REFUSALS

_UPLOAD = {
    "id": "upl_m5m54jeucvftczhx",
    "name": "access.log.gz",
    "size": 734_003_200,
    "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "format": None,
    "timezone": "UTC",
    "state": "importing",
    "offset": 734_003_200,
    "text": "Imported, at 25% of the content.",
    "accepted": 9_000_000,
    "rejected": 12,
    "read_bytes": 2_147_483_648,
    "content_bytes": 8_589_934_592,
    "created_at": "2026-06-10T00:00:00Z",
    "finished_at": None,
}
NEW_UPLOAD = body({name: _UPLOAD[name] for name in ("name", "size", "sha256", "format", "timezone")})
UPLOAD = _answer(200, _UPLOAD) | _REFUSALS
UPLOADS = _answer(200, {"items": [_UPLOAD]}) | _REFUSALS
_OTHER_OFFSET: Responses = {409: {"model": CODED.model, "description": "Too many are under way, or not that offset."}}
UPLOAD_WENT_ON = UPLOAD | _OTHER_OFFSET | refusals(CODED, 413)


def upload_begun(model: type[BaseModel]) -> Responses:
    """Of an endpoint that answers 201, or 200 with the same `model`."""
    known = {200: {"model": model, "description": "The file was begun before.", **UPLOAD[200]}}
    return _answer(201, _UPLOAD) | _REFUSALS | _OTHER_OFFSET | known


REJECTED_LINES = (
    _answer(200, {"items": [{"line": 7, "reason": "status: not three digits", "text": "203.0.113.7 - -"}], "total": 12})
    | _REFUSALS
)
