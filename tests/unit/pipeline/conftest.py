from __future__ import annotations

import pytest

from footfall.pipeline.steps import Tools


@pytest.fixture(scope="session")
def tools() -> Tools:
    return Tools.default()
