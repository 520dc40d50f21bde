"""The web surface answers what the oracle answers, for any history."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import tests.oracle
from fastapi.routing import APIRoute
from tests.oracle.answers import ENDPOINTS
from tests.support.history_check import differences, unpartitioned
from tests.support.history_product import Product
from tests.support.history_strategies import filterings, histories
from tests.support.history_survey import FEWER, HISTORIES, PARTS, survey

from footfall.api.web.routes import router
from footfall.store.protocol import Store

OF_REPORTS = {"/engagement", "/dropped"}
"""Reported by browsers only, which histories do not cover: see tests/contract/test_engagement.py."""

STREAM = {"/live"}
"""Never ends: see tests/contract/test_live.py."""

ROUTES = {route.path.removeprefix(router.prefix) for route in router.routes if isinstance(route, APIRoute)}


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
    assert set(ENDPOINTS) | OF_REPORTS | STREAM == ROUTES


@pytest.mark.parametrize("part", range(PARTS))
def test_the_surface_equals_the_oracle(product: Product, part: int) -> None:
    survey(histories(tuple(ENDPOINTS)), HISTORIES // PARTS, lambda group: differences(product, group), part)


def test_a_filter_and_its_negation_partition_the_rows(product: Product) -> None:
    survey(filterings(), FEWER, lambda group: unpartitioned(product, group))
