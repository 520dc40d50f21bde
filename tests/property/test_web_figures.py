"""The web surface answers what the oracle answers, whatever happened."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import tests.oracle
from fastapi.openapi.utils import get_openapi
from hypothesis import Phase, given, seed, settings
from tests.oracle.answers import ENDPOINTS
from tests.support.history import History
from tests.support.history_check import differences
from tests.support.history_product import Product
from tests.support.history_shrink import shrink
from tests.support.history_strategies import histories

from footfall.api.web.routes import router
from footfall.store.protocol import Store

HISTORIES = int(os.environ.get("FOOTFALL_HISTORIES", "2000"))
"""How many are made; more of them for a longer run (`make test-long`)."""

PARTS = 8
"""Each makes others than the rest, so that processes can share them out."""

TOGETHER = 32
"""Histories that go through the drain together: it takes as long for one."""

PARAMETERS = {
    path.removeprefix(router.prefix): frozenset(parameter["name"] for parameter in operations["get"]["parameters"])
    for path, operations in get_openapi(title="", version="", routes=router.routes)["paths"].items()
}
PATHS = tuple(path for path in ENDPOINTS if path in PARAMETERS)


@pytest.fixture
def product(store: Store, tmp_path: Path) -> Iterator[Product]:
    made = Product(store, tmp_path / "journal", router)
    yield made
    made.close()


def test_the_oracle_knows_nothing_of_the_product() -> None:
    for path in Path(tests.oracle.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.split(".")[0] == "footfall"], path.name


def test_the_oracle_has_an_answer_for_every_endpoint() -> None:
    assert set(ENDPOINTS) >= set(PARAMETERS)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_surface_equals_the_oracle(product: Product, part: int) -> None:
    waiting: list[History] = []
    failing: list[History] = []

    def check() -> None:
        found = differences(product, waiting, PARAMETERS)
        failing.extend(history for history, difference in zip(waiting, found, strict=True) if difference)
        waiting.clear()

    @seed(part)
    @settings(max_examples=HISTORIES // PARTS, phases=[Phase.generate], database=None, deadline=None)
    @given(histories(PATHS))
    def run(history: History) -> None:
        if not failing:
            waiting.append(history)
        if len(waiting) == TOGETHER:
            check()

    run()
    if waiting:
        check()
    if failing:
        least = shrink(failing[0], lambda group: differences(product, group, PARAMETERS))
        pytest.fail(f"{differences(product, [least], PARAMETERS)[0]}\n{least}\n\n{least!r}", pytrace=False)
