"""What becomes of records in a row's body, and what comes back."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.model.flat import flattened
from footfall.model.raw import EngagementRows, EventColumns, EventFields, EventRows, RawEngagement, RawEvent, Record
from footfall.spool import body as bodies
from footfall.spool.body import COLUMNS_FROM, HEAD, PACKED_FROM, decoded, encoded, unpacked, unpacked_size


def rows(record: Record) -> list[object]:
    assert isinstance(record, EventRows | EventColumns | EngagementRows)
    return [record.project_id, record.received_at, *record.rows]


texts = st.sampled_from(["", "a", "Zoë"])
events = st.builds(
    RawEvent,
    timestamp=st.integers(-5, 5),
    id_hi=st.integers(0, 2**64 - 1),
    id_lo=st.just(7),
    own_id=st.booleans(),
    event_type=st.sampled_from(["pageview", "custom"]),
    name=texts,
    visitor=st.sampled_from([0, 2**64 - 1]),
    properties=st.sampled_from([b"", b'{"a":1}']),
    latitude=st.sampled_from([None, 0.0, 51.5]),
    passive=st.booleans(),
)


@given(
    st.lists(events, min_size=1, max_size=9) | st.lists(events, min_size=COLUMNS_FROM - 1, max_size=COLUMNS_FROM + 9)
)
def test_events_come_back_as_they_were(some):
    record = EventRows(3, 9, some)
    (found,) = decoded(encoded([record]))
    assert isinstance(found, EventColumns) == (len(some) >= COLUMNS_FROM)
    assert rows(found) == rows(record)
    if isinstance(found, EventColumns):
        lists = [name for name in EventFields.__struct_fields__ if isinstance(getattr(found.fields, name), list)]
        assert set(lists) <= {"timestamp"}  # one is negative


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.lists(events, min_size=1, max_size=4)), min_size=1, max_size=6))
def test_columns_of_one_commit_come_back_as_one_record_of_each_project(parts):
    records = [EventColumns.of(EventRows(project, 9, some)) for project, some in parts]
    found = decoded(encoded(records))
    changes = [one for one, (before, _) in zip(parts[1:], parts, strict=False) if one[0] != before]
    assert len(found) == 1 + len(changes)
    assert all(isinstance(one, EventColumns) for one in found)
    assert [(one.project_id, row) for one in found for row in one.rows] == [
        (project, row) for project, some in parts for row in some
    ]


def test_all_kinds_keep_their_order():
    others = EngagementRows(1, 5, [RawEngagement(1, 2, 3)])
    many = EventRows(1, 5, [RawEvent(number, 0, 0) for number in range(COLUMNS_FROM)])
    records = [others, many, EventRows(2, 5, [RawEvent(1, 0, 0)]), others, many]
    assert list(map(rows, decoded(encoded(records)))) == list(map(rows, records))


def test_what_is_long_is_packed_and_tells_its_size():
    short, long = (encoded([EventRows(1, 5, [RawEvent(1, 2, 3, name="a" * size)])]) for size in (9, PACKED_FROM))
    assert unpacked(short) == short
    assert len(long) < 100
    for body in (short, long):
        assert unpacked_size(body[:HEAD], len(body)) == len(unpacked(body))
        assert msgspec.msgpack.decode(unpacked(body))


@pytest.mark.parametrize("count", [COLUMNS_FROM, 500])
def test_what_many_events_share_counts_as_often_as_it_will_be_there(count):
    """A few bytes that stand for a lot of memory would escape the bound of a batch."""
    large = b'{"a": "%s"}' % (b"x" * 5_000)
    body = encoded([EventRows(1, 5, [RawEvent(1, 2, 3, properties=large, user_agent="y" * 200) for _ in range(count)])])
    assert len(body) < 2_000
    assert unpacked_size(body[:HEAD], len(body)) > count * 5_200


@pytest.mark.parametrize("kind", [lambda rows: rows, EventColumns.of])
def test_a_commit_is_one_record_and_what_came_later_another(kind):
    """When a record was received decides whether it is late for an erasure."""
    at = [1_000, 1_400, 2_000, 2_500, 9_000]
    records = [kind(EventRows(1, moment, [RawEvent(number, 0, 0)])) for number, moment in enumerate(at)]
    found = decoded(encoded(records))
    assert [(one.received_at, [row.timestamp for row in one.rows]) for one in found] == [
        (1_000, [0, 1]),
        (2_000, [2, 3]),
        (9_000, [4]),
    ]


@pytest.mark.parametrize("length", [1, 3])
def test_a_record_with_a_column_of_another_length_is_refused(length):
    record = EventColumns(1, 5, 2, EventFields(flattened([1, 2]), 3, flattened([4] * length)))
    with pytest.raises(msgspec.DecodeError, match="one value for each row"):
        decoded(msgspec.msgpack.encode([record]))


def test_a_head_that_is_damaged_tells_what_is_there():
    assert unpacked_size(bodies._MAGIC + b"\xff", 12) == 12


@pytest.mark.parametrize("body", [b"", bodies._MAGIC, bodies._MAGIC + b"no frame", b"\xc1"])
def test_what_is_no_body_is_refused(body):
    with pytest.raises(msgspec.DecodeError):
        decoded(body)


def test_columns_are_the_fields_of_events():
    """Defaults included: a spool of an earlier version lacks what was added since."""

    def fields(kind: type[msgspec.Struct]) -> list[tuple[str, object]]:
        return [(field.name, field.default) for field in msgspec.structs.fields(kind)]

    assert fields(EventFields) == fields(RawEvent)
    earlier = msgspec.msgpack.encode([("v", 1, 5, 2, [[1, 2], 3, 4])])
    (found,) = decoded(earlier)
    assert rows(found)[2:] == [RawEvent(1, 3, 4), RawEvent(2, 3, 4)]
