"""Projects, tokens and secrets of an installation, as plain values."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from contextlib import closing
from hmac import compare_digest

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from footfall.clock import MINUTE, Clock
from footfall.errors import UserError
from footfall.meta import tokens
from footfall.meta.database import SCHEMA, Database, sqlite_url
from footfall.meta.erasures import Erasures
from footfall.meta.moves import StoreMoves
from footfall.meta.projects import LOCAL, ProjectEditor, audit, find_project, project_of
from footfall.meta.saved import SavedByProject
from footfall.meta.shares import Shares
from footfall.meta.sign_ins import SignIns
from footfall.meta.slots import Slots
from footfall.meta.tables import ProjectRow, SegmentRow, TokenProjectRow, TokenRow, ValueRow
from footfall.meta.tokens import TokenInfo, info_of
from footfall.meta.uploads import Uploads
from footfall.model.project import Project, Scope
from footfall.settings import Settings

TOUCH_EVERY = MINUTE
"""How far a token's last-used time may lag behind."""


def open_meta(settings: Settings, clock: Clock) -> Meta:
    """The installation's metadata, with its schema up to date. Any number of processes may have it open.

    Raises FatalError where it can't be opened or is newer than this code.
    """
    database = Database(settings.meta_url or sqlite_url(settings.data / "meta.db"))
    try:
        database.migrate()
    except BaseException:
        database.close()
        raise
    return Meta(database, clock)


def installed_schema(settings: Settings) -> str | None:
    """The revision of the installation's metadata; None where there is none. Changes nothing."""
    if not settings.meta_url and not (settings.data / "meta.db").exists():
        return None
    with closing(Database(settings.meta_url or sqlite_url(settings.data / "meta.db"))) as database:
        return database.schema()


def newest_schema() -> str:
    """The revision that this version works with."""
    return SCHEMA


