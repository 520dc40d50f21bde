"""A reader for one request that asks the store the same only once, and keeps the time."""

from __future__ import annotations

from threading import Lock

from footfall.query.timing import Timing
from footfall.store.protocol import Params, Reader, Rows


class RememberingReader:
    """Parts of an answer look up the same: what roll-ups there are, which sessions need their events.

    So all of them also see the same. May be used from several threads: those that ask for what another one is about to
    get wait for it.
    """

    def __init__(self, reader: Reader) -> None:
        self.timing = Timing()
        self._reader = reader
        self._found: dict[str, Rows] = {}
        self._asked: dict[str, Lock] = {}

    def query(self, sql: str, params: Params | None = None) -> Rows:
        key = f"{sql} {params!r}"
        with self._asked.setdefault(key, Lock()):
            found = self._found.get(key)
            if found is None:
                with self.timing.in_store():
                    found = self._found[key] = self._reader.query(sql, params)
            return found

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        with self.timing.in_store():
            return self._reader.arrow(sql, params)
