from __future__ import annotations

from pathlib import Path

import pytest

from footfall.catalog.buckets import BUCKETS
from footfall.catalog.dimensions import DIMENSIONS, FILTER_KEYS, SEARCHED, Dimension, Level
from footfall.catalog.metrics import METRICS
from footfall.catalog.tables import TABLES, Table
from footfall.model.period import Bucket

CONTRACT_KEYS = {
    *("path", "country", "device", "browser", "os", "visitor_id", "session_id", "event_type", "custom_event_name"),
    *("search", "referrer", "hostname", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("language", "entry_page", "exit_page", "channel"),
}
SESSION_LEVEL = {
    *("referrer", "channel", "entry_page", "exit_page"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
}


def test_filter_keys_are_the_contract_s() -> None:
    assert set(FILTER_KEYS) == CONTRACT_KEYS


def test_levels_are_those_of_the_semantics() -> None:
    filterable = [row for row in DIMENSIONS.values() if row.filterable]
    assert {row.name for row in filterable if row.level is Level.SESSION} == SESSION_LEVEL


@pytest.mark.parametrize("row", DIMENSIONS.values(), ids=DIMENSIONS)
def test_a_session_s_property_is_read_from_its_row(row: Dimension) -> None:
    if row.filterable:
        assert (Table.SESSIONS in row.expressions) == (row.level is Level.SESSION)


def test_everything_has_its_row() -> None:
    assert set(TABLES) == set(Table)
    assert set(BUCKETS) == set(Bucket)
    assert set(SEARCHED) <= set(DIMENSIONS)
    assert not set(DIMENSIONS) & set(METRICS)


@pytest.mark.parametrize("key", FILTER_KEYS)
def test_filter_keys_are_documented(key: str) -> None:
    assert f"`{key}`" in (Path(__file__).parents[3] / "docs/api/web.md").read_text()
