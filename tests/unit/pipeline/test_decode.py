from __future__ import annotations

import polars as pl
import pytest

from footfall.model.raw import EventRows, ProxyColumns, ProxyLogs, RawEvent
from footfall.pipeline import decode

PIECES = [1, decode._HELD, decode._HELD + 1, 2 * decode._HELD + 7]


@pytest.mark.parametrize("count", PIECES)
def test_a_column_is_made_in_pieces_and_has_every_value_once(count):
    rows = [
        RawEvent(number, number, 0, name=f"event {number}" if number > decode._HELD else "", properties=b'{"a":1}')
        for number in range(count)
    ]
    found = decode.events([EventRows(1, 0, rows[:3]), EventRows(2, 0, rows[3:])])
    assert found["project_id"].to_list() == [1] * len(rows[:3]) + [2] * len(rows[3:])
    assert found["id_hi"].to_list() == list(range(count))
    assert found["name"].to_list() == [row.name for row in rows]
    assert found["properties"].unique().to_list() == ['{"a":1}']
    assert {series.n_chunks() for series in found} == {1}


@pytest.mark.parametrize("count", PIECES)
def test_so_is_one_of_proxy_logs(count):
    numbers = list(range(count))
    texts = [str(number) for number in numbers]
    columns = ProxyColumns(*(texts if "str" in hint else numbers for hint in ProxyColumns.__annotations__.values()))
    found = decode.proxy_logs([ProxyLogs(1, 0, columns)])
    assert found["order_id"].to_list() == numbers
    assert found["domain"].to_list() == texts


def test_no_records_are_a_frame_without_rows():
    found = decode.events([])
    assert found.is_empty()
    assert found.schema == decode.events([EventRows(1, 0, [RawEvent(0, 0, 0)])]).schema
    assert isinstance(found.schema["name"], pl.String)
