"""Rows of a body, one by one: what is said of those that are refused."""

from __future__ import annotations

import pytest

from footfall.collect import rows
from footfall.collect.formats import visits
from footfall.errors import UserError


def refused(body, kind=""):
    found, _ = rows.split(body, kind, "visits")
    accepted, refusals = rows.convert(found, visits.decode, lambda visit: visit)
    return len(accepted), [(row.index, row.code, row.message) for row in refusals.listed]


def test_a_refusal_names_the_field_and_its_value():
    body = rb'{"visits": [{"endpoint": "/x", "status": "200"}, {"endpoint": "/"}, {"bytes": -1}]}'
    accepted, ((first, code, message), (last, _, negative)) = refused(body)
    assert (accepted, first, code, last) == (1, 0, "invalid", 2)
    assert message.startswith("status: ")
    assert message.endswith("(got '200')")
    assert negative.startswith("bytes: ")
    assert negative.endswith("(got -1)")


def test_half_a_surrogate_refuses_its_own_row_only():
    for row, place in (
        (rb'{"endpoint": "/\ud800"}', "endpoint"),
        (b'{"endpoint": "/\xed\xa0\x80"}', "endpoint"),
        (rb'{"endpoint": "/", "headers": {"a": "\udc00x"}}', "headers.a"),
        (rb'{"endpoint": "/", "headers": {"\udc00": "x"}}', "headers"),
        (rb'{"endpoint": "/", "\ud800": "x"}', "the row"),
    ):
        told = refused(b'{"visits": [{"endpoint": "/a"}, ' + row + b"]}")
        assert told == (1, [(1, "bad_text", f"{place}: a text with half a surrogate pair can't be kept")])
        assert refused(row + b'\n{"endpoint": "/b"}\n', rows.NDJSON)[1][0][1] == "bad_text"


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b'{"visits": 5}', b'{"visits": [1', b'{"visits": []}', b"\xff"])
def test_a_body_without_rows_is_refused_whole(body):
    with pytest.raises(UserError) as error:
        refused(body)
    assert error.value.code == "bad_body"
    assert "indices" not in error.value.message, "a fault of the body, not of our code"
