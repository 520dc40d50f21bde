"""What an event may hold and when it may have happened, at each bound and over it."""

from __future__ import annotations

import json

import pytest

from footfall.clock import DAY, MINUTE
from footfall.collect.fields import parse_time
from footfall.collect.limits import RefusedError, check_time, encode_properties
from footfall.model.retention import LAST_INSTANT, oldest_accepted

NOW = 1_780_000_000_000
YEAR_2000 = 946_684_800_000


def nested(depth: int) -> dict:
    """`depth` objects, one in the other."""
    made: dict = {"leaf": 1}
    for _ in range(depth - 1):
        made = {"in": made}
    return made


def sized(size: int) -> dict:
    """Properties whose JSON, without spaces, has `size` bytes."""
    members = {f"k{i:02}": "x" * 4000 for i in range(8)}
    left = size - len(json.dumps(members, separators=(",", ":"))) - len(',"last":""')
    return members | {"last": "y" * left}


INSIDE = {
    "64 keys": {f"k{i}": i for i in range(64)},
    "5 levels": nested(5),
    "5 levels with lists": {"a": [{"b": [[1]]}]},
    "a text of 4 KiB": {"a": "x" * 4096},
    "a text of 4 KiB in UTF-8": {"a": "\N{SNOWMAN}" * 1365},
    "a key of 4 KiB": {"x" * 4096: 1},
    "32 KiB": sized(32 << 10),
    "the largest unsigned": {"a": (1 << 64) - 1},
    "the smallest signed": {"a": -(1 << 63)},
    "a large float": {"a": 1.7e308},
    "null": {"a": None, "b": [None]},
    "not only ASCII": {"schlüssel": "ÿ\u0000\N{GRINNING FACE}"},
}

OVER = [
    ("too_many_properties", {f"k{i}": i for i in range(65)}),
    ("too_many_properties", {"a": {f"k{i}": i for i in range(65)}}),
    ("properties_too_deep", nested(6)),
    ("properties_too_deep", {"a": [[[[[1]]]]]}),
    ("text_too_long", {"a": "x" * 4097}),
    ("text_too_long", {"a": "\N{SNOWMAN}" * 1366}),
    ("text_too_long", {"a": [{"b": "x" * 4097}]}),
    ("text_too_long", {"x" * 4097: 1}),
    ("properties_too_large", sized((32 << 10) + 1)),
    ("number_out_of_range", {"a": 1 << 64}),
    ("number_out_of_range", {"a": -(1 << 63) - 1}),
    ("number_out_of_range", {"a": [10**400]}),
    ("number_out_of_range", {"a": float("inf")}),
    ("number_out_of_range", {"a": {"b": float("-inf")}}),
    ("bad_text", {"a": "\ud800"}),
    ("bad_text", {"\udc00": 1}),
]


@pytest.mark.parametrize("properties", INSIDE.values(), ids=INSIDE)
def test_inside_the_limits_properties_stay_as_they_are(properties):
    assert json.loads(encode_properties(properties)) == properties


@pytest.mark.parametrize("properties", [None, {}])
def test_no_properties_are_nothing(properties):
    assert encode_properties(properties) == b""


@pytest.mark.parametrize(("code", "properties"), OVER)
def test_over_a_limit_the_code_says_which(code, properties):
    with pytest.raises(RefusedError, match=r"^properties: ") as caught:
        encode_properties(properties)
    assert (caught.value.code, caught.value.field) == (code, "properties")


@pytest.mark.parametrize(
    ("value", "millis"),
    [
        ("2026-06-11T10:00:00Z", 1_781_172_000_000),
        ("2026-06-11T10:00:00", 1_781_172_000_000),
        ("2026-06-11 10:00:00", 1_781_172_000_000),
        ("2026-06-11T12:00:00+02:00", 1_781_172_000_000),
        ("2026-06-11T12:00:00+0200", 1_781_172_000_000),
        ("2026-06-11T04:30:00-05:30", 1_781_172_000_000),
        ("2026-06-11T10:00:00.123Z", 1_781_172_000_123),
        ("2026-06-11T10:00:00.123999Z", 1_781_172_000_123),
        ("2026-06-11T10:00Z", 1_781_172_000_000),
        ("2026-06-11", 1_781_136_000_000),
        (1_781_172_000, 1_781_172_000_000),
        (1_781_172_000.25, 1_781_172_000_250),
        (1_781_172_000_123, 1_781_172_000_123),
        ("1781172000", 1_781_172_000_000),
        ("1781172000123", 1_781_172_000_123),
        (946_684_800, YEAR_2000),
    ],
)
def test_every_form_of_a_time(value, millis):
    assert parse_time(value) == millis


def test_no_time_is_taken_that_32_bits_do_not_hold():
    assert check_time(LAST_INSTANT, LAST_INSTANT, YEAR_2000) == LAST_INSTANT
    with pytest.raises(RefusedError, match="in the future"):
        check_time(LAST_INSTANT + 1, LAST_INSTANT, YEAR_2000)


@pytest.mark.parametrize("value", ["", "soon", "2026-02-30", "10:00", "2026-06-11T10:00:00+25:00"])
def test_what_is_no_time(value):
    with pytest.raises(ValueError, match=r"\w"):
        parse_time(value)


@pytest.mark.parametrize(
    ("timestamp", "retention", "allowed"),
    [
        (NOW, None, True),
        (NOW + 5 * MINUTE, None, True),
        (NOW + 5 * MINUTE + 1, None, False),
        (YEAR_2000, None, True),
        (YEAR_2000 - 1, None, False),
        (0, None, False),
        (10**30, None, False),
        (NOW - 30 * DAY, 30, True),
        (NOW - 30 * DAY - 1, 30, False),
        (YEAR_2000 - 1, 20_000, False),
    ],
)
def test_the_times_that_are_taken(timestamp, retention, allowed):
    if allowed:
        assert check_time(timestamp, NOW, oldest_accepted(NOW, retention)) == timestamp
        return
    with pytest.raises(RefusedError, match=r"^timestamp: ") as caught:
        check_time(timestamp, NOW, oldest_accepted(NOW, retention))
    assert caught.value.code == "timestamp_out_of_range"
