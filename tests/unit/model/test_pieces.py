from __future__ import annotations

import pytest

from footfall.model import raw
from footfall.model.raw import (
    EventColumns,
    EventRows,
    ProxyColumns,
    ProxyLogs,
    RawEvent,
    RequestColumns,
    RequestRows,
    halves,
    pieces,
    size,
)


class Row:
    """Counts how many there are."""

    def __init__(self, alive):
        self._alive = alive
        alive[0] += 1

    def __del__(self):
        self._alive[0] -= 1


@pytest.mark.parametrize("count", [1, raw._PIECE, raw._PIECE + 1, 3 * raw._PIECE + 7])
def test_pieces_have_every_row_once_and_in_order(count):
    rows = [RawEvent(number, 0, 0) for number in range(count)]
    found = list(pieces(EventRows(3, 5, list(rows))))
    assert [row for piece in found for row in piece.rows] == rows
    assert {(piece.project_id, piece.received_at) for piece in found} == {(3, 5)}
    assert max(len(piece.rows) for piece in found) <= raw._PIECE


def test_a_piece_is_freed_before_the_next_but_one():
    alive = [0]
    record = EventRows(1, 0, [Row(alive) for _ in range(4 * raw._PIECE)])
    left = [alive[0] for _ in pieces(record)]
    assert left == [4 * raw._PIECE, 3 * raw._PIECE, 2 * raw._PIECE, raw._PIECE]


@pytest.mark.parametrize(
    "record",
    [
        RequestRows(1, 0, []),
        RequestColumns(1, 0, 1_000_000, b""),
        EventColumns.of(EventRows(1, 0, [RawEvent(1, 0, 0)] * 2 * raw._PIECE)),
        ProxyLogs(1, 0, ProxyColumns(*([1] * 2 * raw._PIECE for _ in ProxyColumns.__struct_fields__))),
    ],
)
def test_others_stay_whole(record):
    assert list(pieces(record)) == [record]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_halves_have_every_row_once_and_in_order(count):
    record = EventRows(3, 5, [RawEvent(number, 0, 0) for number in range(count)])
    for whole in (record, EventColumns.of(record)):
        found = halves(whole)
        assert [size(half) for half in found] == ([count // 2, count - count // 2] if count > 1 else [])
        assert [row for half in found for row in half.rows] == (record.rows if count > 1 else [])
        assert {(half.project_id, half.received_at) for half in found} <= {(3, 5)}
