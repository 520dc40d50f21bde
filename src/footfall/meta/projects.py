"""Projects as they are made, changed and deleted. Every change is told to the log named `audit`."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from footfall.catalog.columns import time_zones
from footfall.clock import DAY, HOUR, Clock
from footfall.errors import UserError
from footfall.meta.database import Database
from footfall.meta.domains import check_hosts_free, listed_domain
from footfall.meta.exclusions import checked, exclusions_of, rows_of
from footfall.meta.tables import (
    AnnotationRow,
    DomainRow,
    DropRow,
    FunnelRow,
    GoalRow,
    ImportRow,
    NamedDropRow,
    OldSiteKeyRow,
    ProjectRow,
    SegmentRow,
    ShareRow,
    ShareSessionRow,
    TokenProjectRow,
    TokenRow,
    UploadRow,
)
from footfall.model.project import Exclusions, OldSiteKey, Project
from footfall.model.retention import LEAST_OF_PROJECT
from footfall.model.text import is_line
from footfall.settings import MAX_RETENTION_DAYS

OVERLAP_HOURS = 24
"""How long a replaced site key is taken, unless the caller says otherwise."""

MAX_OVERLAP_HOURS = 366 * DAY // HOUR

LOCAL = "local"
"""Who changes something without a token: a command, or the server itself."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NAME_CHARS = 200


