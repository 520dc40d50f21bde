"""Whatever a file holds: nothing crashes, and every line is either accepted or rejected, once."""

from __future__ import annotations

import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.importers.fields import Window
from footfall.importers.formats import FORMATS, LogFormat, detect, parse
from footfall.importers.reader import LogFile, to_lines

WINDOW = Window(946_684_800_000, 1_780_000_300_000)
PIECES = [
    b"\n", b"\r\n", b" ", b"\t", b'"', b"\\", b"[", b"]", b"-", b"{", b"}", b":", b"\x00", b"\xff", b"#Fields: ",
    b"#Date: ", b"date time cs-method cs-uri-stem sc-status", b"2024-10-10 13:55:36 GET /a 200",
    b"#Fields: date\tdate\ttime",     b"[10/Oct/2024:13:55:36 +0000]",
    b"[99/Oct/9999:99:99:99 +9999]", b'192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] "',
    b"GET / HTTP/1.1", b'" 200 5', b' "-" "agent"', b"://", b"GET http://", b"99999999999999999999999",
    b"example.org:80 ",
    b'{"msec": 1728568536, "status": 200, "request": "GET / HTTP/1.1"', b'{"ts": 1e308, "request": {"method": "GET", ',
    b'"uri": "/"}}', b"\\x", b"\\xff", b"null", "é\u2028".encode(),
]  # fmt: skip
files = st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=40).map(b"".join)
plain = files.filter(lambda data: not data.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")))


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@given(data=plain, size=st.integers(1, 200))
def test_accepted_and_rejected_are_all_lines(form: LogFormat, data: bytes, size: int) -> None:
    log, parser = LogFile("x", io.BytesIO(data)), form.begin()
    for block in log.blocks(log.content(), size):
        lines = to_lines(block)
        assert lines.len() == block.count(b"\n") + (not block.endswith(b"\n"))
        parsed = parse(parser, lines, WINDOW)
        directives = lines.str.starts_with("#").arg_true().to_list() if form.name in {"w3c", "cloudfront"} else []
        found = parsed.frame["line"].to_list() + [line for line, _ in parsed.rejects] + directives
        assert sorted(found) == list(range(lines.len()))
        assert parsed.frame["line"].is_sorted()
        assert sum(parsed.frame.null_count().row(0)) == 0
        assert all(reason for _, reason in parsed.rejects)


@given(st.lists(st.text(max_size=30) | st.sampled_from(PIECES).map(lambda piece: piece.decode("utf-8", "replace"))))
def test_detection_never_fails(sample: list[str]) -> None:
    form = detect(sample, WINDOW)
    assert form is None or not parse(form.begin(), pl.Series(sample, dtype=pl.String), WINDOW).frame.is_empty()
