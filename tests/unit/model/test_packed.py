"""Columns in bytes are the columns that they were made of."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.model.packed import BLOBS, FLAGS, FLOATS, NUMBERS, TEXTS, Packed, joined, listed, packed

KINDS = {
    TEXTS: st.text(max_size=5),
    BLOBS: st.binary(max_size=5),
    NUMBERS: st.integers(-3, 2**64 - 1) | st.sampled_from([0, 1, 2**63]),
    FLAGS: st.booleans(),
    FLOATS: st.none() | st.floats(allow_nan=False),
}
columns = st.sampled_from(sorted(KINDS)).flatmap(lambda code: st.lists(KINDS[code], min_size=1, max_size=6))


def types(values):
    return [(type(value), value) for value in values]


@given(columns)
def test_a_list_comes_back_as_it_was(values):
    sent = msgspec.msgpack.decode(msgspec.msgpack.encode(packed(values)))
    assert types(listed(sent, len(values))) == types(values)


@pytest.mark.parametrize(
    ("code", "values"),
    [
        (TEXTS, ["", "Zo\u00eb", "a" * 99]),
        (TEXTS, [""]),
        (BLOBS, [b'{"a":1}', b""]),
        (NUMBERS, [0, 2**64 - 1]),
        (FLAGS, [True, False]),
        (FLOATS, [None, 0.0, -51.25]),
    ],
)
def test_values_are_kept_in_bytes(code, values):
    found = packed(values)
    assert isinstance(found, Packed)
    assert found.code == code


@pytest.mark.parametrize("values", [["a", "b\0c"], [b"\0", b"a"], [-1, 5]])
def test_what_bytes_could_not_tell_stays_a_list(values):
    assert packed(values) is values


@given(
    st.sampled_from(sorted(KINDS)).flatmap(
        lambda code: st.lists(
            st.tuples(st.sampled_from(["list", "packed", "shared"]), st.lists(KINDS[code], min_size=1, max_size=4)),
            min_size=1,
            max_size=5,
        )
    )
)
def test_columns_of_several_records_are_joined_in_order(parts):
    """Whatever form each has: a list, packed, or one value for all rows."""
    forms = {"list": list, "packed": packed, "shared": lambda values: values[0]}
    made = [forms[form](values) for form, values in parts]
    wanted = [value for form, values in parts for value in (values if form != "shared" else values[:1] * len(values))]
    found = joined(made, [len(values) for _, values in parts])
    assert types(listed(found, len(wanted))) == types(wanted)
    lists = any(isinstance(column, list) for column in made)
    assert not (lists and isinstance(found, Packed))


def test_what_all_rows_of_all_records_have_stays_one_value():
    assert joined(["a", "a"], [3, 4]) == "a"
    assert joined([packed(["a", "b"]), "c\0"], [2, 2]) == ["a", "b", "c\0", "c\0"]
