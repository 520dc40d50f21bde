"""Which names of a body are unknown, and that nothing else changes by looking for them."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
import pytest

from footfall.collect import rows
from footfall.collect.formats import beacon, bulk, events, logrequest, plausible, proxy, umami, visits
from footfall.collect.formats.events import RefusedEvent
from footfall.collect.schemas.events import read_batch
from footfall.collect.unknown import MAX_NAMES, NAME_CHARS, Reader
from footfall.errors import UserError

KINDS = (
    beacon.Beacon,
    bulk.BulkEvent,
    events.EventIn,
    events.BatchIn,
    logrequest.LogBody,
    logrequest.LoggedRequest,
    proxy.BodyIn,
    umami.Send,
    visits.VisitIn,
)


class Inner(msgspec.Struct):
    a: int = 0


class Outer(msgspec.Struct, gc=False):
    name: str
    inner: Inner | int | None = None
    rows: Annotated[list[Inner], msgspec.Meta(max_length=3)] = msgspec.field(default_factory=list)
    other: int = msgspec.field(name="otherName", default=0)
    anything: dict[str, Any] | None = None


READER = Reader(Outer, also=("version",))


def names(**body: Any) -> list[str]:
    _, found = READER.read(json.dumps({"name": "x", **body}).encode())
    return [one.name for one in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, []),
        ({"otherName": 1, "version": {"x": 1}, "anything": {"y": 1}}, []),
        ({"other": 1}, ["other"]),
        ({"inner": {"a": 1, "b": 2}}, ["inner.b"]),
        ({"rows": [{"a": 1}, {"b": 2}, {"b": 3, "c": 4}]}, ["b", "c"]),
        ({"Name": 1, "rows": [{"Name": 2}]}, ["Name"]),
        ({"n" * 100: 1}, ["n" * NAME_CHARS]),
        ({f"n{number}": 1 for number in range(50)}, [f"n{number}" for number in range(MAX_NAMES)]),
    ],
)
def test_unknown_names(body: dict[str, Any], expected: list[str]) -> None:
    assert sorted(names(**body)) == sorted(expected)


def test_a_name_that_no_text_can_hold() -> None:
    (one,) = READER.unknown(b'{"\\ud800": 1}')
    assert one.name == "?"


def test_the_place_of_a_name_and_what_was_meant() -> None:
    _, (one,) = READER.read(b'{"name": "x", "rows": [{}, {"A1": 2}]}')
    assert (one.loc, one.known) == (("rows", 1, "A1"), ("a",))
    _, (one,) = READER.read(b'{"name": "x", "other_name": 1}')
    assert one.hint == "other_name: did you mean otherName?"
    assert one.refusal == "other_name is not known; did you mean otherName?"


def test_values_are_the_same_with_and_without_unknown_names() -> None:
    body = b'{"name": "x", "inner": {"a": 2}, "otherName": 3'
    plain, more = READER(body + b"}"), READER(body + b', "zzz": 1}')
    assert isinstance(plain, Outer)
    assert (plain.name, plain.other, more.other) == ("x", 3, 3)
    assert plain.inner.a == more.inner.a == 2


def test_other_faults_stay_the_type_s_own() -> None:
    for body in (b'{"name": 1, "zzz": 1}', b'{"zzz": 1}', b"[]", b"{"):
        with pytest.raises(msgspec.MsgspecError) as own:
            msgspec.json.decode(body, type=Outer)
        with pytest.raises(type(own.value)) as found:
            READER.read(body)
        assert str(found.value) == str(own.value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_has_a_closed_twin(kind: type[msgspec.Struct]) -> None:
    twin = Reader(kind).closed.__self__.type
    described = [(f.name, f.encode_name, f.required, f.default) for f in msgspec.structs.fields(kind)]
    assert [(f.name, f.encode_name, f.required, f.default) for f in msgspec.structs.fields(twin)] == described
    assert twin.__struct_config__.gc == kind.__struct_config__.gc


def test_unknown_names_do_not_hide_a_fault() -> None:
    with pytest.raises(UserError, match="u"):
        beacon.read_beacon(b'{"k": "x", "zzz": 1}')


def test_long_and_short_names_of_plausibles_clients_are_known() -> None:
    body = {"name": "pageview", "url": "https://a.example/", "domain": "a.example", "v": 3, "interactive": False}
    assert plausible.read_event(json.dumps(body).encode())[2] == ()
    _, _, (one,) = plausible.read_event(json.dumps({**body, "referer": "x"}).encode())
    assert one.hint == "referer: did you mean referrer?"


def test_half_a_surrogate_pair_hides_no_unknown_name() -> None:
    half = rb'"x\ud800"'
    for sent in (b'{"k": "x", "u": ' + half + b', "zzz": 1}', b'{"zzz": 1, "k": "x", "u": ' + half + b"}"):
        report, (one,) = beacon.read_beacon(sent)
        assert (report.url, one.name) == ("x\ufffd", "zzz")
    body = b'{"type": "event", "payload": {"website": "x", "title": ' + half + b', "tille": ' + half + b"}}"
    event, (one,) = umami.read_send(body)
    assert (event.payload.title, one.hint) == ("x\ufffd", "payload.tille: did you mean title?")
    _, hit, (one,) = plausible.read_event(b'{"n": ' + half + b', "u": "https://a.example/", "d": "a", "props_": 1}')
    assert (hit.name, one.name) == ("x\ufffd", "props_")
    log = b'{"api_key": "a", "frame": "x", "requests": [{"path": ' + half + b', "pathh": 1}, {"path": "/", "pat": 1}]}'
    _, (one,) = logrequest.read_body(log)
    assert one.name == "frame"
    found, beside = rows.split(
        b'{"visits": [{"url": ' + half + b', "urll": 1}, {"url": "/"}], "more": 1}', "", "visits"
    )
    accepted, refusals = rows.convert(found, visits.decode, lambda visit: visit.url, beside)
    assert (accepted, dict(refusals.codes), [one.name for one in refusals.ignored]) == (
        ["/"],
        {"bad_text": 1},
        ["more"],
    )
    batch, (one,) = read_batch(b'{"events": [{"event_name": "a", "page_url": ' + half + b', "pageurl": 1}]}')
    assert (type(batch.events[0]), one.name) == (RefusedEvent, "pageurl")
