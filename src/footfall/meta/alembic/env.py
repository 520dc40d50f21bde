"""What Alembic runs around the revisions: in the connection and the transaction that the opener has begun."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
