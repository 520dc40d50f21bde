"""Private segments of tokens that were revoked: nobody may see them."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("DELETE FROM segments WHERE owner IN (SELECT id FROM tokens WHERE revoked_at IS NOT NULL)")
