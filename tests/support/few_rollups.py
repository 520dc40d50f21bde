"""Roll-ups of a few kinds only: every other is one more statement of the same kind, of some thirty for each cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from unittest.mock import patch

from footfall.catalog.rollups import SOURCES, Rollup
from footfall.catalog.tables import Table


def few_rollups(kept: Mapping[Table, tuple[str, ...]]) -> Any:
    """A patch that leaves of each table's roll-ups those with these names."""
    few = {table: tuple(one for one in SOURCES[table] if one.name in names) for table, names in kept.items()}
    assert all(len(few[table]) == len(names) for table, names in kept.items()), "no such roll-up"
    return patch.dict(cast("dict[Table, tuple[Rollup, ...]]", SOURCES), few)
