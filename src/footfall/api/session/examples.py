"""The bodies and answers that /openapi.json shows."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example

from footfall.api.documented import Responses, refusals
from footfall.api.problem import CODED

_SESSION = {
    "auth": "session",
    "scopes": ["read"],
    "installation": False,
    "expires_at": "2026-07-11T10:00:00Z",
    "csrf": "Qm9yZWQgY2F0cyBuYXAgb24gYm9va3M",
    "projects": [
        {
            "slug": "shop",
            "id": "prj_m5m54jeucvftczhx",
            "name": "The shop",
            "timezone": "Europe/Berlin",
            "site_key": "ff_site_kntdm5p6tfgwijn3ujxrxjdg",
            "domains": ["shop.example"],
        }
    ],
}
_COOKIE = {"Set-Cookie": {"description": "The cookie `footfall_session`.", "schema": {"type": "string"}}}


def _answer(status: int, body: Any) -> Responses:
    return {status: {"content": {"application/json": {"example": body}}}}


SIGN_IN: dict[str, Example] = {"example": {"value": {"token": "ff_pat_0bMXZgvY8ZSgVCT0YDXzfEjQqk5nfpXKDhb2ssB81VLrWu"}}}
SESSION = _answer(200, _SESSION) | refusals(CODED, 401, 403, 429, 503)
SIGNED_IN: Responses = {
    **refusals(CODED, 400, 401, 403, 415, 429, 503),
    201: {"content": {"application/json": {"example": _SESSION}}, "headers": _COOKIE},
    415: {"model": CODED.model, "description": "The Content-Type is not application/json."},
}
SIGNED_OUT: Responses = {204: {"description": "Signed out."}, **refusals(CODED, 403, 503)}
