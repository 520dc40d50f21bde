from __future__ import annotations

import pytest

from footfall.nearest import nearest, suggestion

KNOWN = ("event_name", "visitor_id", "page_url", "timestamp", "properties", "range", "period")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("visitorId", "visitor_id"),
        ("timestmp", "timestamp"),
        ("props", "properties"),
        ("url", "page_url"),
        ("Range", "range"),
        ("preiod", "period"),
        ("name", "event_name"),
        ("revenue", None),
        ("xyz", None),
        ("", None),
        ("visitor_id" * 100, None),
    ],
)
def test_the_nearest_name(name: str, found: str | None) -> None:
    assert nearest(name, KNOWN) == found


def test_a_suggestion_is_the_end_of_a_sentence() -> None:
    assert suggestion("url", KNOWN) == "; did you mean page_url?"
    assert suggestion("xyz", KNOWN) == ""
