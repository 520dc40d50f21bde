"""Browsers that are signed in, and the codes that sign one in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("sha256", sa.LargeBinary, primary_key=True),
        sa.Column("token", sa.Integer, sa.ForeignKey("tokens.id"), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sign_in_codes",
        sa.Column("sha256", sa.LargeBinary, primary_key=True),
        sa.Column("token", sa.Integer, sa.ForeignKey("tokens.id"), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
