from __future__ import annotations

import base64
import zlib
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.catalog.tables import Table
from footfall.errors import UserError
from footfall.model.period import Period
from footfall.query import cursor
from footfall.query.ast import Position, Query, SessionPosition, equals
from footfall.query.passes.clamp import EARLIEST, LATEST

HALF = st.integers(0, 2**64 - 1)


def over(start: int, end: int) -> Query:
    return Query(project=1, table=Table.EVENTS, period=Period(start, end))


ASKED = over(0, 1)


@given(st.integers(EARLIEST, LATEST), st.integers(0, 2**40), st.integers(1, 2**40), HALF, HALF)
def test_round_trip(timestamp: int, before: int, after: int, high: int, low: int) -> None:
    base, last = over(timestamp - before, timestamp + after), Position(timestamp, high, low)
    assert cursor.decode_rows(cursor.encode_rows(base, last), ASKED) == (base.period, last)


@given(st.integers(EARLIEST, LATEST), st.text(max_size=300), HALF)
def test_round_trip_of_sessions(start: int, session_id: str, until: int) -> None:
    base, last = over(0, LATEST), SessionPosition(start, session_id)
    assert cursor.decode_sessions(cursor.encode_sessions(base, last, until), ASKED) == (base.period, last, until)


def mistyped() -> str:
    text = cursor.encode_rows(over(EARLIEST, LATEST), Position(EARLIEST + 5, 1, 2))
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
        cursor.encode_rows(over(EARLIEST + 10, LATEST), Position(EARLIEST + 5, 1, 2)),  # before its own period
        cursor.encode_rows(over(0, 2**62), Position(2**61, 1, 2)),
        "A" * 10_000,
        cursor.encode_sessions(over(EARLIEST, LATEST), SessionPosition(EARLIEST + 5, "a"), 3),  # of another listing
    ],
)
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"^cursor: ") as caught:
        cursor.decode_rows(text, ASKED)
    assert caught.value.code == "bad_parameter"
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    "text",
    [
        "",
        mistyped(),
        cursor.encode_rows(over(EARLIEST, LATEST), Position(EARLIEST + 5, 1, 2)),
        cursor.encode_sessions(over(LATEST, EARLIEST), SessionPosition(EARLIEST, "a"), 3),
    ],
)
def test_a_cursor_of_another_listing_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"^cursor: "):
        cursor.decode_sessions(text, ASKED)


OTHERS = [
    replace(ASKED, project=2),
    replace(ASKED, bots=True),
    replace(ASKED, filters=(equals("country", "RO"),)),
]


@pytest.mark.parametrize("other", OTHERS)
def test_a_cursor_goes_on_with_nothing_else(other: Query) -> None:
    rows = cursor.encode_rows(over(EARLIEST, EARLIEST + 9), Position(EARLIEST + 5, 1, 2))
    sessions = cursor.encode_sessions(over(EARLIEST, EARLIEST + 9), SessionPosition(EARLIEST + 5, "a"), 3)
    with pytest.raises(UserError, match=r"^cursor: .* is of another listing"):
        cursor.decode_rows(rows, other)
    with pytest.raises(UserError, match=r"^cursor: .* is of another listing"):
        cursor.decode_sessions(sessions, other)


def test_the_order_of_filters_is_none() -> None:
    filters = (equals("country", "RO"), equals("path", "/a"))
    text = cursor.encode_rows(replace(over(EARLIEST, EARLIEST + 9), filters=filters), Position(EARLIEST + 5, 1, 2))
    assert cursor.decode_rows(text, replace(ASKED, filters=filters[::-1])) == (
        Period(EARLIEST, EARLIEST + 9),
        Position(EARLIEST + 5, 1, 2),
    )


def test_cursors_of_earlier_versions_go_on() -> None:
    body = msgspec.msgpack.encode(["rows", EARLIEST, EARLIEST + 9, EARLIEST + 5, 1, 2])
    text = base64.urlsafe_b64encode(body + zlib.crc32(body).to_bytes(4)).decode().rstrip("=")
    assert cursor.decode_rows(text, OTHERS[0]) == (Period(EARLIEST, EARLIEST + 9), Position(EARLIEST + 5, 1, 2))
