from __future__ import annotations

import csv
import io

import pytest

from footfall.api.web.sheet import sheet


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"])
def test_what_a_spreadsheet_would_run_is_neutralised(text):
    (_, row) = csv.reader(io.StringIO(sheet("path", [{"path": text, "count": -1}]).decode(), newline=""))
    assert row == [f"'{text}", "-1"]


def test_quotes_commas_and_lines_are_kept():
    text = 'a,"b"\nc'
    assert list(csv.reader(io.StringIO(sheet("path", [{"path": text}]).decode(), newline="")))[1] == [text]


def test_an_empty_list_has_its_header():
    assert sheet("path", []) == b"path,count,visitors\r\n"
