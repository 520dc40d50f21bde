from __future__ import annotations

import sys

from footfall.model import raw
from footfall.model.raw import EventRows, ProxyColumns, ProxyLogs, RawEvent, RequestColumns, RequestRows, release


class Row:
    """Says how many rows are left while it is freed."""

    def __init__(self, left):
        self._left = left

    def __del__(self):
        self._left.append(len(sys._getframe(1).f_locals["rows"]))


def test_rows_are_freed_some_at_a_time():
    left = []
    records = [EventRows(1, 0, [Row(left) for _ in range(2 * raw._FREED + 1)])]
    release(records)
    assert records == []
    assert left == [raw._FREED + 1] * raw._FREED + [1] * raw._FREED + [0]


def test_what_something_else_has_stays_as_it_is():
    rows = [RawEvent(number, 0, 0) for number in range(raw._FREED + 1)]
    kept = [
        EventRows(1, 0, list(rows)),
        RequestRows(1, 0, []),
        RequestColumns(1, 0, 0, b""),
        ProxyLogs(1, 0, ProxyColumns(*([1] for _ in ProxyColumns.__struct_fields__))),
    ]
    records = list(kept)
    release(records)
    assert records == []
    assert kept[0].rows == rows
    assert kept[3].columns.timestamp == [1]
