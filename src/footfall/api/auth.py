"""Who calls, what they may do, and which project they mean.

Errors are UserErrors: `unauthorized` (no token, or an invalid one), `forbidden` (it lacks the scope),
`rate_limited` (further bad tokens from one address), `project_required`, and `not_found` for a project that is unknown
or another's: the two can't be told apart.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qsl

from fastapi import Request

from footfall.api.cookies import check_proof, presented_cookie
from footfall.clock import MINUTE, Clock
from footfall.collect.address import ClientAddresses, is_loopback, packed
from footfall.errors import FatalError, UserError
from footfall.meta import Directory, Meta, SharedGuesses, TokenInfo
from footfall.meta.directory import FRESH_FOR
from footfall.meta.repository import TOUCH_EVERY
from footfall.meta.shares import TOKEN_PREFIX
from footfall.model.project import Principal, Project, Scope
from footfall.settings import Settings

Headers = Iterable[tuple[bytes, bytes]]
"""As ASGI gives them: names in lower case."""

BAD_TOKENS_A_MINUTE = 20

ANYONE = Principal(token_id=0, scopes=frozenset({Scope.READ}), projects=None)
"""The caller of a reading surface without a token while authentication is off."""

_HOW = "send it as 'Authorization: Bearer <token>' or 'X-API-Key: <token>'"
_MAX_CLIENTS = 10_000


@dataclass(frozen=True, slots=True)
class _Verified:
    principal: Principal
    since: int
    until: int


class Authenticator:
    """Verifies tokens and the cookies of sign-ins for one process, on its event loop.

    What is verified is cached for `FRESH_FOR`, so a call with a token in use costs one SHA-256 and one look-up in a
    dict, and a revocation takes effect everywhere within 5 seconds. Only what is valid is cached.
    """

    def __init__(
        self, meta: Meta, settings: Settings, clock: Clock, guesses_of_all: SharedGuesses | None = None
    ) -> None:
        """`guesses_of_all` where other processes answer the same clients."""
        self.directory = Directory(meta, clock)
        self.meta = meta
        self._clock = clock
        self._open = settings.auth == "off"
        self.address = ClientAddresses(settings.trusted_proxies, settings.client_header)
        self._verified: dict[bytes, _Verified] = {}
        self._touched: dict[int, int] = {}
        self._guesses = Guesses(BAD_TOKENS_A_MINUTE)
        self._guesses_of_all = guesses_of_all
        self._writer = ThreadPoolExecutor(1, "footfall-token-use")

    def authenticate(
        self,
        headers: Headers,
        query_string: bytes,
        client: str,
        scope: Scope,
        *,
        reads: bool = False,
        links: bool = False,
    ) -> Principal:
        """The rights of the request's token or cookie, which has `scope`, or, with `links`, is a link's.

        `client` is the address that the request comes from. A cookie is sent by pages of other origins, too: unless the
        request only `reads`, it needs the proof of `cookies.check_proof`.
        """
        if query_string:
            refuse_token_in_query(query_string)
        text = presented_token(headers)
        if text is not None:
            principal = self._principal(text, client)
        elif self._open and scope is Scope.READ:
            return ANYONE
        else:
            principal = self._signed_in(headers, client, reads=reads)
        if principal.limits is not None and not links:
            raise UserError("forbidden", "a link does not show this")
        if principal.limits is None and not principal.has(scope):
            raise UserError("forbidden", f"the token lacks the scope {scope.value!r}")
        return principal

    def known(self, headers: Headers) -> Principal | None:
        """The caller, where its token or cookie was found valid a moment ago; None where that would take a look-up."""
        text = presented_token(headers)
        if text is None and self._open:
            return ANYONE
        if text is None:
            text = (presented_cookie(headers) or "").encode("latin-1")
        found = self._known(_key(text), self._clock())
        return found.principal if found else None

    def project(self, principal: Principal, name: str | None) -> Project:
        """The project of a surface that goes by the token: the one named (slug or id), else the token's only one."""
        if name:
            return self.project_in_path(principal, name)
        if principal.projects is not None and len(principal.projects) == 1:
            found = self.directory.numbered(next(iter(principal.projects)))
        elif principal is ANYONE:
            found = self.directory.only()
        else:
            found = None
        if found is None:
            raise UserError("project_required", "several projects: name one with 'X-Project: <slug>' or '?project='")
        return found

    def project_in_path(self, principal: Principal, slug_or_id: str) -> Project:
        found = self.directory.named(slug_or_id)
        if found is None or not principal.may_touch(found):
            raise UserError("not_found", f"project {slug_or_id[:100]!r} does not exist")
        return found

    def client(self, request: Request) -> str:
        """The address that a request comes from, past trusted proxies."""
        peer = request.client.host if request.client else ""
        return self.address(peer, request.headers.raw)

    def guessed(self, client: str) -> None:
        """A token, cookie or code from this address did not hold; UserError `rate_limited` after too many of them."""
        now = self._clock()
        self._guesses.count(client, now)
        if self._guesses_of_all is not None:
            self._writer.submit(self._count_everywhere, self._guesses_of_all, client, now)

    def forget(self, cookie: str) -> None:
        """Look the cookie up again: it was signed out in this process."""
        self._verified.pop(_key(cookie.encode("latin-1")), None)

    def forget_token(self, token_id: int) -> None:
        """Look a token, and the cookies that stand for it, up again: it was revoked in this process."""
        self._verified = {key: one for key, one in self._verified.items() if one.principal.token_id != token_id}

    def forget_tokens(self) -> None:
        """Look all tokens and cookies up again: a project was deleted here, and with it tokens of it alone."""
        self._verified = {}

    def forget_links(self) -> None:
        """Look the tokens of links up again: one was revoked in this process."""
        self._verified = {key: one for key, one in self._verified.items() if one.principal.limits is None}

    def is_secure(self, request: Request) -> bool:
        """Whether the browser speaks https, to us or to a trusted proxy."""
        if request.url.scheme == "https":
            return True
        peer = request.client.host if request.client else ""
        return self.address.trusts(peer) and request.headers.get("x-forwarded-proto", "").strip().lower() == "https"

    def close(self) -> None:
        """Write down which tokens were used. Idempotent."""
        self._writer.shutdown()

    def _principal(self, text: bytes, client: str) -> Principal:
        now = self._clock()
        return (self._known(_key(text), now) or self._verify(_key(text), text, client, now)).principal

    def _signed_in(self, headers: Headers, client: str, *, reads: bool) -> Principal:
        cookie = presented_cookie(headers)
        if not cookie:
            raise UserError("unauthorized", f"a token is missing: {_HOW}")
        key, now = _key(cookie.encode("latin-1")), self._clock()
        known = self._known(key, now) or self._verify_cookie(key, cookie, client, now)
        if not reads:
            check_proof(headers, cookie)
        return known.principal

    def _known(self, key: bytes, now: int) -> _Verified | None:
        found = self._verified.get(key)
        return found if found is not None and found.since <= now < found.until else None

    def _verify(self, key: bytes, text: bytes, client: str, now: int) -> _Verified:
        if text.startswith(TOKEN_PREFIX.encode()):
            return self._verify_link(key, text, client, now)
        info = self.meta.token(text.decode("latin-1"))
        if info is None or not info.holds(now):
            self._refuse(key, client, "the token is malformed, unknown, expired or revoked")
        return self._keep(key, info, info.expires_at, now)

    def _verify_link(self, key: bytes, text: bytes, client: str, now: int) -> _Verified:
        found = self.meta.shares.session(text.decode("latin-1"))
        if found is None:
            self._refuse(key, client, "the link was revoked, or its session has ended: follow it again")
        share = found.share
        principal = Principal(0, frozenset(), frozenset({share.project}), share.id, share.limits)
        known = self._verified[key] = _Verified(principal, now, min(now + FRESH_FOR, found.expires_at))
        return known

    def _verify_cookie(self, key: bytes, cookie: str, client: str, now: int) -> _Verified:
        found = self.meta.sign_ins.find(cookie)
        if found is None:
            self._refuse(key, client, "the session has ended: sign in again")
        return self._keep(key, found.token, found.expires_at, now)

    def _refuse(self, key: bytes, client: str, message: str) -> NoReturn:
        self._verified.pop(key, None)
        self.guessed(client)
        raise UserError("unauthorized", message)

    def _keep(self, key: bytes, info: TokenInfo, expires_at: int | None, now: int) -> _Verified:
        until = now + FRESH_FOR if expires_at is None else min(now + FRESH_FOR, expires_at)
        known = self._verified[key] = _Verified(info.principal, now, until)
        self._note_use(info.id, now)
        return known

    def _count_everywhere(self, guesses: SharedGuesses, client: str, now: int) -> None:
        """On the writer's thread: the answer need not wait, and this process learns what others have seen."""
        if not guesses.count(client_key(client), now):
            self._guesses.exhaust(client, now)

    def _note_use(self, token_id: int, now: int) -> None:
        if now - self._touched.get(token_id, 0) >= TOUCH_EVERY:
            self._touched[token_id] = now
            self._writer.submit(self.meta.touch, token_id, now)


