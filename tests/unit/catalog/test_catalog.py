from __future__ import annotations

import pytest

from footfall.api.web.toplists import TOP_ROUTES
from footfall.catalog.columns import varies_in
from footfall.catalog.dimensions import DIMENSIONS, FILTER_KEYS, SEARCHED, Dimension, Level, level_of
from footfall.catalog.metrics import METRICS
from footfall.catalog.rollups import SOURCES
from footfall.catalog.tables import TABLES, Table

CONTRACT_KEYS = {
    *("path", "country", "device", "browser", "os", "visitor_id", "session_id", "event_type", "custom_event_name"),
    *("search", "referrer", "hostname", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("language", "entry_page", "exit_page", "channel"),
}
SESSION_LEVEL = {
    *("referrer", "channel", "entry_page", "exit_page"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
}


def test_the_contract_s_filter_keys_are_there() -> None:
    assert set(FILTER_KEYS) >= CONTRACT_KEYS


def test_levels_are_those_of_the_semantics() -> None:
    filterable = [row for row in DIMENSIONS.values() if row.filterable]
    assert {row.name for row in filterable if row.level is Level.SESSION} == SESSION_LEVEL


@pytest.mark.parametrize("row", DIMENSIONS.values(), ids=DIMENSIONS)
def test_a_filter_is_compared_with_the_rows_of_its_level(row: Dimension) -> None:
    if row.filterable:
        assert (Table.SESSIONS if row.level is Level.SESSION else Table.EVENTS) in row.expressions


def test_every_filter_key_has_a_list() -> None:
    """But for ids, `search`, and names of custom events, which have a list of another kind."""
    other = {"visitor_id", "session_id", "search", "custom_event_name"}
    listed = {"event_kind": "event_type"}  # the same as a text
    found = {route.ranking.dimension for route in TOP_ROUTES}
    assert {listed.get(name, name) for name in found} == (set(FILTER_KEYS) - other) | {"title"}


def test_roll_ups_have_names_of_their_own() -> None:
    """Their rows are stored under project, name and time: of two with one name, one would replace the other."""
    names = [rollup.name for rollups in SOURCES.values() for rollup in rollups]
    assert sorted(names) == sorted({*names})


def test_everything_has_its_row() -> None:
    assert set(TABLES) == set(Table)
    assert set(SEARCHED) <= set(DIMENSIONS)
    assert not set(DIMENSIONS) & set(METRICS)


def test_events_of_a_session_differ_only_in_what_it_tells() -> None:
    """Else its row would answer for all of its events, whatever they say."""
    shared = {name for name, row in DIMENSIONS.items() if {Table.EVENTS, Table.SESSIONS} <= row.expressions.keys()}
    of_events = {name for name in shared if level_of(name) is Level.EVENT}
    assert {name for name in of_events if not varies_in([name])} == {"session_id", "session", "visitor"}
