"""Links that show a project to people without a token."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "shares",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("projects.number"), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("folded_name", sa.String, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("password", sa.String),
        sa.Column("filter", sa.String, nullable=False),
        sa.Column("range", sa.String),
        sa.Column("start", sa.BigInteger),
        sa.Column("end", sa.BigInteger),
        sa.Column("embed", sa.String, nullable=False),
        sa.Column("badge", sa.Boolean, nullable=False),
        sa.UniqueConstraint("project", "folded_name", name="uq_shares_name"),
    )
    op.create_index("ix_shares_project", "shares", ["project"])
    op.create_table(
        "share_sessions",
        sa.Column("sha256", sa.LargeBinary, primary_key=True),
        sa.Column("share", sa.String, sa.ForeignKey("shares.id"), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_share_sessions_share", "share_sessions", ["share"])
