"""API tokens: their form, and what is stored of one.

A token is `ff_pat_`, 40 random characters of `0-9A-Za-z` (238 bits), and 6 more of them that are the CRC-32 (IEEE, as
in zlib) of those 40 as ASCII: a big-endian number in base 62 with the digits `0-9`, `A-Z`, `a-z` in this order, padded
with `0`. So scanners find a leaked token, and a mistyped one is refused without a look-up. Only its SHA-256 and its
last four characters are stored. Cookies and codes of sign-ins have the same form, each with a prefix of its own.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib
from dataclasses import dataclass
from hmac import compare_digest

from footfall.meta.tables import TokenRow
from footfall.model.project import Principal, Scope

PREFIX = "ff_pat_"
COOKIE_PREFIX = "ff_ses_"
CODE_PREFIX = "ff_otc_"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BODY = len(PREFIX) + 40
_LENGTH = _BODY + 6


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What is stored of a token. `projects` are numbers, None for a token of the installation; times are in ms."""

    id: int
    last_four: str
    label: str
    scopes: frozenset[Scope]
    projects: frozenset[int] | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None

    def holds(self, now: int) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    @property
    def principal(self) -> Principal:
        return Principal(self.id, self.scopes, self.projects, self.last_four)


def new_token(prefix: str = PREFIX) -> str:
    body = "".join(secrets.choice(_DIGITS) for _ in range(40))
    return prefix + body + checksum(body)


def checksum(body: str) -> str:
    """The 6 characters that follow `body`."""
    value = zlib.crc32(body.encode())
    text = ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        text = _DIGITS[digit] + text
    return text


def well_formed(text: str, prefix: str = PREFIX) -> bool:
    """Whether prefix, length, alphabet and checksum are those of a token."""
    if len(text) != _LENGTH or not text.startswith(prefix) or not text.isascii():
        return False
    body, check = text[len(prefix) : _BODY], text[_BODY:]
    return body.isalnum() and compare_digest(checksum(body), check)


def digest(text: str) -> bytes:
    """What is stored of a token, and looked up."""
    return hashlib.sha256(text.encode()).digest()


def info_of(row: TokenRow) -> TokenInfo:
    return TokenInfo(
        id=row.id,
        last_four=row.last_four,
        label=row.label,
        scopes=frozenset(Scope(name) for name in row.scopes.split()),
        projects=None if row.installation else frozenset(link.project for link in row.projects),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
