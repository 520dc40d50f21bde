from __future__ import annotations

import msgspec
import pytest

from footfall.model.erasure import Subject
from footfall.model.raw import EventColumns, EventRows, ProxyColumns, ProxyLogs, RawEvent, RawRequest, RequestRows, size
from footfall.pipeline.erasing import signs, without

PROXY = ProxyLogs(1, 0, ProxyColumns(*([1] for _ in ProxyColumns.__struct_fields__)))


def events(project, *rows):
    return EventRows(project, 0, [RawEvent(0, 0, 0, visitor=visitor, visitor_id=name) for visitor, name in rows])


def test_only_the_subjects_rows_go():
    mine, others = events(1, (0, "ada"), (5, "")), events(2, (0, "ada"))
    requests = RequestRows(1, 0, [RawRequest(0, 0, 0, user_id="ada"), RawRequest(0, 0, 0, visitor=5)])
    records = [mine, others, requests, PROXY]
    assert without(records, [Subject(1, "ada")]) == [
        events(1, (5, "")),
        others,
        RequestRows(1, 0, requests.rows[1:]),
        PROXY,
    ]
    assert without(records, [Subject(1, "0000000000000005")])[0] == events(1, (0, "ada"))
    assert without(records, [Subject(1)]) == [others]
    assert without(records, []) == records
    assert without([events(2, (0, "ada"))], [Subject(2, "ada")]) == []
    assert size(mine) == 2  # what was given stays as it is
    assert without([EventColumns.of(mine)], [Subject(1, "ada")]) == [events(1, (5, ""))]
    assert without([EventColumns.of(mine)], [Subject(1, "bob")]) == [mine]
    assert without([EventColumns.of(mine)], [Subject(2, "ada")]) == [EventColumns.of(mine)]
    assert without([EventColumns.of(mine).flattened()], [Subject(1, "ada")]) == [events(1, (5, ""))]


@pytest.mark.parametrize("name", ["ada", "Zoë Ω", "00000000000000ff", "5b1f0c9e2a7d4e31"])
def test_an_encoded_record_with_the_visitor_has_a_sign_of_it(name):
    subject = Subject(1, name)
    hashed = int(name, 16) if len(name) == 16 else 0
    records = [events(1, (0, name)), *([events(1, (hashed, ""))] if hashed else [])]
    beside = [EventColumns.of(EventRows(1, 0, [*record.rows, *events(1, (3, "bob")).rows])) for record in records]
    for record in [*records, *map(EventColumns.of, records), *beside, *(record.flattened() for record in beside)]:
        body = msgspec.msgpack.encode(record)
        assert any(sign in body for sign in signs(subject))
    assert signs(Subject(1)) == []
