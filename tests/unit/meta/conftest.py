from __future__ import annotations

from pathlib import Path

import pytest

from footfall.meta import open_meta
from footfall.settings import Settings


class FakeClock:
    """Stands still until it is told otherwise."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1_780_000_000_000)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of an installation with metadata in each kind of database."""
    url = request.getfixturevalue("postgresql_server").migrated() if request.param == "postgresql" else ""
    return Settings(data=tmp_path / "data", meta_url=url)


@pytest.fixture
def meta(settings: Settings, clock: FakeClock):
    opened = open_meta(settings, clock)
    yield opened
    opened.close()