class ProjectEditor:
    """Makes, changes and deletes projects, from any thread. `by` is who does it, for the audit log.

    Projects are named by slug or id. UserErrors: `not_found` for an unknown project, `bad_parameter` for a malformed
    value, `conflict` where a slug or a host is another project's.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(
        self, slug: str, domains: Iterable[str] = (), name: str = "", timezone: str = "UTC", *, by: str = LOCAL
    ) -> Project:
        hosts = sorted({listed_domain(text) for text in domains})
        row = ProjectRow(
            id=f"prj_{_random_text(10)}",
            slug=_checked_slug(slug),
            name=_checked_name(name or slug),
            site_key=_site_key(),
            created_at=self._clock(),
            timezone=_checked_zone(timezone),
        )
        with _unique_slug(slug), self._database.write() as session:
            check_hosts_free(session, hosts)
            row.domains = [DomainRow(domain=host) for host in hosts]
            session.add(row)
            session.flush()
            made = project_of(row)
        _audit("project created", by, made)
        return made

    def update(
        self,
        project: str,
        *,
        slug: str | None = None,
        name: str | None = None,
        timezone: str | None = None,
        retention_days: int | None = None,
        by: str = LOCAL,
    ) -> Project:
        """Change what is not None. A slug that is replaced is free at once. A retention of 0 is none of its own."""
        changes: tuple[tuple[str, Any, Callable[[Any], object]], ...] = (
            ("slug", slug, _checked_slug),
            ("name", name, _checked_name),
            ("timezone", timezone, _checked_zone),
            ("retention_days", retention_days, checked_retention),
        )
        wanted = {key: checked(value) for key, value, checked in changes if value is not None}
        with _unique_slug(slug or ""), self._database.write() as session:
            row = find_project(session, project)
            before = {key: getattr(row, key) for key in wanted}
            for key, value in wanted.items():
                setattr(row, key, value)
            session.flush()
            changed = project_of(row)
        _audit("project updated", by, changed, before=before, after=wanted)
        return changed

    def change_domains(
        self, project: str, add: Iterable[str] = (), remove: Iterable[str] = (), *, by: str = LOCAL
    ) -> Project:
        """Add hosts and remove hosts; adding one that is listed and removing one that isn't changes nothing."""
        added, removed = {listed_domain(text) for text in add}, {listed_domain(text) for text in remove}
        with self._database.write() as session:
            row = find_project(session, project)
            listed = {domain.domain for domain in row.domains}
            new, gone = added - listed, removed & (listed | added)
            check_hosts_free(session, new)
            row.domains += [DomainRow(domain=host) for host in sorted(new)]
            row.domains = sorted(
                (domain for domain in row.domains if domain.domain not in removed), key=lambda domain: domain.domain
            )
            session.flush()
            changed = project_of(row)
        _audit("project domains changed", by, changed, added=sorted(new), removed=sorted(gone))
        return changed

    def exclude(self, project: str, wanted: Exclusions, *, by: str = LOCAL) -> Project:
        """Exclude these paths, addresses and countries, and no others any more."""
        excluded = checked(wanted)
        with self._database.write() as session:
            row = find_project(session, project)
            row.exclusions = []
            session.flush()
            row.exclusions = rows_of(excluded)
            session.flush()
            changed = project_of(row)
        counts = {kind: len(getattr(excluded, kind)) for kind in ("paths", "addresses", "countries")}
        _audit("project exclusions changed", by, changed, **counts)
        return changed

    def rotate_key(self, project: str, overlap_hours: int = OVERLAP_HOURS, *, by: str = LOCAL) -> Project:
        """Give it a new site key; the one that it had is taken for `overlap_hours` more."""
        if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
            raise UserError("bad_parameter", f"overlap_hours {overlap_hours} is not between 0 and {MAX_OVERLAP_HOURS}")
        now = self._clock()
        with self._database.write() as session:
            row = find_project(session, project)
            replaced = OldSiteKeyRow(site_key=row.site_key, valid_until=now + overlap_hours * HOUR)
            row.old_site_keys = [old for old in [*row.old_site_keys, replaced] if now < old.valid_until]
            row.site_key = _site_key()
            session.flush()
            changed = project_of(row)
        _audit("site key rotated", by, changed, overlap_hours=overlap_hours)
        return changed

    def delete(self, project: str, *, by: str = LOCAL) -> Project:
        """From now on nothing finds it. The server removes its rows, and revokes tokens that were for it alone."""
        now = self._clock()
        with self._database.write() as session:
            row = find_project(session, project)
            deleted = project_of(row)
            row.deleted_at, row.slug, row.name, row.domains, row.old_site_keys = now, row.id, "", [], []
            row.exclusions = []
            _release_tokens(session, row.number, now)
            _remove_notes(session, row.number)
        _audit("project deleted", by, deleted)
        return deleted

    def deleted(self) -> frozenset[int]:
        """The numbers of all deleted projects."""
        with self._database.read() as session:
            return frozenset(session.scalars(select(ProjectRow.number).where(ProjectRow.deleted_at.is_not(None))))

    def zones(self) -> dict[int, str]:
        """The time zone of each project, by its number; of those that are not deleted."""
        with self._database.read() as session:
            rows = session.execute(
                select(ProjectRow.number, ProjectRow.timezone).where(ProjectRow.deleted_at.is_(None))
            )
            return {row.number: row.timezone for row in rows}

    def retained(self) -> list[Project]:
        """Projects whose facts are gone before some instant, or will be."""
        own = or_(ProjectRow.retention_days.is_not(None), ProjectRow.facts_since > 0)
        with self._database.read() as session:
            rows = session.scalars(select(ProjectRow).where(own, ProjectRow.deleted_at.is_(None)))
            return [project_of(row) for row in rows]

    def facts_gone(self, number: int, before: int) -> None:
        """Record that a project's facts before an instant may be gone, before they are."""
        with self._database.write() as session:
            session.execute(update(ProjectRow).where(ProjectRow.number == number).values(facts_since=before))

    def to_erase(self) -> list[int]:
        """The numbers of deleted projects of which the store may still have rows."""
        wanted = (ProjectRow.deleted_at.is_not(None), ProjectRow.erased_at.is_(None))
        with self._database.read() as session:
            return list(session.scalars(select(ProjectRow.number).where(*wanted).order_by(ProjectRow.number)))

    def erased(self, number: int) -> None:
        """Record that the store has no row of a deleted project."""
        with self._database.write() as session:
            _remove_notes(session, number)  # those that were on their way when it was deleted
            session.execute(update(ProjectRow).where(ProjectRow.number == number).values(erased_at=self._clock()))


