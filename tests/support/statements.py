"""The statements that readers of a store send to its engine."""

from __future__ import annotations

from typing import Any

import pytest

from footfall.store.clickhouse import reading


def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Those from now on, in their order."""
    asked: list[str] = []
    query = reading.query

    def noting(client: Any, sql: str, params: Any) -> Any:
        asked.append(sql)
        return query(client, sql, params)

    monkeypatch.setattr(reading, "query", noting)
    return asked
