"""The tables of the metadata database. Times are Unix milliseconds, NULL where they have not come."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeEngine


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[type, type[TypeEngine[int]]]] = {int: BigInteger}


class ProjectRow(Base):
    """`number` is the key in the store's tables, so it is never reused: a deleted project keeps its row.

    From `deleted_at` on nothing finds it; `erased_at` is set once the store has none of its rows. `retention_days` is
    NULL where the installation's retention counts; facts before `facts_since` are gone.
    """

    __tablename__ = "projects"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  the spelling SQLAlchemy declares

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    site_key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    deleted_at: Mapped[int | None]
    erased_at: Mapped[int | None]
    retention_days: Mapped[int | None] = mapped_column(Integer)
    facts_since: Mapped[int] = mapped_column(server_default="0")
    domains: Mapped[list[DomainRow]] = relationship(
        order_by="DomainRow.domain", lazy="selectin", cascade="all, delete-orphan"
    )
    old_site_keys: Mapped[list[OldSiteKeyRow]] = relationship(
        order_by="OldSiteKeyRow.valid_until", lazy="selectin", cascade="all, delete-orphan"
    )
    exclusions: Mapped[list[ExclusionRow]] = relationship(
        order_by="ExclusionRow.value", lazy="selectin", cascade="all, delete-orphan"
    )


class ErasureRow(Base):
    """A visitor who is to be forgotten. In place of the name, once that is done, is its mark, and later `""`."""

    __tablename__ = "erasures"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  the spelling SQLAlchemy declares

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    project: Mapped[int] = mapped_column(ForeignKey("projects.number"))
    visitor: Mapped[str]
    asked_at: Mapped[int]
    done_at: Mapped[int | None]


class DomainRow(Base):
    """A host name that a project's browser events may come from; a leading `*.` stands for its subdomains."""

    __tablename__ = "domains"

    project: Mapped[int] = mapped_column(ForeignKey("projects.number"), primary_key=True)
    domain: Mapped[str] = mapped_column(primary_key=True, index=True)


