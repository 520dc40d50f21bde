"""Whatever a file holds: nothing crashes, every line is accepted or rejected, once, and what is stored is valid."""

from __future__ import annotations

import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.history_survey import FEWER

from footfall.collect.address import canonical, packed
from footfall.errors import UserError
from footfall.importers.fields import Lines, Parsed, ReadOptions
from footfall.importers.formats import ENTRIES, Entry, Recognised, recognise
from footfall.importers.formats.wrappers import WRAPPERS
from footfall.importers.reader import LogFile, refuse_binary, to_lines

OPTIONS = ReadOptions(946_684_800_000, 1_780_000_300_000)
PIECES = [
    b"\n", b"\r\n", b" ", b"\t", b'"', b"\\", b"[", b"]", b"-", b"{", b"}", b":", b"\x00", b"\xff", b"#Fields: ",
    b"#Date: ", b"date time cs-method cs-uri-stem sc-status", b"2024-10-10 13:55:36 GET /a 200", b"|", b", ",
    b"#Fields: date\tdate\ttime", b"[10/Oct/2024:13:55:36 +0000]", b"shop.example", b"192.0.2.1:80",
    b"[99/Oct/9999:99:99:99 +9999]", b'192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] "', b"10.0.0.1, 192.0.2.7",
    b"[2001:db8::1]:80", b"GET / HTTP/1.1", b'" 200 5', b' "-" "agent"', b"://", b"GET http://",
    b"99999999999999999999999",
    b"example.org:80 ", b"Oct 10 13:55:36 web1 nginx: ", b"web-1  | ", b"2024-10-10T13:55:36.5Z ", b"-0.5", b"1e308",
    b'{"msec": 1728568536, "status": 200, "request": "GET / HTTP/1.1"', b'{"ts": 1e308, "request": {"method": "GET", ',
    b'"uri": "/"}}', b"\\x", b"\\xff", b"null", "é\u2028".encode(),
]  # fmt: skip
SAMPLES = [entry.sample for entry in ENTRIES]
files = st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=40).map(b"".join)


def is_log(data: bytes) -> bool:
    try:
        LogFile("x", io.BytesIO(data)).content()
    except UserError:  # compressed or binary by chance
        return False
    return True


def holds(parsed: Parsed) -> None:
    """Every stored value is one of its column."""
    for row in parsed.frame.to_dicts():
        assert row["ip_address"] == "" or packed(row["ip_address"]) is not None
        assert row["ip_address"] == canonical(row["ip_address"])
        assert all(packed(word) is None for word in row["user_id"].split())
        assert "," not in row["ip_address"]
        assert row["method"] == row["method"].upper() != ""
        assert OPTIONS.oldest <= row["timestamp"] <= OPTIONS.newest
        assert row["status"] <= 999
        assert row["endpoint"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
@settings(max_examples=30)
@given(data=files.filter(is_log), size=st.integers(1, 200))
def test_accepted_and_rejected_are_all_lines(entry: Entry, data: bytes, size: int) -> None:
    log, parser = LogFile("x", io.BytesIO(data)), Recognised(entry.form).begin()
    for block in log.blocks(log.content(), size):
        lines = to_lines(block)
        parsed = parser.parse(Lines(lines), OPTIONS)
        directives = lines.str.starts_with("#").arg_true().to_list() if entry.name in {"w3c", "cloudfront"} else []
        found = parsed.frame["line"].to_list() + [line for line, _ in parsed.rejects] + directives
        assert sorted(found) == list(range(lines.len()))
        assert parsed.frame["line"].is_sorted()
        assert sum(parsed.frame.null_count().row(0)) == 0
        assert all(reason for _, reason in parsed.rejects)
        holds(parsed)


@st.composite
def shuffled(draw: st.DrawFn) -> str:
    """A sample with some of its words in other places, doubled or gone."""
    words = draw(st.sampled_from(SAMPLES)).split("\n")[-1].replace("2026", "2024").split(" ")
    for _ in range(draw(st.integers(0, 4))):
        at, to = (draw(st.integers(0, len(words) - 1)) for _ in range(2))
        words[at], words[to] = words[to], words[at]
    extra = draw(st.sampled_from(["", "203.0.113.9", "shop.example", '"', "-", "10.0.0.1,", "0.5", "[x]"]))
    at = draw(st.integers(0, len(words)))
    return " ".join([*words[:at], extra, *words[at:]])


@settings(max_examples=FEWER)
@given(st.lists(shuffled(), min_size=1, max_size=5))
def test_what_is_in_the_wrong_place_is_no_address_and_no_user(lines: list[str]) -> None:
    found = recognise(lines, OPTIONS)
    if found is not None:
        holds(found.begin().parse(Lines(pl.Series("line", lines)), OPTIONS))


@settings(max_examples=FEWER)
@given(st.lists(st.text(max_size=30) | st.sampled_from(PIECES).map(lambda piece: piece.decode("utf-8", "replace"))))
def test_recognition_never_fails(sample: list[str]) -> None:
    found = recognise(sample, OPTIONS)
    assert found is None or found.fitting <= found.lines <= len(sample)


@given(st.binary(max_size=300))
def test_a_file_is_a_log_or_refused(data: bytes) -> None:
    try:
        refuse_binary("x", data)
    except UserError:
        return
    assert to_lines(data).null_count() == 0


@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda wrapper: wrapper.name)
@given(lines=st.lists(st.text(max_size=40) | shuffled(), min_size=1, max_size=5))
def test_a_wrapper_is_there_or_not(wrapper, lines: list[str]) -> None:
    bare, missing = wrapper.strip(Lines(pl.Series("line", lines)), OPTIONS)
    assert bare.texts.len() == len(lines)
    assert all(bare.texts[line] == "" for line, _ in missing)
