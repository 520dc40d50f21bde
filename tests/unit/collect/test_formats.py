"""What clients send that is unusual, and right: each wire format's reader, without a server."""

from __future__ import annotations

import json

import msgspec
import pytest

from footfall.collect import rows
from footfall.collect.fields import Money, read_revenue
from footfall.collect.formats import bulk, plausible, umami
from footfall.collect.hit import Hit
from footfall.collect.limits import RefusedError

BOM = b"\xef\xbb\xbf"


def of_plausible(**fields) -> Hit:
    body = {"n": "pageview", "u": "https://shop.example/", "d": "shop.example", **fields}
    return plausible.read_event(json.dumps(body).encode())[1]


def of_umami(**payload) -> Hit:
    body = {"type": "event", "payload": {"website": "prj_a", "hostname": "shop.example", **payload}}
    return umami.hit(umami.read_send(json.dumps(body).encode()))


def test_names_of_plausibles_clients_have_up_to_120_characters():
    assert of_plausible(n="x" * 120).name == "x" * 120
    with pytest.raises(plausible.FieldError) as caught:
        of_plausible(n="x" * 121)
    assert caught.value.errors == {"event_name": ["should be at most 120 character(s)"]}


def test_names_of_umamis_clients_have_up_to_100_characters():
    assert of_umami(name="x" * 100).name == "x" * 100
    with pytest.raises(RefusedError, match="1 to 100 characters"):
        of_umami(name="x" * 101)


@pytest.mark.parametrize("currency", ["EUR", "eur", "Eur"])
def test_a_currency_is_kept_in_capitals(currency):
    money = {"amount": "13.29", "currency": currency}
    assert read_revenue(msgspec.convert(money, Money)) == ("13.2900", "EUR")
    for hit in (of_plausible(n="Buy", **{"$": money}), of_umami(name="buy", data={"revenue": 13.29, **money})):
        assert hit.revenue is not None
        assert read_revenue(hit.revenue) == ("13.2900", "EUR")


@pytest.mark.parametrize(
    ("url", "resolved"),
    [
        ("?utm_source=q", "/?utm_source=q"),
        ("d", "/d"),
        ("d/e?f=g", "/d/e?f=g"),
        ("./d", "/d"),
        ("../d", "/d"),
        ("#/inbox", "/#/inbox"),
        ("", "/"),
        (" ", "/"),
        (None, "/"),
        ("/", "/"),
        ("/d?e", "/d?e"),
        ("//d", "//d"),
        ("https://other.example", "https://other.example"),
        ("HTTPS://other.example/d", "HTTPS://other.example/d"),
    ],
)
def test_a_url_of_umamis_clients_is_resolved_against_the_host(url, resolved):
    assert of_umami(url=url).url.text == resolved


@pytest.mark.parametrize(
    ("data", "properties"),
    [
        (None, {"tag": "red"}),
        ({"plan": "pro"}, {"plan": "pro", "tag": "red"}),
        ([1], {"data": [1], "tag": "red"}),
    ],
)
def test_a_tag_of_umamis_clients_is_a_property(data, properties):
    assert of_umami(data=data, tag="red").properties == properties


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (rows.NDJSON, b'{"path": "/a"}\r\n\r\n{"path": "/b"}'),
        ("application/json", b'{"events": [{"path": "/a"}, {"path": "/b"}]}'),
    ],
)
def test_a_byte_order_mark_is_no_part_of_the_first_row(kind, body):
    accepted, refusals = rows.convert(rows.split(BOM + body, kind, "events"), bulk.decode, lambda event: event.path)
    assert (accepted, refusals.total) == (["/a", "/b"], 0)
