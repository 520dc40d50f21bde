"""Bad tokens by client address, counted over all processes of an installation.

An address is kept as a keyed hash, and for a minute.
"""

from __future__ import annotations

from hashlib import blake2b

from sqlalchemy import delete

from footfall.clock import MINUTE
from footfall.meta.database import Database
from footfall.meta.tables import GuessRow


class SharedGuesses:
    """A token bucket for each client; from any thread."""

    def __init__(self, database: Database, secret: bytes, a_minute: int) -> None:
        self._database = database
        self._secret = secret
        self._a_minute = a_minute

    def count(self, client: bytes, now: int) -> bool:
        """Counts one more; whether the client had any left. Times are Unix milliseconds."""
        key = blake2b(client, key=self._secret, digest_size=16).digest()
        with self._database.write() as session:
            session.execute(delete(GuessRow).where(GuessRow.full_at <= now))
            row = session.get(GuessRow, key) or GuessRow(client=key, full_at=now)
            full_at = row.full_at + MINUTE // self._a_minute
            row.full_at = min(full_at, now + MINUTE)
            session.add(row)
        return full_at <= now + MINUTE
