"""The cases of tests/fixtures/logs.json, as they stand: file in, rows in the spool."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from import_support import Importer

CASES = json.loads((Path(__file__).parents[2] / "fixtures" / "logs.json").read_text(encoding="utf-8"))
LATER = 1_795_900_000_000  # a day after the cases' times


def as_told(row: dict[str, Any]) -> dict[str, Any]:
    """A stored row in the words of the cases."""
    told = {name: value if value not in {"", 0} else None for name, value in row.items()}
    return told | {"timestamp": f"{datetime.fromtimestamp(row['timestamp'] // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(importer: Importer, write: Callable[..., Path], case: dict[str, Any]) -> None:
    path = write(*case["lines"])
    summary = importer.changed(clock=lambda: LATER)(path, fmt=case.get("format"))
    stored = [as_told(row) for row in importer.stored().to_dicts()]
    assert summary.rejected == case["rejected"], importer.refused()
    assert len(stored) == len(case["rows"])
    left = list(stored)
    for expected in case["rows"]:
        found = next((row for row in left if {name: row[name] for name in expected} == expected), None)
        assert found, (expected, left)
        left.remove(found)
    if "visitors" in case:
        assert len({row["visitor"] for row in stored}) == case["visitors"]
