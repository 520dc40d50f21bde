from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.errors import UserError
from footfall.model.period import Period
from footfall.query import cursor
from footfall.query.ast import Position, SessionPosition
from footfall.query.passes.clamp import EARLIEST, LATEST

HALF = st.integers(0, 2**64 - 1)


@given(st.integers(EARLIEST, LATEST), st.integers(0, 2**40), st.integers(1, 2**40), HALF, HALF)
def test_round_trip(timestamp: int, before: int, after: int, high: int, low: int) -> None:
    period, last = Period(timestamp - before, timestamp + after), Position(timestamp, high, low)
    assert cursor.decode_rows(cursor.encode_rows(period, last)) == (period, last)


@given(st.integers(EARLIEST, LATEST), st.text(max_size=300), HALF)
def test_round_trip_of_sessions(start: int, session_id: str, until: int) -> None:
    period, last = Period(0, LATEST), SessionPosition(start, session_id)
    assert cursor.decode_sessions(cursor.encode_sessions(period, last, until)) == (period, last, until)


def mistyped() -> str:
    text = cursor.encode_rows(Period(EARLIEST, LATEST), Position(EARLIEST + 5, 1, 2))
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
        cursor.encode_rows(Period(EARLIEST + 10, LATEST), Position(EARLIEST + 5, 1, 2)),  # before its own period
        cursor.encode_rows(Period(0, 2**62), Position(2**61, 1, 2)),
        "A" * 10_000,
        cursor.encode_sessions(Period(EARLIEST, LATEST), SessionPosition(EARLIEST + 5, "a"), 3),  # of another listing
    ],
)
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"^cursor: ") as caught:
        cursor.decode_rows(text)
    assert caught.value.code == "bad_parameter"
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    "text",
    [
        "",
        mistyped(),
        cursor.encode_rows(Period(EARLIEST, LATEST), Position(EARLIEST + 5, 1, 2)),
        cursor.encode_sessions(Period(LATEST, EARLIEST), SessionPosition(EARLIEST, "a"), 3),
    ],
)
def test_a_cursor_of_another_listing_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"^cursor: "):
        cursor.decode_sessions(text)
