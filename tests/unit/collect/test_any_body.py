"""Whatever is sent, it is taken or refused: nothing else is raised, and what is taken can be spooled."""

from __future__ import annotations

import json
from contextlib import suppress

import msgspec
import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from footfall.collect import browser, rows
from footfall.collect.formats import beacon, bulk, events, logrequest, plausible, umami, visits
from footfall.collect.hit import Hit
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError
from footfall.collect.privacy import Place
from footfall.collect.requests import raw_request
from footfall.collect.schemas.events import read_batch, read_event
from footfall.collect.schemas.faults import SchemaError
from footfall.errors import UserError
from footfall.ids import IdSource
from footfall.model.project import Project
from footfall.model.raw import EventRows, Record, RequestRows

NOW = 1_780_000_000_000
SENDER = Sender(1, NOW, "192.0.2.1", "agent")
PROJECT = Project(1, "prj_a", "a", "ff_site_a")


class Nobody:
    """Identity and places that are always the same."""

    def visitor(self, *_: object) -> int:
        return 7

    present = visitor

    def visitors(self, *_: object) -> pl.Series:
        raise NotImplementedError

    def place(self, _: str) -> Place:
        return Place()

    def places(self, _: pl.Series) -> pl.DataFrame:
        raise NotImplementedError


INTAKE = Intake(IdSource(lambda: NOW), Nobody(), Nobody())

numbers = st.integers() | st.floats() | st.sampled_from([NOW, NOW / 1000, 10**40, 1 << 63, 1 << 64, -1])
texts = st.text(st.characters(exclude_categories=()), max_size=130) | st.sampled_from(
    [
        "",
        "2026-06-11",
        "1e9",
        "EUR",
        "\ud800",
        "\x00",
        "http://[",
        "//x",
        "?",
        "::1",
        "12345678901",
        "-0",
        "sNaN",
        "1_0",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


def bodies(kind: type[msgspec.Struct]) -> st.SearchStrategy[dict]:
    """Objects with some of the fields of a wire struct, each of any value."""
    names = [field.encode_name for field in msgspec.structs.fields(kind)]
    sound = {"event_name": st.just("a"), "path": st.just("/"), "endpoint": st.just("/"), "type": st.just("pageview")}
    sound |= {"k": st.just("ff_site_a"), "u": st.just("https://a.example/"), "website": st.just("prj_a")}
    fields = dict.fromkeys(names, values)
    return st.fixed_dictionaries({}, optional=fields).map(dict) | st.fixed_dictionaries(
        {name: sound[name] for name in names if name in sound},
        optional={name: values for name in names if name not in sound},
    )


def encoded(body: object) -> bytes:
    return json.dumps(body).encode()  # with NaN, Infinity and half surrogates, as some senders do


def spooled(record: Record) -> None:
    body = msgspec.msgpack.encode([record])
    assert msgspec.msgpack.decode(body, type=list[Record]) == [record]


@given(bodies(events.EventIn))
@example({"event_name": "a", "properties": {"x": float("inf")}})
@example({"event_name": "a", "session_id": "\ud800"})
def test_an_event(body):
    try:
        event, _ = read_event(encoded(body))
        raw = events.raw_event(event, events.Reception.of(SENDER, INTAKE), INTAKE.ids.take())
    except SchemaError as error:
        json.dumps(error.faults, allow_nan=False)
    except RefusedError as error:
        assert error.field in body  # noqa: PT017 - it may be raised or not
    else:
        spooled(EventRows(1, NOW, [raw]))


@given(st.lists(bodies(events.EventIn) | values, max_size=3), values)
def test_a_batch(found, client):
    with suppress(SchemaError):
        read_batch(encoded({"events": found, "client_id": client}))


@given(st.binary(max_size=60))
def test_any_bytes(body):
    for read in (read_event, read_batch):
        with suppress(SchemaError):
            read(body)
    for kind in ("", rows.NDJSON):
        with suppress(UserError):
            found, beside = rows.split(body, kind, "events")
            rows.convert(found, bulk.decode, lambda event: event, beside)


@given(bodies(bulk.BulkEvent))
def test_a_bulk_event(body):
    accepted, refusals = rows.convert(
        [msgspec.Raw(encoded(body))], bulk.decode, lambda event: bulk.raw_event(event, SENDER, INTAKE)
    )
    assert len(accepted) + len(refusals.listed) == 1
    spooled(EventRows(1, NOW, accepted))
    msgspec.json.encode(refusals.listed)


@given(bodies(visits.VisitIn))
def test_a_visit(body):
    accepted, refusals = rows.convert(
        [msgspec.Raw(encoded(body))], visits.decode, lambda visit: raw_request(visit, SENDER, INTAKE)
    )
    assert len(accepted) + len(refusals.listed) == 1
    spooled(RequestRows(1, NOW, accepted))
    msgspec.json.encode(refusals.listed)


def reported(hit: Hit) -> None:
    """What is taken can be spooled, and its addresses are nowhere."""
    found = browser.rows(hit, PROJECT, SENDER, INTAKE, "")
    spooled(found)
    (row,) = found.rows
    assert "192.0.2.1" not in msgspec.structs.astuple(row)


@given(bodies(beacon.Beacon))
@example({"k": "a", "u": "https://a.example/", "p": {"a": "\ud800"}})
@example({"k": "a", "u": "https://a.example/", "t": "event", "n": "a", "$": {"amount": "sNaN"}})
def test_a_report_of_our_tracker(body):
    with suppress(UserError):
        reported(beacon.hit(beacon.read_beacon(encoded(body))[0]))


@given(st.dictionaries(st.sampled_from(["n", "u", "d", "r", "p", "$", "h", "w", "sd", "e", "name", "props"]), values))
@example({"p": '{"a": NaN}'})
@example({"p": '{"a": "\\ud800"}', "$": '{"amount": Infinity}'})
@example({"$": '{"amount": 1e999, "currency": "EUR"}'})
def test_a_report_of_plausibles_clients(fields):
    with suppress(UserError):
        reported(plausible.read_event(encoded({"n": "a", "u": "https://a.example/", "d": "a.example", **fields}))[1])


def test_every_described_field_of_plausibles_clients_is_read():
    described = {field.encode_name for field in msgspec.structs.fields(plausible.PlausibleEvent)}
    assert described == {short for short, *_ in plausible._NAMES} | {"sd", "e"}


@given(st.sampled_from(["event", "performance"]), bodies(umami.Payload))
@example("event", {"website": "a", "data": {"revenue": "x" * 99, "currency": "lei"}})
def test_a_report_of_umamis_clients(kind, payload):
    with suppress(UserError):
        reported(umami.hit(umami.read_send(encoded({"type": kind, "payload": payload}))[0]))


@given(values, values, bodies(logrequest.LoggedRequest))
def test_a_request_log(key, level, request):
    with suppress(UserError):
        sent, _ = logrequest.read_body(encoded({"api_key": key, "privacy_level": level, "requests": [request]}))
        accepted, refusals = logrequest.raw_requests(sent, SENDER, INTAKE)
        assert len(accepted) + len(refusals.listed) == 1
        spooled(RequestRows(1, NOW, accepted))


@given(st.binary(max_size=60))
def test_any_bytes_of_browsers(body):
    for read in (beacon.read_beacon, plausible.read_event, umami.read_send, umami.read_batch, logrequest.read_body):
        with suppress(UserError):
            read(body)


@given(texts, st.sampled_from([0, NOW, -1]))
def test_any_cache_of_umamis_clients(cache, now):
    assert umami.visit_id("a", now, cache).count("-") == 4
