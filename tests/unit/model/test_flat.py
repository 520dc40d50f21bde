"""Columns in bytes are the columns that they were made of."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.model.flat import BLOBS, FLAGS, FLOATS, NUMBERS, TEXTS, Flat, flattened, is_whole, joined, listed

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
    sent = msgspec.msgpack.decode(msgspec.msgpack.encode(flattened(values)))
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
    found = flattened(values)
    assert isinstance(found, Flat)
    assert found.code == code


@pytest.mark.parametrize("values", [["a", "b\0c"], [b"\0", b"a"], [-1, 5]])
def test_what_bytes_could_not_tell_stays_a_list(values):
    assert flattened(values) is values


@given(
    st.sampled_from(sorted(KINDS)).flatmap(
        lambda code: st.lists(
            st.tuples(st.sampled_from(["list", "flat", "shared"]), st.lists(KINDS[code], min_size=1, max_size=4)),
            min_size=1,
            max_size=5,
        )
    )
)
def test_columns_of_several_records_are_joined_in_order(parts):
    """Whatever form each has: a list, flat, or one value for all rows."""
    forms = {"list": list, "flat": flattened, "shared": lambda values: values[0]}
    made = [forms[form](values) for form, values in parts]
    wanted = [value for form, values in parts for value in (values if form != "shared" else values[:1] * len(values))]
    found = joined(made, [len(values) for _, values in parts])
    assert types(listed(found, len(wanted))) == types(wanted)
    if any(isinstance(column, Flat) for column in made) and isinstance(flattened(wanted), Flat):
        assert isinstance(found, Flat) or len(wanted) == 1 or found == wanted[0]


def test_what_all_rows_of_all_records_have_stays_one_value():
    assert joined(["a", "a"], [3, 4]) == "a"
    assert joined([flattened(["a", "b"]), "c\0"], [2, 2]) == ["a", "b", "c\0", "c\0"]


@pytest.mark.parametrize("columns", [[flattened([1, 2]), flattened([None, 2.0])], [flattened([None, 2.0]), 3]])
def test_columns_of_other_kinds_are_not_taken_for_one_another(columns):
    first, second = columns
    assert joined(columns, [2, 2]) == [*listed(first, 2), *listed(second, 2)]


@given(columns)
def test_a_column_is_whole_with_as_many_values_as_rows(values):
    found = flattened(values)
    assert is_whole(found, len(values))
    assert is_whole(found, len(values) + 1) is not isinstance(found, Flat)


def test_a_column_of_another_layout_is_not_whole():
    assert not is_whole(Flat(99, b"12"), 2)


def test_no_rows_are_no_column():
    assert flattened([]) == []
    assert joined([[], flattened(["a", "b"])], [0, 2]) == flattened(["a", "b"])
