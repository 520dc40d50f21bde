"""Stores that a contract is held against: the embedded engine and a server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.clickhouse_node import running

from footfall.settings import Settings

_names = itertools.count(1)


@pytest.fixture(autouse=True)
def answered_by_cells(by_cells: None) -> None:
    """As `by_cells`."""


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a ClickHouse of user `ann`, whose password is `p@ss`."""
    with running(tmp_path_factory.mktemp("server") / "clickhouse", user="ann", password="p@ss") as port:  # noqa: S106 -- lives as long as the tests
        yield port


@pytest.fixture(params=["embedded", "http"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a store of the test's own, on either engine."""
    if request.param == "embedded":
        found: Settings = request.getfixturevalue("store_settings")
        return found
    port = request.getfixturevalue("clickhouse")
    return Settings(data=tmp_path / "data", store_url=f"clickhouse://ann:p%40ss@127.0.0.1:{port}/c{next(_names)}")
