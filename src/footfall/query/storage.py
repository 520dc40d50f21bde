"""What is stored of a project."""

from __future__ import annotations

from footfall.query.ast import StoredRows
from footfall.query.fetch import Row, fetch
from footfall.store.protocol import Reader


def tables(store: Reader, project: int) -> list[Row]:
    """Tables that hold rows of it, by name: columns of `StoredRows`."""
    return [row for row in fetch(store, StoredRows(project)) if row["rows"]]
