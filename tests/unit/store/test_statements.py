"""Parameters of statements: bound by the server, or in the text where they are too long for that."""

from __future__ import annotations

from typing import Any

import pytest

from footfall.store.clickhouse.statements import bound

MANY = list(range(10**10, 10**10 + 20_000))
HOURS_OF_A_YEAR = list(range(1_750_000_000_000, 1_750_000_000_000 + 8_784 * 3_600_000, 3_600_000))


def test_short_values_are_bound_and_others_left_out() -> None:
    sql = "SELECT {a:String}, {b:Array(UInt64)}"
    assert bound(sql, {"a": "x", "b": [1], "c": 2}) == (sql, {"a": "x", "b": [1]})
    assert bound("SELECT 1", {"c": 2}) == ("SELECT 1", None)


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (MANY, f"[{', '.join(map(str, MANY))}]"),
        (HOURS_OF_A_YEAR, f"[{', '.join(map(str, HOURS_OF_A_YEAR))}]"),
        (["it's {b:String}"] * 10_000, "[" + ", ".join([r"'it\'s {b:String}'"] * 10_000) + "]"),
        ("\\" * 200_000, "'" + "\\\\" * 200_000 + "'"),
    ],
)
def test_a_long_value_stands_in_the_text(value: Any, literal: str) -> None:
    text, given = bound("SELECT {a:Array(String)}, {b:String}", {"a": value, "b": "short"})
    assert text == f"SELECT CAST({literal}, 'Array(String)'), {{b:String}}"
    assert given == {"b": "short"}