def find_project(session: Session, name: str) -> ProjectRow:
    """By slug or id; UserError `not_found`."""
    there = select(ProjectRow).where(
        or_(ProjectRow.slug == name, ProjectRow.id == name), ProjectRow.deleted_at.is_(None)
    )
    row = session.scalar(there)
    if row is None:
        raise UserError("not_found", f"project {name[:100]!r} does not exist")
    return row


def project_of(row: ProjectRow) -> Project:
    return Project(
        number=row.number,
        id=row.id,
        slug=row.slug,
        site_key=row.site_key,
        domains=tuple(domain.domain for domain in row.domains),
        name=row.name,
        timezone=row.timezone,
        created_at=row.created_at,
        retention_days=row.retention_days,
        facts_since=row.facts_since,
        old_site_keys=tuple(OldSiteKey(old.site_key, old.valid_until) for old in row.old_site_keys),
        excluded=exclusions_of(row.exclusions),
    )


def _release_tokens(session: Session, number: int, now: int) -> None:
    """Take the project from its tokens, and revoke those that have no other."""
    mine = set(session.scalars(select(TokenProjectRow.token).where(TokenProjectRow.project == number)))
    session.execute(delete(TokenProjectRow).where(TokenProjectRow.project == number))
    kept = set(session.scalars(select(TokenProjectRow.token).where(TokenProjectRow.token.in_(mine))))
    over = (TokenRow.id.in_(mine - kept), TokenRow.revoked_at.is_(None))
    session.execute(update(TokenRow).where(*over).values(revoked_at=now))


def _remove_notes(session: Session, number: int) -> None:
    """What metadata keeps about a project and its data."""
    links = select(ShareRow.id).where(ShareRow.project == number)
    session.execute(delete(ShareSessionRow).where(ShareSessionRow.share.in_(links)))
    saved = (GoalRow, SegmentRow, FunnelRow, AnnotationRow, ShareRow)
    for table in (ImportRow, UploadRow, DropRow, NamedDropRow, *saved):
        session.execute(delete(table).where(table.project == number))


def audit(event: str, by: str, **details: object) -> None:
    """Tell the log who changed what."""
    structlog.get_logger("audit").info(event, logger="audit", by=by, **details)


def _audit(event: str, by: str, project: Project, **details: object) -> None:
    audit(event, by, project=project.slug, id=project.id, **details)


def _checked_slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise UserError("bad_parameter", f"slug {slug!r} does not match [a-z0-9][a-z0-9-]{{0,62}}")
    return slug


def _checked_name(name: str) -> str:
    text = name.strip()
    if not text or len(text) > _NAME_CHARS or not is_line(text):
        raise UserError(
            "bad_parameter",
            f"name: {name[:100]!r} is empty, longer than {_NAME_CHARS} characters, or has control characters",
        )
    return text


def _checked_zone(name: str) -> str:
    if name not in time_zones():
        raise UserError("bad_parameter", f"timezone {name[:100]!r} is not an IANA name such as Europe/Berlin")
    return name


def checked_retention(days: int) -> int | None:
    """A project's retention as it is stored: None for 0, none of its own. UserError `bad_parameter`."""
    if days and not LEAST_OF_PROJECT <= days <= MAX_RETENTION_DAYS:
        raise UserError(
            "bad_parameter", f"retention_days {days} is not between {LEAST_OF_PROJECT} and {MAX_RETENTION_DAYS}, nor 0"
        )
    return days or None


@contextmanager
def _unique_slug(slug: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise UserError("conflict", f"slug {slug!r} is taken") from error


def _site_key() -> str:
    return f"ff_site_{_random_text(15)}"


def _random_text(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()
