from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.errors import UserError
from footfall.model.period import Period
from footfall.query import cursor
from footfall.query.ast import Position
from footfall.query.passes.clamp import EARLIEST, LATEST

HALF = st.integers(0, 2**64 - 1)


@given(st.integers(EARLIEST, LATEST), st.integers(0, 2**40), st.integers(1, 2**40), HALF, HALF)
def test_round_trip(timestamp: int, before: int, after: int, high: int, low: int) -> None:
    period, last = Period(timestamp - before, timestamp + after), Position(timestamp, high, low)
    assert cursor.decode(cursor.encode(period, last)) == (period, last)


def mistyped() -> str:
    text = cursor.encode(Period(EARLIEST, LATEST), Position(EARLIEST + 5, 1, 2))
    return text[:10] + ("A" if text[10] != "A" else "B") + text[11:]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "not a cursor",
        "é",
        "\x00",
        base64.urlsafe_b64encode(bytes(45)).decode(),
        mistyped(),
        cursor.encode(Period(EARLIEST + 10, LATEST), Position(EARLIEST + 5, 1, 2)),  # before its own period
        cursor.encode(Period(0, 2**62), Position(2**61, 1, 2)),
        "A" * 10_000,
    ],
)
def test_what_was_not_given_out_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"^cursor: ") as caught:
        cursor.decode(text)
    assert caught.value.code == "bad_parameter"
    assert len(caught.value.message) < 300
