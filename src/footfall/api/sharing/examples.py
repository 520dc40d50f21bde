"""The bodies and answers that /openapi.json shows."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example

from footfall.api.documented import Responses, refusals
from footfall.api.problem import CODED

_LIMITS = {"filter": "path:/blog/*", "range": "30d", "from": None, "to": None}
_LINK = {
    "id": "shr_m5m54jeucvftczhx",
    "name": "For Ana",
    "has_password": True,
    **_LIMITS,
    "embed": ["https://intranet.example"],
    "badge": True,
    "created_at": "2026-06-10T00:00:00Z",
    "path": "/share/shr_m5m54jeucvftczhx",
}
_MADE = _LINK | {"link": f"{_LINK['path']}#ff_shr_0bMXZgvY8ZSgVCT0YDXzfEjQqk5nfpXKDhb2ssB81VLrWu"}
_SESSION = {
    **_LIMITS,
    "token": "ff_shs_0bMXZgvY8ZSgVCT0YDXzfEjQqk5nfpXKDhb2ssB81VLrWu",
    "expires_at": "2026-06-11T22:00:00Z",
    "name": "For Ana",
    "project": {"slug": "shop", "name": "The shop", "timezone": "Europe/Berlin"},
}
_BADGE = {"visitors": 3, "as_of": "2026-06-11T10:00:00.000Z"}
_IMAGE = '<svg xmlns="http://www.w3.org/2000/svg" width="84" height="20"><text x="20" y="14">3 online</text></svg>'
_UNKNOWN: Responses = {404: {"model": CODED.model, "description": "The link is unknown, or has no badge."}}


def _body(value: Any) -> dict[str, Example]:
    return {"example": {"value": value}}


def _answer(status: int, body: Any) -> Responses:
    return {status: {"content": {"application/json": {"example": body}}}}


NEW = _body(
    {
        "name": "For Ana",
        "password": "correct horse",
        "filter": "path:/blog/*",
        "range": "30d",
        "embed": ["https://intranet.example"],
        "badge": True,
    }
)
FOLLOWING = _body({"secret": "ff_shr_0bMXZgvY8ZSgVCT0YDXzfEjQqk5nfpXKDhb2ssB81VLrWu", "password": "correct horse"})
_REFUSALS: Responses = refusals(CODED, 400, 401, 403, 404, 429, 503)
LIST = _answer(200, {"items": [_LINK]}) | _REFUSALS
MADE: Responses = {
    **_answer(201, _MADE),
    **_REFUSALS,
    409: {"model": CODED.model, "description": "The name is taken, or there are too many links."},
}
REVOKED: Responses = {204: {"description": "Revoked."}, **_REFUSALS}
FOLLOWED: Responses = {
    **_answer(201, _SESSION),
    **refusals(CODED, 400, 429, 503),
    401: {"model": CODED.model, "description": "The link is unknown or revoked, or the password is missing or wrong."},
}
BADGE = _answer(200, _BADGE) | refusals(CODED, 429, 503) | _UNKNOWN
BADGE_IMAGE: Responses = {
    200: {"content": {"image/svg+xml": {"schema": {"type": "string"}, "example": _IMAGE}}},
    **refusals(CODED, 429, 503),
    **_UNKNOWN,
}
