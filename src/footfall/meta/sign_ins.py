"""Browsers that are signed in: each holds a cookie, which stands for a token until either of them ends."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from footfall.clock import DAY, MINUTE, Clock
from footfall.errors import UserError
from footfall.meta import tokens
from footfall.meta.database import Database
from footfall.meta.projects import LOCAL, audit
from footfall.meta.tables import SignInCodeRow, SignInRow, TokenRow
from footfall.meta.tokens import CODE_PREFIX, COOKIE_PREFIX, TokenInfo
from footfall.model.project import Scope

LIFETIME = 30 * DAY
CODE_LIFETIME = 10 * MINUTE

OPERATOR = "sign-in links"
"""The label of the token that printed links sign in with. Nobody knows its text; revoking it ends these sign-ins."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser's right to what its token may do, until `expires_at` (Unix milliseconds)."""

    token: TokenInfo
    expires_at: int


class SignIns:
    """The sign-ins of one installation, from any thread. Of cookies and codes, only SHA-256 hashes are stored."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def with_token(self, text: str) -> tuple[str, SignIn]:
        """The text of a new cookie, and what it stands for; UserError `unauthorized`, or `forbidden` without `read`."""
        with self._database.write() as session:
            found = None
            if tokens.well_formed(text):
                found = session.scalar(select(TokenRow).where(TokenRow.sha256 == tokens.digest(text)))
            if found is None or not tokens.info_of(found).holds(self._clock()):
                raise UserError("unauthorized", "the token is malformed, unknown, expired or revoked")
            return self._begin(session, found)

    def with_code(self, code: str) -> tuple[str, SignIn]:
        """The same with a code, which is used up by it."""
        now = self._clock()
        with self._database.write() as session:
            used = delete(SignInCodeRow).where(SignInCodeRow.sha256 == tokens.digest(code))
            row = session.execute(used.returning(SignInCodeRow.token, SignInCodeRow.expires_at)).first()
            found = session.get(TokenRow, row.token) if row and now < row.expires_at else None
            if found is not None and tokens.info_of(found).holds(now):
                return self._begin(session, found)
        raise UserError("unauthorized", "the link was used already, or it is older than ten minutes: make another")

    def find(self, text: str) -> SignIn | None:
        """What a cookie stands for; None where it is malformed, unknown or expired, or its token has ended."""
        if not tokens.well_formed(text, COOKIE_PREFIX):
            return None
        with self._database.read() as session:
            row = session.get(SignInRow, tokens.digest(text))
            found = None if row is None else session.get(TokenRow, row.token)
            if row is None or found is None:
                return None
            signed_in = SignIn(tokens.info_of(found), row.expires_at)
        now = self._clock()
        return signed_in if now < signed_in.expires_at and signed_in.token.holds(now) else None

    def end(self, text: str) -> None:
        """Sign out. Idempotent."""
        with self._database.write() as session:
            session.execute(delete(SignInRow).where(SignInRow.sha256 == tokens.digest(text)))

    def new_code(self) -> str:
        """A code that signs one browser in within ten minutes, with all rights: for who may run commands here."""
        code = tokens.new_token(CODE_PREFIX)
        now = self._clock()
        with self._database.write() as session:
            token = self._operator(session, now)
            session.execute(delete(SignInCodeRow).where(SignInCodeRow.expires_at <= now))
            session.add(SignInCodeRow(sha256=tokens.digest(code), token=token.id, expires_at=now + CODE_LIFETIME))
        return code

    def _begin(self, session: Session, token: TokenRow) -> tuple[str, SignIn]:
        info, now = tokens.info_of(token), self._clock()
        if not info.principal.has(Scope.READ):
            raise UserError("forbidden", f"the token lacks the scope {Scope.READ.value!r}")
        text = tokens.new_token(COOKIE_PREFIX)
        until = min(now + LIFETIME, info.expires_at or now + LIFETIME)
        session.execute(delete(SignInRow).where(SignInRow.expires_at <= now))
        session.add(SignInRow(sha256=tokens.digest(text), token=token.id, created_at=now, expires_at=until))
        audit("signed in", f"token …{info.last_four}", expires_at=until)
        return text, SignIn(info, until)

    def _operator(self, session: Session, now: int) -> TokenRow:
        """The token of printed links: one of the installation that holds; made where there is none."""
        own = (
            TokenRow.label == OPERATOR,
            TokenRow.installation.is_(True),
            TokenRow.revoked_at.is_(None),
            TokenRow.expires_at.is_(None),
            TokenRow.scopes == Scope.ADMIN.value,
        )
        found = session.scalar(select(TokenRow).where(*own).order_by(TokenRow.id).limit(1))
        if found is not None:
            return found
        text = tokens.new_token()
        made = TokenRow(
            sha256=tokens.digest(text),
            last_four=text[-4:],
            label=OPERATOR,
            scopes=Scope.ADMIN.value,
            installation=True,
            created_at=now,
        )
        session.add(made)
        session.flush()
        audit("token created", LOCAL, token=made.last_four, scopes=[Scope.ADMIN.value], projects=None)
        return made
