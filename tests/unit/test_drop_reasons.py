from __future__ import annotations

from pathlib import Path

from footfall.model.drops import DropReason


def test_every_reason_is_documented() -> None:
    page = Path(__file__).parents[2].joinpath("docs/collect/README.md").read_text()
    assert [reason for reason in DropReason if f"| `{reason}` |" not in page] == []
