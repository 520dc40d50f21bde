"""Access logs that are sent over HTTP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    counts = [
        sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
        for name in ("accepted", "rejected", "read_bytes", "content_bytes")
    ]
    op.create_table(
        "uploads",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("projects.number"), nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("format", sa.String, nullable=False),
        sa.Column("timezone", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False, server_default=""),
        *counts,
        sa.Column("finished_at", sa.BigInteger),
        sa.UniqueConstraint("project", "sha256", "size", name="uq_uploads_file"),
    )
