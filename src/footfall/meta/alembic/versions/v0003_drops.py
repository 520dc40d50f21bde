"""Reports of browsers that were left out, counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "drops",
        sa.Column("project", sa.Integer, sa.ForeignKey("projects.number"), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("reason", sa.String, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
