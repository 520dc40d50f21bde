"""The cookie of a sign-in, and the proof that a request which changes something comes from our own page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from hmac import compare_digest

from footfall.errors import UserError
from footfall.meta.sign_ins import LIFETIME

COOKIE = "footfall_session"
PROOF = "X-CSRF-Token"

_NAME = f"{COOKIE}=".encode()
_PROOF = PROOF.lower().encode()


def presented_cookie(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The text of the cookie; of several, the first."""
    for name, value in headers:
        if name == b"cookie":
            for part in value.split(b";"):
                text = part.strip()
                if text.startswith(_NAME):
                    return text.removeprefix(_NAME).decode("latin-1")
    return None


def csrf_token(cookie: str) -> str:
    """The proof that belongs to a cookie: pages of other origins can neither read it nor make it up."""
    digest = hashlib.sha256(b"footfall csrf " + cookie.encode("latin-1")).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def check_proof(headers: Iterable[tuple[bytes, bytes]], cookie: str) -> None:
    """UserError `forbidden` where the request does not carry the cookie's proof."""
    sent = next((value for name, value in headers if name == _PROOF), b"")
    if not compare_digest(sent, csrf_token(cookie).encode()):
        raise UserError("forbidden", f"by cookie, this needs the header {PROOF} with `csrf` of GET /api/session")


def signed_in(cookie: str, base_path: str, *, secure: bool) -> str:
    """`Set-Cookie` for a new sign-in. `secure`: the browser may send it through https only."""
    return _set(cookie, base_path, LIFETIME // 1000, secure=secure)


def signed_out(base_path: str, *, secure: bool) -> str:
    """`Set-Cookie` that removes it."""
    return _set("", base_path, 0, secure=secure)


def _set(text: str, base_path: str, seconds: int, *, secure: bool) -> str:
    flag = "; Secure" if secure else ""
    return f"{COOKIE}={text}; Max-Age={seconds}; Path={base_path}/; HttpOnly; SameSite=Lax{flag}"