class ExclusionRow(Base):
    """A `path`, `address` or `country` (the kind) whose browsers' reports are dropped."""

    __tablename__ = "exclusions"

    project: Mapped[int] = mapped_column(ForeignKey("projects.number"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class OldSiteKeyRow(Base):
    """A site key that was replaced, and that pages may still use until `valid_until`."""

    __tablename__ = "old_site_keys"

    site_key: Mapped[str] = mapped_column(primary_key=True)
    project: Mapped[int] = mapped_column(ForeignKey("projects.number"))
    valid_until: Mapped[int]


class TokenRow(Base):
    """A token is identified by its SHA-256. `installation` gives access to every project; `projects` is then empty."""

    __tablename__ = "tokens"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  the spelling SQLAlchemy declares

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[bytes] = mapped_column(unique=True)
    last_four: Mapped[str]
    label: Mapped[str]
    scopes: Mapped[str]  # sorted names, separated by spaces
    installation: Mapped[bool]
    created_at: Mapped[int]
    expires_at: Mapped[int | None]
    revoked_at: Mapped[int | None]
    last_used_at: Mapped[int | None]
    projects: Mapped[list[TokenProjectRow]] = relationship(
        order_by="TokenProjectRow.project", lazy="selectin", cascade="all, delete"
    )


class TokenProjectRow(Base):
    __tablename__ = "token_projects"

    token: Mapped[int] = mapped_column(ForeignKey("tokens.id"), primary_key=True)
    project: Mapped[int] = mapped_column(ForeignKey("projects.number"), primary_key=True)


class SignInRow(Base):
    """A browser that is signed in, by the SHA-256 of its cookie. It has the rights of its token, while that holds."""

    __tablename__ = "sign_ins"

    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(ForeignKey("tokens.id"))
    created_at: Mapped[int]
    expires_at: Mapped[int]


class SignInCodeRow(Base):
    """A code that signs one browser in with the rights of a token, by its SHA-256. It is deleted when it is used."""

    __tablename__ = "sign_in_codes"

    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(ForeignKey("tokens.id"))
    expires_at: Mapped[int]


class SaltRow(Base):
    """The key of one UTC day's visitor hashes. `day` counts from 1970-01-01; `kind` is `live` or `import`."""

    __tablename__ = "salts"

    kind: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    salt: Mapped[bytes]
    last_used_at: Mapped[int]


class ImportRow(Base):
    """A content whose import is running or finished: `blocks` of it are in the spool; `finished_at` is set at the end.

    While it runs, `fingerprint` ends with the block size that it was started with (`<fingerprint>:<bytes>`).
    """

    __tablename__ = "imports"

    project: Mapped[int] = mapped_column(ForeignKey("projects.number"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    accepted: Mapped[int]
    rejected: Mapped[int]
    blocks: Mapped[int]
    finished_at: Mapped[int | None]


class UploadRow(Base):
    """An access log that is sent over HTTP: what its sender says of it, and how far its import has come."""

    __tablename__ = "uploads"
    __table_args__ = (UniqueConstraint("project", "sha256", "size", name="uq_uploads_file"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    project: Mapped[int] = mapped_column(ForeignKey("projects.number"))
    sha256: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]
    format: Mapped[str]
    timezone: Mapped[str]
    created_at: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="", default="")
    accepted: Mapped[int] = mapped_column(server_default="0", default=0)
    rejected: Mapped[int] = mapped_column(server_default="0", default=0)
    read_bytes: Mapped[int] = mapped_column(server_default="0", default=0)
    content_bytes: Mapped[int] = mapped_column(server_default="0", default=0)
    finished_at: Mapped[int | None]


class AnswerRow(Base):
    """A cached answer, and who holds the lease to compute it, until when."""

    __tablename__ = "answers"

    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes]
    computed_at: Mapped[int]  # 0 while there is none
    claimed_by: Mapped[str]
    claimed_until: Mapped[int]


class GuessRow(Base):
    """When a client, as a keyed hash, may send as many bad tokens as ever again."""

    __tablename__ = "guesses"

    client: Mapped[bytes] = mapped_column(primary_key=True)
    full_at: Mapped[int]


class DropRow(Base):
    """Reports of browsers that were dropped on one UTC day (counted from 1970-01-01)."""

    __tablename__ = "drops"

    project: Mapped[int] = mapped_column(ForeignKey("projects.number"), primary_key=True)
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class NamedDropRow(Base):
    """What was left out on one UTC day by a name that a sender made up; `other` counts the names beyond the most."""

    __tablename__ = "named_drops"

    project: Mapped[int] = mapped_column(ForeignKey("projects.number"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class ValueRow(Base):
    """A value of the installation, such as a secret."""

    __tablename__ = "installation"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]


class SettingRow(Base):
    """A setting of the installation, as text: see `settings.InstallationSettings`."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SlotRow(Base):
    """The shard, from 0, that the rows of a slot are on; no rows unless the store is a cluster."""

    __tablename__ = "slots"

    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shard: Mapped[int]


class MoveRow(Base):
    """The move of the store, if there is one. URLs have no password; `moved_at` is 0 while it is not complete."""

    __tablename__ = "moves"

    source: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str]
    began_at: Mapped[int]
    moved_at: Mapped[int] = mapped_column(server_default="0")


class MovedPieceRow(Base):
    """A partition that was the same on both sides when the source's was at `position`."""

    __tablename__ = "moved_pieces"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str]
    rows: Mapped[int]


class SavedRow:
    """Columns of everything that people save with a project."""

    id: Mapped[str] = mapped_column(primary_key=True)
    project: Mapped[int] = mapped_column(ForeignKey("projects.number"), index=True)
    created_at: Mapped[int]


class NamedRow(SavedRow):
    """`folded_name` is the name as it is compared: without regard to case."""

    name: Mapped[str]
    folded_name: Mapped[str]


class GoalRow(NamedRow, Base):
    """A named filter whose matching events are conversions."""

    __tablename__ = "goals"
    __table_args__ = (UniqueConstraint("project", "folded_name", name="uq_goals_name"),)

    filter: Mapped[str]


class SegmentRow(NamedRow, Base):
    """A named filter. `owner` is the number of the token whose holders alone see it, 0 where it is the project's."""

    __tablename__ = "segments"
    __table_args__ = (UniqueConstraint("project", "owner", "folded_name", name="uq_segments_name"),)

    filter: Mapped[str]
    owner: Mapped[int] = mapped_column(Integer)


class FunnelRow(NamedRow, Base):
    """`steps` are filter strings, as a JSON array."""

    __tablename__ = "funnels"
    __table_args__ = (UniqueConstraint("project", "folded_name", name="uq_funnels_name"),)

    steps: Mapped[str]
    window: Mapped[str]


class AnnotationRow(SavedRow, Base):
    """A text on the chart at a time."""

    __tablename__ = "annotations"

    at: Mapped[int]
    text: Mapped[str]


class ShareRow(NamedRow, Base):
    """A link, by the SHA-256 of its secret. `password` is an Argon2 hash, `embed` a JSON array of origins.

    `range` names a range, or `start` and `end` are its bounds, or the link has no range of its own.
    """

    __tablename__ = "shares"
    __table_args__ = (UniqueConstraint("project", "folded_name", name="uq_shares_name"),)

    sha256: Mapped[bytes] = mapped_column(unique=True)
    password: Mapped[str | None]
    filter: Mapped[str]
    range: Mapped[str | None]
    start: Mapped[int | None]
    end: Mapped[int | None]
    embed: Mapped[str]
    badge: Mapped[bool]


class ShareSessionRow(Base):
    """A browser that follows a link, by the SHA-256 of its token."""

    __tablename__ = "share_sessions"

    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    share: Mapped[str] = mapped_column(ForeignKey("shares.id"), index=True)
    expires_at: Mapped[int]
