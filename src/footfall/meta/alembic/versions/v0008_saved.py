"""What people save with a project: goals, segments, funnels, annotations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _create("goals", *_named("goals"), sa.Column("filter", sa.String, nullable=False))
    _create(
        "segments",
        *_named("segments", "owner"),
        sa.Column("filter", sa.String, nullable=False),
        sa.Column("owner", sa.Integer, nullable=False),
    )
    _create(
        "funnels",
        *_named("funnels"),
        sa.Column("steps", sa.String, nullable=False),
        sa.Column("window", sa.String, nullable=False),
    )
    _create("annotations", sa.Column("at", sa.BigInteger, nullable=False), sa.Column("text", sa.String, nullable=False))


def _create(table: str, *columns: Any) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("projects.number"), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        *columns,
    )
    op.create_index(f"ix_{table}_project", table, ["project"])


def _named(table: str, *scope: str) -> tuple[Any, ...]:
    return (
        sa.Column("name", sa.String, nullable=False),
        sa.Column("folded_name", sa.String, nullable=False),
        sa.UniqueConstraint("project", *scope, "folded_name", name=f"uq_{table}_name"),
    )
