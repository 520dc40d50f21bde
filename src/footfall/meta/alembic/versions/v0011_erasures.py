"""Visitors who are to be forgotten; the retention of a project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("projects.number"), nullable=False),
        sa.Column("visitor", sa.String, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.add_column("projects", sa.Column("retention_days", sa.Integer))
    op.add_column("projects", sa.Column("facts_since", sa.BigInteger, nullable=False, server_default="0"))
