"""Links: made, followed, revoked. Every change is told to the log named `audit`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hmac import compare_digest

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from footfall.clock import HOUR, Clock
from footfall.errors import UserError
from footfall.meta import tokens
from footfall.meta.database import Database
from footfall.meta.passwords import Passwords
from footfall.meta.projects import LOCAL, audit
from footfall.meta.saved import NAME_CHARS, checked_text, folded, random_text
from footfall.meta.tables import ShareRow, ShareSessionRow
from footfall.model.period import Period
from footfall.model.project import Project
from footfall.model.share import Share, ShareLimits

MAX_SHARES = 100
"""Links of one project."""

MAX_SESSIONS = 1_000
"""Sessions of one link: another one ends that which would end first."""

SECRET_PREFIX = "ff_shr_"  # noqa: S105 - how a secret begins
TOKEN_PREFIX = "ff_shs_"  # noqa: S105 - as above
LIFETIME = 12 * HOUR


@dataclass(frozen=True, slots=True)
class NewShare:
    """What a link is made of."""

    name: str
    password: str | None
    limits: ShareLimits
    embed: tuple[str, ...]
    badge: bool


@dataclass(frozen=True, slots=True)
class ShareSession:
    """A browser's right to read what a link shows, until `expires_at` (Unix milliseconds)."""

    share: Share
    expires_at: int


class Shares:
    """The links of one installation, from any thread. Of secrets and tokens, only SHA-256 hashes are stored."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._passwords = Passwords()

    def all(self, project: Project) -> list[Share]:
        """Newest first."""
        with self._database.read() as session:
            rows = session.scalars(select(ShareRow).where(ShareRow.project == project.number))
            return [_share_of(row) for row in sorted(rows, key=lambda row: (-row.created_at, row.id))]

    def create(self, project: Project, new: NewShare, *, by: str = LOCAL) -> tuple[str, Share]:
        """The link's secret, to be shown once, and the link.

        UserErrors: `bad_parameter` for a bad name, `conflict` where it is taken or there are too many.
        """
        secret, row = tokens.new_token(SECRET_PREFIX), self._row(project, new)
        row.sha256 = tokens.digest(secret)
        try:
            with self._database.write() as session:
                mine = select(func.count()).select_from(ShareRow).where(ShareRow.project == project.number)
                if (session.scalar(mine) or 0) >= MAX_SHARES:
                    raise UserError("conflict", f"the project has {MAX_SHARES} links, the most that there may be")
                session.add(row)
                session.flush()
                made = _share_of(row)
        except IntegrityError as error:
            raise UserError("conflict", f"name {new.name!r} is taken by another link") from error
        audit("link created", by, project=project.slug, id=made.id)
        return secret, made

    def revoke(self, project: Project, id_: str, *, by: str = LOCAL) -> None:
        """The link and all who follow it are refused from now on; UserError `not_found`."""
        with self._database.write() as session:
            row = session.get(ShareRow, id_)
            if row is None or row.project != project.number:
                raise UserError("not_found", f"link {id_[:100]!r} does not exist")
            session.execute(delete(ShareSessionRow).where(ShareSessionRow.share == id_))
            session.delete(row)
        audit("link revoked", by, project=project.slug, id=id_)

    def find(self, id_: str) -> Share | None:
        with self._database.read() as session:
            row = session.get(ShareRow, id_)
            return None if row is None else _share_of(row)

    def begin(self, id_: str, secret: str, password: str | None) -> tuple[str, ShareSession]:
        """The token of a new session.

        UserErrors: `unauthorized` where link and secret don't belong together, `password_required` without the
        password. Without the secret nobody can try passwords.
        """
        with self._database.read() as session:
            row = session.get(ShareRow, id_)
            if row is None or not compare_digest(row.sha256, tokens.digest(secret)):
                raise UserError("unauthorized", "the link is unknown, or it was revoked")
            share, stored = _share_of(row), row.password
        if stored is not None:
            self._check_password(password, stored)
        made = ShareSession(share, self._clock() + LIFETIME)
        token = tokens.new_token(TOKEN_PREFIX)
        with self._database.write() as session:
            if session.get(ShareRow, id_) is None:
                raise UserError("unauthorized", "the link is unknown, or it was revoked")
            self._make_room(session, id_)
            session.add(ShareSessionRow(sha256=tokens.digest(token), share=id_, expires_at=made.expires_at))
        return token, made

    def session(self, token: str) -> ShareSession | None:
        """What a token stands for; None where it is malformed, unknown or expired, or its link was revoked."""
        if not tokens.well_formed(token, TOKEN_PREFIX):
            return None
        with self._database.read() as session:
            row = session.get(ShareSessionRow, tokens.digest(token))
            share = None if row is None else session.get(ShareRow, row.share)
            if row is None or share is None or row.expires_at <= self._clock():
                return None
            return ShareSession(_share_of(share), row.expires_at)

    def _row(self, project: Project, new: NewShare) -> ShareRow:
        name, period = checked_text("name", new.name, NAME_CHARS), new.limits.period
        return ShareRow(
            id=f"shr_{random_text()}",
            project=project.number,
            created_at=self._clock(),
            name=name,
            folded_name=folded(name),
            password=None if new.password is None else self._passwords.hashed(new.password),
            filter=new.limits.filter,
            range=new.limits.range,
            start=None if period is None else period.start,
            end=None if period is None else period.end,
            embed=json.dumps(new.embed),
            badge=new.badge,
        )

    def _check_password(self, password: str | None, stored: str) -> None:
        if not password:
            raise UserError("password_required", "password: the link needs one")
        if not self._passwords.match(password, stored):
            raise UserError("password_required", "password: it is not that of the link")

    def _make_room(self, session: Session, id_: str) -> None:
        session.execute(delete(ShareSessionRow).where(ShareSessionRow.expires_at <= self._clock()))
        mine = select(ShareSessionRow.sha256).where(ShareSessionRow.share == id_)
        over = list(session.scalars(mine.order_by(ShareSessionRow.expires_at.desc()).offset(MAX_SESSIONS - 1)))
        session.execute(delete(ShareSessionRow).where(ShareSessionRow.sha256.in_(over)))


def _share_of(row: ShareRow) -> Share:
    period = None if row.start is None or row.end is None else Period(row.start, row.end)
    return Share(
        id=row.id,
        project=row.project,
        name=row.name,
        has_password=row.password is not None,
        limits=ShareLimits(row.filter, row.range, period),
        embed=tuple(json.loads(row.embed)),
        badge=row.badge,
        created_at=row.created_at,
    )