class Meta:
    """The metadata of one installation, from any thread. What it returns are values, detached from the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.editor = ProjectEditor(database, clock)
        self.erasures = Erasures(database, self.editor, clock)
        self.sign_ins = SignIns(database, clock)
        self.saved = SavedByProject(database, clock)
        self.shares = Shares(database, clock)
        self.uploads = Uploads(database, clock)
        self.slots = Slots(database)
        self.moves = StoreMoves(database, clock)
        self._clock = clock

    def create_project(self, slug: str, domains: Iterable[str] = (), name: str = "", timezone: str = "UTC") -> Project:
        """As `ProjectEditor.create`."""
        return self.editor.create(slug, domains, name, timezone)

    def project(self, slug_or_id: str) -> Project | None:
        return self._one_project(or_(ProjectRow.slug == slug_or_id, ProjectRow.id == slug_or_id))

    def project_numbered(self, number: int) -> Project | None:
        return self._one_project(ProjectRow.number == number)

    def projects(self) -> list[Project]:
        """All projects, oldest first."""
        with self.database.read() as session:
            there = select(ProjectRow).where(ProjectRow.deleted_at.is_(None)).order_by(ProjectRow.number)
            return [project_of(row) for row in session.scalars(there)]

    def create_token(
        self,
        label: str,
        scopes: Collection[Scope | str],
        projects: Collection[str] | None,
        expires_at: int | None = None,
        *,
        by: str = LOCAL,
    ) -> tuple[str, TokenInfo]:
        """A new token's text, to be shown once, and what is stored of it.

        `projects` are slugs or ids; None makes a token for the whole installation. `expires_at` in ms, None for never.
        Raises UserError, which names the unknown scope or project.
        """
        text = tokens.new_token()
        row = TokenRow(
            sha256=tokens.digest(text),
            last_four=text[-4:],
            label=label,
            scopes=" ".join(sorted(_scopes(scopes))),
            installation=projects is None,
            created_at=self._clock(),
            expires_at=expires_at,
        )
        with self.database.write() as session:
            row.projects = [TokenProjectRow(project=number) for number in _numbers(session, projects)]
            session.add(row)
            session.flush()
            made = info_of(row)
        audit("token created", by, **_named(made))
        return text, made

    def tokens(self, project: str | None = None) -> list[TokenInfo]:
        """All tokens, or those with access to a project (by slug or id), oldest first, revoked ones included."""
        query = select(TokenRow).order_by(TokenRow.id)
        with self.database.read() as session:
            if project is not None:
                number = _numbers(session, [project])[0]
                mine = TokenRow.projects.any(TokenProjectRow.project == number)
                query = query.where(or_(TokenRow.installation.is_(True), mine))
            return [info_of(row) for row in session.scalars(query)]

    def token(self, text: str) -> TokenInfo | None:
        """A token by its text; None where it is malformed or unknown."""
        if not tokens.well_formed(text):
            return None
        digest = tokens.digest(text)
        with self.database.read() as session:
            row = session.scalar(select(TokenRow).where(TokenRow.sha256 == digest))
            return info_of(row) if row is not None and compare_digest(row.sha256, digest) else None

    def revoke(self, which: str | int, *, by: str = LOCAL) -> TokenInfo:
        """Revoke a token, named by its number, or by a text: its id, its last four characters, or its own text.

        Its private segments go with it: nobody else may see them. Revoking it again changes nothing.

        Raises UserError: `not_found`, or `ambiguous` where several tokens have that id or end in these four characters.
        """
        with self.database.write() as session:
            row = _find_token(session, which)
            row.revoked_at = row.revoked_at or self._clock()
            session.execute(delete(SegmentRow).where(SegmentRow.owner == row.id))
            session.flush()
            revoked = info_of(row)
        audit("token revoked", by, **_named(revoked))
        return revoked

    def touch(self, token_id: int, now: int) -> None:
        """Record that a token was used; written at most once a minute, by however many processes."""
        stale = or_(TokenRow.last_used_at.is_(None), TokenRow.last_used_at <= now - TOUCH_EVERY)
        with self.database.write() as session:
            session.execute(update(TokenRow).where(TokenRow.id == token_id, stale).values(last_used_at=now))

    def secret(self, key: str) -> bytes:
        """32 random bytes under a name, made by the first call and the same afterwards, in every process."""
        for _ in range(2):
            try:
                with self.database.write() as session:
                    row = session.get(ValueRow, key)
                    if row is None:
                        row = ValueRow(key=key, value=secrets.token_bytes(32))
                        session.add(row)
                    return row.value
            except IntegrityError:  # another process was first
                continue
        raise AssertionError(key)

    def close(self) -> None:
        """Idempotent."""
        self.database.close()

    def _one_project(self, condition: ColumnElement[bool]) -> Project | None:
        with self.database.read() as session:
            there = select(ProjectRow).where(condition, ProjectRow.deleted_at.is_(None))
            row = session.scalar(there.order_by(ProjectRow.number).limit(1))
            return None if row is None else project_of(row)


def _scopes(names: Collection[Scope | str]) -> set[Scope]:
    if not names:
        raise UserError("bad_parameter", f"scope is missing: give one or more of {', '.join(Scope)}")
    for name in names:
        if name not in list(Scope):
            raise UserError("bad_parameter", f"scope {str(name)!r} is unknown: give one or more of {', '.join(Scope)}")
    return {Scope(name) for name in names}


def _numbers(session: Session, projects: Collection[str] | None) -> list[int]:
    if projects is None:
        return []
    if not projects:
        raise UserError("bad_parameter", "project is missing: a token needs at least one project")
    found = [find_project(session, name).number for name in projects]
    return sorted(set(found))


def _find_token(session: Session, which: str | int) -> TokenRow:
    if isinstance(which, int):
        meant, which = TokenRow.id == which, str(which)
    elif tokens.well_formed(which):
        meant = TokenRow.sha256 == tokens.digest(which)
    elif which.isascii() and which.isdigit() and len(which) < 10:
        meant = or_(TokenRow.id == int(which), TokenRow.last_four == which)
    else:
        meant = TokenRow.last_four == which
    found = list(session.scalars(select(TokenRow).where(meant).order_by(TokenRow.id)))
    if len(found) > 1:
        told = ", ".join(f"{row.id} (…{row.last_four}{row.label and f', {row.label}'})" for row in found)
        raise UserError(
            "ambiguous", f"{which!r} means several tokens; name one in another way, by id or ending: {told}"
        )
    if not found:
        shown = which if len(which) <= 12 else f"…{which[-4:]}"
        raise UserError("not_found", f"token {shown!r} does not exist: give its id or its last four characters")
    return found[0]


def _named(token: TokenInfo) -> dict[str, object]:
    """What the audit log says of a token."""
    projects = None if token.projects is None else sorted(token.projects)
    return {"token": token.last_four, "scopes": sorted(scope.value for scope in token.scopes), "projects": projects}
