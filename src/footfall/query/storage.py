"""What is stored of a project."""

from __future__ import annotations

from collections.abc import Mapping

from footfall.query.ast import StoredRows
from footfall.query.fetch import Row, fetch
from footfall.store.protocol import Reader


def tables(store: Reader, project: int, row_bytes: Mapping[str, float]) -> list[Row]:
    """Tables that hold rows of it, by name: columns of `StoredRows`, and `bytes`, its share by rows of the table's."""
    found = (row for row in fetch(store, StoredRows(project)) if row["rows"])
    return [{**row, "bytes": round(row["rows"] * row_bytes.get(row["table"], 0))} for row in found]
