"""Projects that change: a time zone, earlier site keys that are still taken, deletion in two steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("projects", sa.Column("timezone", sa.String, nullable=False, server_default="UTC"))
    op.add_column("projects", sa.Column("deleted_at", sa.BigInteger))
    op.add_column("projects", sa.Column("erased_at", sa.BigInteger))
    op.create_table(
        "old_site_keys",
        sa.Column("site_key", sa.String, primary_key=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("projects.number"), nullable=False),
        sa.Column("valid_until", sa.BigInteger, nullable=False),
    )
