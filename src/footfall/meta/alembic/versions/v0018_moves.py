"""The move of a store to another one: how far it has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "moves",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("moved_at", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.create_table(
        "moved_pieces",
        sa.Column("table_name", sa.String, primary_key=True),
        sa.Column("partition", sa.String, primary_key=True),
        sa.Column("position", sa.String, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
    )
