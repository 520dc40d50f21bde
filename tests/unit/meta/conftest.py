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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def meta(settings: Settings, clock: FakeClock):
    opened = open_meta(settings, clock)
    yield opened
    opened.close()
