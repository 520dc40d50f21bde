"""Projects, tokens, salts, imports and what the installation keeps about itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _projects()
    _tokens()
    _salts()
    _imports()
    op.create_table(
        "installation",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("slug", sa.String, nullable=False, unique=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("site_key", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "domains",
        sa.Column("project", sa.Integer, sa.ForeignKey("projects.number"), primary_key=True),
        sa.Column("domain", sa.String, primary_key=True),
    )
    op.create_index("ix_domains_domain", "domains", ["domain"])


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("last_four", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("scopes", sa.String, nullable=False),
        sa.Column("installation", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("last_used_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "token_projects",
        sa.Column("token", sa.Integer, sa.ForeignKey("tokens.id"), primary_key=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("projects.number"), primary_key=True),
    )


def _salts() -> None:
    op.create_table(
        "salts",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("last_used_at", sa.BigInteger, nullable=False),
    )


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("project", sa.Integer, sa.ForeignKey("projects.number"), primary_key=True),
        sa.Column("fingerprint", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("accepted", sa.BigInteger, nullable=False),
        sa.Column("rejected", sa.BigInteger, nullable=False),
        sa.Column("blocks", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
    )
