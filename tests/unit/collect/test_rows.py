"""Rows of a body, one by one: what is said of those that are refused."""

from __future__ import annotations

import pytest

from footfall.collect import rows
from footfall.collect.formats import visits
from footfall.errors import UserError


def refused(body):
    accepted, refusals = rows.convert(rows.split(body, "", "visits")[0], visits.decode, lambda visit: visit)
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
    accepted, ((index, _, message),) = refused(rb'{"visits": [{"endpoint": "/a"}, {"endpoint": "/\ud800"}]}')
    assert (accepted, index) == (1, 1)
    assert "half a surrogate" in message


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b'{"visits": 5}', b'{"visits": [1', b'{"visits": []}', b"\xff"])
def test_a_body_without_rows_is_refused_whole(body):
    with pytest.raises(UserError) as error:
        refused(body)
    assert error.value.code == "bad_body"
    assert "indices" not in error.value.message, "a fault of the body, not of our code"
