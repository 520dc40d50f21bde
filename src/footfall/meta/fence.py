"""Which batch is being written, for processes that only read."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from footfall.meta.database import Database, insert
from footfall.meta.tables import ValueRow
from footfall.model.progress import LastBatch

_KEY = "store.batch"
_WRITING = " writing"
_VALUE = select(ValueRow.value).where(ValueRow.key == _KEY)


class StoredFence:
    """Implements `store.fence.Fence`. One process begins batches and ends them; any may look."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begun = ""

    def begin(self) -> None:
        if not self._begun:
            name = secrets.token_hex(8)
            self._write(name + _WRITING)
            self._begun = name

    def end(self) -> None:
        self._write(self._begun)
        self._begun = ""

    def look(self) -> LastBatch:
        with self._database.read() as session:
            text = (session.scalar(_VALUE) or b"").decode()
        return LastBatch(text.removesuffix(_WRITING), text.endswith(_WRITING))

    def _write(self, text: str) -> None:
        value = text.encode()
        with self._database.write() as session:
            wanted = insert(session, ValueRow).values(key=_KEY, value=value)
            session.execute(wanted.on_conflict_do_update(index_elements=[ValueRow.key], set_={"value": value}))
