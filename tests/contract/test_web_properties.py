"""How a filter compares a property of an event."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.collecting import Site
from tests.support.server import running

STORED = {
    "one": "1",
    "one as a fraction": "1.0",
    "a text of one": '"1"',
    "a text of a fraction": '"1.0"',
    "a thousand": "1e3",
    "minus zero": "-0.0",
    "zero": "0",
    "a half": "0.5",
    "a large one": "9007199254740993",
    "its neighbour": "9007199254740992",
    "the largest": "18446744073709551615",
    "a huge one": "1e21",
    "true": "true",
    "a list": "[1]",
    "null": "null",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("properties") / "data", flush_interval="0.2") as server:
        found = Site.of(server, "properties")
        lines = [
            f'{{"type": "custom", "name": "{name}", "properties": {{"n": {{"a": {value}}}}}}}'
            for name, value in STORED.items()
        ]
        headers = {"Authorization": f"Bearer {found.access.token}", "Content-Type": "application/x-ndjson"}
        answer = found.call("POST", "/api/collect/bulk", content="\n".join(lines), headers=headers)
        assert answer.json()["accepted"] == len(STORED)
        found.rows(len(STORED))
        yield found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("1", {"one", "one as a fraction", "a text of one"}),
        ("1.0", {"one", "one as a fraction", "a text of a fraction"}),
        ("1e0|x", {"one", "one as a fraction"}),
        ("10.00e-1", {"one", "one as a fraction"}),
        ("1000", {"a thousand"}),
        ("1e3", {"a thousand"}),
        ("1E+3", {"a thousand"}),
        ("0", {"zero", "minus zero"}),
        ("-0", {"zero", "minus zero"}),
        ("0.50|5e-1", {"a half"}),
        ("9007199254740993", {"a large one"}),
        ("18446744073709551615", {"the largest"}),
        ("1000000000000000000000", {"a huge one"}),
        ("1e999", set()),
        ("01", set()),
        ("+1", set()),
        ("1.", set()),
        (
            "1*",
            {
                "one",
                "one as a fraction",
                "a text of one",
                "a text of a fraction",
                "a thousand",
                "the largest",
                "a huge one",
            },
        ),
        ("true", {"true"}),
    ],
)
def test_numbers_compare_as_numbers(site, values, found):
    asked = f"prop.n.a:{values}"
    count = len(found)
    assert {row["custom_event_name"] for row in site.rows(count, filter=asked)} == found
    rest = {row["custom_event_name"] for row in site.rows(len(STORED) - count, filter=f"!{asked}")}
    assert rest == STORED.keys() - found
