"""What people save with a project, each kind in a table of its own. Every change is told to the log named `audit`."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from footfall.clock import Clock
from footfall.errors import UserError
from footfall.meta.database import Database
from footfall.meta.projects import LOCAL, audit
from footfall.meta.tables import AnnotationRow, FunnelRow, GoalRow, SegmentRow
from footfall.model.project import Project
from footfall.model.saved import Annotation, Goal, SavedFunnel, Segment
from footfall.model.text import is_line

MAX_NAMED = 50
"""Goals, segments and funnels of one project; as many private segments of each token."""

MAX_ANNOTATIONS = 1_000
NAME_CHARS = 100
TEXT_CHARS = 500

OF_PROJECT = 0
"""The owner of what belongs to the whole project."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Value]):
    """`noun` names it in messages, `prefix` begins its ids; `order` is that of the list."""

    noun: str
    prefix: str
    row: type[Any]  # one of the tables below
    value: Callable[[Any], Value]
    order: Callable[[Any], Any]
    most: int = MAX_NAMED


class SavedItems(Generic[Value]):
    """One kind of what is saved, from any thread. `owner` is a token's number, for what is private.

    UserErrors: `bad_parameter` for a malformed value, `conflict` where a name is taken or there are too many,
    `not_found` for an id that the project does not have, or that is another's.
    """

    def __init__(self, database: Database, clock: Clock, kind: Kind[Value]) -> None:
        self._database = database
        self._clock = clock
        self._kind = kind

    def all(self, project: Project, owner: int = OF_PROJECT) -> list[Value]:
        """Those of the project, and the private ones of `owner`."""
        with self._database.read() as session:
            rows = session.scalars(select(self._kind.row).where(*self._visible(project, owner)))
            return [self._kind.value(row) for row in sorted(rows, key=self._kind.order)]

    def add(self, project: Project, fields: Mapping[str, Any], owner: int = OF_PROJECT, *, by: str = LOCAL) -> Value:
        kind = self._kind
        values = _columns(fields) | ({"owner": owner} if kind.row is SegmentRow else {})
        row = kind.row(id=f"{kind.prefix}_{random_text()}", project=project.number, created_at=self._clock(), **values)
        with self._unique_name(fields), self._database.write() as session:
            self._check_room(session, project, owner)
            session.add(row)
            session.flush()
            made = kind.value(row)
        self._audit("created", by, project, row.id)
        return made

    def change(
        self, project: Project, id_: str, fields: Mapping[str, Any], owner: int = OF_PROJECT, *, by: str = LOCAL
    ) -> Value:
        """Change these fields."""
        with self._unique_name(fields), self._database.write() as session:
            row = self._find(session, project, id_, owner)
            for name, value in _columns(fields).items():
                setattr(row, name, value)
            session.flush()
            changed = self._kind.value(row)
        self._audit("updated", by, project, id_)
        return changed

    def remove(self, project: Project, id_: str, owner: int = OF_PROJECT, *, by: str = LOCAL) -> None:
        with self._database.write() as session:
            session.delete(self._find(session, project, id_, owner))
        self._audit("deleted", by, project, id_)

    def _visible(self, project: Project, owner: int) -> list[ColumnElement[bool]]:
        mine: list[ColumnElement[bool]] = [self._kind.row.project == project.number]
        if self._kind.row is SegmentRow:
            mine.append(SegmentRow.owner.in_({OF_PROJECT, owner}))
        return mine

    def _find(self, session: Session, project: Project, id_: str, owner: int) -> Any:
        row = session.scalar(select(self._kind.row).where(self._kind.row.id == id_, *self._visible(project, owner)))
        if row is None:
            raise UserError("not_found", f"{self._kind.noun} {id_[:100]!r} does not exist")
        return row

    def _check_room(self, session: Session, project: Project, owner: int) -> None:
        row = self._kind.row
        mine = [row.project == project.number]
        if row is SegmentRow:
            mine.append(SegmentRow.owner == owner)
        if (session.scalar(select(func.count()).select_from(row).where(*mine)) or 0) >= self._kind.most:
            message = f"the project has {self._kind.most} {self._kind.noun}s, the most that there may be: delete one"
            raise UserError("conflict", message)

    @contextmanager
    def _unique_name(self, fields: Mapping[str, Any]) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise UserError("conflict", f"name {fields.get('name')!r} is taken by another {self._kind.noun}") from error

    def _audit(self, done: str, by: str, project: Project, id_: str) -> None:
        audit(f"{self._kind.noun} {done}", by, project=project.slug, id=id_)


class SavedByProject:
    """Everything that people save with projects."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.goals = SavedItems(database, clock, GOALS)
        self.segments = SavedItems(database, clock, SEGMENTS)
        self.funnels = SavedItems(database, clock, FUNNELS)
        self.annotations = SavedItems(database, clock, ANNOTATIONS)


def folded(name: str) -> str:
    """A name as it is compared."""
    return name.casefold()


def _columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of these fields."""
    found = dict(fields)
    if "name" in found:
        found["name"] = checked_text("name", found["name"], NAME_CHARS)
        found["folded_name"] = folded(found["name"])
    if "text" in found:
        found["text"] = checked_text("text", found["text"], TEXT_CHARS)
    if "steps" in found:
        found["steps"] = json.dumps(found["steps"])
    return found


def checked_text(field: str, text: str, most: int) -> str:
    """Without spaces around it; UserError(`bad_parameter`)."""
    found = text.strip()
    if not found or len(found) > most or not is_line(found):
        raise UserError(
            "bad_parameter",
            f"{field}: {text[:100]!r} is empty, longer than {most} characters, or has control characters",
        )
    return found


def random_text() -> str:
    """16 characters of an id."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def _by_name(row: Any) -> tuple[str, int]:
    return row.folded_name, row.owner if isinstance(row, SegmentRow) else OF_PROJECT


def _newest_first(row: AnnotationRow) -> tuple[int, str]:
    return -row.at, row.id


GOALS = Kind(
    "goal",
    "goal",
    GoalRow,
    lambda row: Goal(id=row.id, created_at=row.created_at, name=row.name, filter=row.filter),
    _by_name,
)
SEGMENTS = Kind(
    "segment",
    "seg",
    SegmentRow,
    lambda row: Segment(
        id=row.id, created_at=row.created_at, name=row.name, filter=row.filter, private=row.owner != OF_PROJECT
    ),
    _by_name,
)
FUNNELS = Kind(
    "funnel",
    "fun",
    FunnelRow,
    lambda row: SavedFunnel(
        id=row.id, created_at=row.created_at, name=row.name, steps=tuple(json.loads(row.steps)), window=row.window
    ),
    _by_name,
)
ANNOTATIONS = Kind(
    "annotation",
    "note",
    AnnotationRow,
    lambda row: Annotation(id=row.id, created_at=row.created_at, at=row.at, text=row.text),
    _newest_first,
    MAX_ANNOTATIONS,
)
