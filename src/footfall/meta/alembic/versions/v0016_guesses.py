"""Bad tokens, counted over several processes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "guesses",
        sa.Column("client", sa.LargeBinary, primary_key=True),
        sa.Column("full_at", sa.BigInteger, nullable=False),
    )
