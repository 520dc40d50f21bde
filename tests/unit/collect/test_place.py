"""Where an event is: the address decides, unless the sender says better, and a point goes with its own place only."""

from __future__ import annotations

import msgspec
import pytest

from footfall.collect.formats import bulk, events, visits
from footfall.collect.intake import Intake, Sender
from footfall.collect.privacy import Place
from footfall.collect.requests import raw_request
from footfall.ids import IdSource

NOW = 1_780_000_000_000
SENDER = Sender(1, NOW, "192.0.2.1", "agent")
PARIS = Place("FR", "Île-de-France", "Paris", 48.8534, 2.3488)
PLACES = {"192.0.2.1": PARIS, "192.0.2.2": Place("DE"), "192.0.2.3": Place()}


class Everywhere:
    """An identity that knows nobody and a locator that knows `PLACES`."""

    def visitor(self, *_):
        return 7

    def place(self, address):
        return PLACES[address]


INTAKE = Intake(IdSource(lambda: NOW), Everywhere(), Everywhere())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, PARIS),
        ({"country_code": ""}, PARIS),
        ({"ip": "192.0.2.2"}, PLACES["192.0.2.2"]),
        ({"ip": "192.0.2.3"}, PLACES["192.0.2.3"]),
        ({"country_code": "RO"}, Place("RO")),
        ({"country_code": "FR"}, Place("FR")),
        ({"country_code": "XX"}, Place()),
        ({"country_code": "RO", "city": "Cluj-Napoca"}, Place("RO", "", "Cluj-Napoca")),
        ({"city": "Versailles"}, Place("FR", "Île-de-France", "Versailles")),
        ({"region": "Bretagne"}, Place("FR", "Bretagne", "Paris")),
    ],
)
def test_an_event_of_a_server(said, expected):
    raw = bulk.raw_event(bulk.decode(msgspec.Raw(msgspec.json.encode({"path": "/", **said}))), SENDER, INTAKE)
    assert Place(raw.country, raw.region, raw.city, raw.latitude, raw.longitude) == expected


@pytest.mark.parametrize("address", PLACES)
def test_an_event_of_a_browser(address):
    reception = events.Reception.of(Sender(1, NOW, address, "agent"), INTAKE)
    raw = events.raw_event(events.decode_event(b'{"event_name": "x", "properties": {"plan": "pro"}}')[0], reception, 5)
    assert Place(raw.country, raw.region, raw.city, raw.latitude, raw.longitude) == PLACES[address]
    assert (raw.properties, raw.revenue, raw.currency) == (b'{"plan":"pro"}', "", "")


def test_a_request_has_no_point():
    visit = visits.decode(msgspec.Raw(b'{"endpoint": "/", "ip_address": "192.0.2.1"}'))
    raw = raw_request(visit, SENDER, INTAKE)
    assert (raw.country, raw.region, raw.city) == ("FR", "Île-de-France", "Paris")
    assert "latitude" not in raw.__struct_fields__


@pytest.mark.parametrize(
    ("address", "said", "expected"),
    [
        ("192.0.2.3", {"CF-IPCountry": "BR", "CF-IPCity": "SÃ£o Paulo"}, Place("BR", "", "São Paulo")),
        ("192.0.2.3", {"CF-IPCountry": "T1"}, Place()),
        ("192.0.2.2", {"x-vercel-ip-country": "DE", "x-vercel-ip-city": "M%C3%BCnchen"}, Place("DE", "", "München")),
        ("192.0.2.1", {"CF-IPCountry": "BR"}, Place("FR", "Île-de-France", "Paris")),
    ],
)
def test_what_headers_of_a_cdn_say_fills_gaps(address, said, expected):
    body = {"endpoint": "/", "ip_address": address, "headers": said}
    raw = raw_request(visits.decode(msgspec.Raw(msgspec.json.encode(body))), SENDER, INTAKE)
    assert Place(raw.country, raw.region, raw.city) == expected


@pytest.mark.parametrize("code", ["T1", "xx"])
def test_a_code_that_names_no_country_is_unknown_in_bulk(code):
    event = bulk.decode(msgspec.Raw(msgspec.json.encode({"url": "/", "country_code": code})))
    assert bulk.raw_event(event, SENDER, INTAKE).country == ""