def _key(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


class Guesses:
    """A token bucket of bad tokens per client address (IPv6: per /64), of bounded memory."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._buckets: OrderedDict[bytes, tuple[float, int]] = OrderedDict()

    def count(self, client: str, now: int) -> None:
        """Raises UserError `rate_limited` once the address has used up its allowance."""
        key = client_key(client)
        left, since = self._buckets.pop(key, (float(self._a_minute), now))
        left = min(self._a_minute, left + max(0, now - since) * self._a_minute / MINUTE)
        self._buckets[key] = (max(left - 1, 0), now)
        if len(self._buckets) > _MAX_CLIENTS:
            self._buckets.popitem(last=False)
        if left < 1:
            raise UserError("rate_limited", "too many bad tokens from this address: try again in a minute")

    def exhaust(self, client: str, now: int) -> None:
        """Nothing is left to the address: other processes have counted its bad tokens."""
        self._buckets[client_key(client)] = (0.0, now)


def client_key(client: str) -> bytes:
    """An address, of IPv6 its /64, as bad tokens are counted by."""
    raw = packed(client)
    return client.encode() if raw is None else raw[:8]


def presented_token(headers: Headers) -> bytes | None:
    """The token that the headers present; of several, the first with a token's prefix."""
    found: bytes | None = None
    for name, value in headers:
        if name == b"authorization":
            text = value.strip()
            if text[:7].lower() == b"bearer ":
                text = text[7:].lstrip()
        elif name == b"x-api-key":
            text = value.strip()
        else:
            continue
        if text.startswith(b"ff_pat_"):
            return text
        found = found or text or None
    return found


def refuse_token_in_query(query_string: bytes) -> None:
    """Raises UserError where a token is in the URL: URLs end up in logs and referrers."""
    if b"token" not in query_string and b"api_key" not in query_string and b"%" not in query_string:
        return
    for name, _ in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
        if name in {"token", "api_key"}:
            raise UserError("unauthorized", f"a token in the query parameter {name!r} is refused: {_HOW}")


def named_project(headers: Headers, query_string: bytes) -> str | None:
    """The project that `X-Project`, else `?project=`, names; None for neither."""
    for name, value in headers:
        if name == b"x-project" and value.strip():
            return value.strip().decode("latin-1")
    if b"project=" not in query_string:
        return None
    return dict(parse_qsl(query_string.decode("latin-1"))).get("project")


def check_auth_off(settings: Settings) -> None:
    """Raises FatalError where authentication is off and the server would be open to a network."""
    if settings.auth == "off" and not is_loopback(settings.host):
        raise FatalError(f"FOOTFALL_AUTH=off is for a loopback address only, and FOOTFALL_HOST is {settings.host!r}")
