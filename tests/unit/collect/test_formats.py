"""What clients send that is unusual, and right: each wire format's reader, without a server."""

from __future__ import annotations

import json

import msgspec
import pytest

from footfall.collect import rows
from footfall.collect.fields import Money, read_address, read_revenue
from footfall.collect.formats import beacon, bulk, logrequest, plausible, umami, visits
from footfall.collect.hit import Hit
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError
from footfall.collect.privacy import Place
from footfall.collect.requests import raw_request
from footfall.collect.schemas.proxy import read_logs
from footfall.errors import UserError
from footfall.ids import IdSource

NOW = 1_780_000_000_000
SENDER = Sender(1, NOW, "192.0.2.1", "agent")


class Nobody:
    """Identity and places that are always the same."""

    def visitor(self, *_: object) -> int:
        return 7

    present = visitor

    def visitors(self, *_: object):
        raise NotImplementedError

    def place(self, _: str) -> Place:
        return Place()

    def places(self, *_: object):
        raise NotImplementedError


INTAKE = Intake(IdSource(lambda: NOW), Nobody(), Nobody())
BOM = b"\xef\xbb\xbf"


def of_plausible(**fields) -> Hit:
    body = {"n": "pageview", "u": "https://shop.example/", "d": "shop.example", **fields}
    return plausible.read_event(json.dumps(body).encode())[1]


def of_umami(**payload) -> Hit:
    body = {"type": "event", "payload": {"website": "prj_a", "hostname": "shop.example", **payload}}
    return umami.hit(umami.read_send(json.dumps(body).encode())[0])


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
    found, _ = rows.split(BOM + body, kind, "events")
    accepted, refusals = rows.convert(found, bulk.decode, lambda event: event.path)
    assert (accepted, refusals.total) == (["/a", "/b"], 0)


HALVES = {
    r"\ud83d": "\ufffd",
    r"\uDE00": "\ufffd",
    r"x\ude00\ud83d": "x\ufffd\ufffd",
    r"\ud83d\ud83d\ude00": "\ufffd\N{GRINNING FACE}",
    "\N{SNOWMAN}\\ud83d": "\N{SNOWMAN}\ufffd",
}


@pytest.mark.parametrize("half", HALVES)
def test_half_a_surrogate_pair_of_a_browser_is_replaced(half):
    whole = HALVES[half]
    properties = f'{{"a{half}": ["{half}", {{"b": "{half}"}}]}}'
    kept = {f"a{whole}": [whole, {"b": whole}]}
    url = f"https://a.example/{half}"

    sent = f'{{"k": "a", "u": "{url}", "t": "event", "n": "{half}", "ti": "{half}", "p": {properties}}}'
    hit = beacon.hit(beacon.read_beacon(sent.encode())[0])
    assert (hit.name, hit.texts["title"], hit.url.text, hit.properties) == (
        whole,
        whole,
        f"https://a.example/{whole}",
        kept,
    )

    for props in (properties, json.dumps(properties)):
        sent = f'{{"n": "{half}", "u": "{url}", "d": "a.example", "r": "{half}", "p": {props}}}'
        _, hit, _ = plausible.read_event(sent.encode())
        assert (hit.name, hit.referrer, hit.properties) == (whole, whole, kept)

    sent = f'{{"type": "event", "payload": {{"website": "a", "name": "{half}", "id": "{half}", "data": {properties}}}}}'
    for read in (sent.encode(), *umami.read_batch(f"[{sent}]".encode())):
        hit = umami.hit(umami.read_send(read)[0])
        assert (hit.name, hit.visitor_id, hit.properties) == (whole, whole, kept)


def test_bytes_that_are_half_a_surrogate_pair_are_replaced():
    sent = b'{"k": "a", "u": "https://a.example/", "ti": "x\xed\xa0\xbd"}'
    assert beacon.read_beacon(sent)[0].title == "x\ufffd"


@pytest.mark.parametrize("body", [b"\xff", b'{"k": "\\ud800", "u": NaN}', b'{"k": "\\ud800", "u": 5}', b"[" * 60_000])
def test_other_bodies_are_no_better_for_it(body):
    with pytest.raises(UserError) as caught:
        beacon.read_beacon(body)
    assert caught.value.code == "bad_body"


def test_half_a_surrogate_pair_refuses_its_own_request_of_a_log():
    body = rb'{"api_key": "a", "framework": "\ud800", "requests": [{"path": "/\ud800"}, {"path": "/a"}]}'
    sent, _ = logrequest.read_body(body)
    accepted, refusals = logrequest.raw_requests(sent, SENDER, INTAKE)
    assert [request.endpoint for request in accepted] == ["/a"]
    assert [(row.index, row.code) for row in refusals.listed] == [(0, "bad_text")]


@pytest.mark.parametrize(
    "body",
    [
        rb'{"api_key": "\ud800"}',
        rb'{"requests": ["\ud800"]}',
        rb'["\ud800"]',
        rb'{"api_key": 5, "requests": ["\ud800"]}',
    ],
)
def test_what_is_no_request_log_with_half_a_surrogate_pair(body):
    with pytest.raises(UserError, match="not a request log"):
        logrequest.read_body(body)


ADDRESSES = {
    "203.0.113.7": "203.0.113.7",
    "203.0.113.7:51234": "203.0.113.7",
    "[203.0.113.7]:80": "203.0.113.7",
    "2001:DB8::1": "2001:db8::1",
    "[2001:db8::1]": "2001:db8::1",
    "[2001:db8::1]:443": "2001:db8::1",
    "::ffff:203.0.113.7": "203.0.113.7",
    "[::ffff:203.0.113.7]:80": "203.0.113.7",
}


@pytest.mark.parametrize("sent", ADDRESSES)
def test_ports_and_brackets_are_no_part_of_an_address_on_any_surface(sent):
    address = ADDRESSES[sent]
    assert read_address("ip", sent) == address
    assert of_umami(ip=sent).address == address
    visit = visits.decode(json.dumps({"endpoint": "/", "ip_address": sent}).encode())
    assert raw_request(visit, SENDER, INTAKE).ip_address == address
    log = json.dumps({"api_key": "a", "requests": [{"path": "/", "ip_address": sent}]}).encode()
    (request,), _ = logrequest.raw_requests(logrequest.read_body(log)[0], SENDER, INTAKE)
    assert request.ip_address == address
    counted = {"ts": NOW, "domain": "a.example", "count": 1, "ip_from": sent, "ip_out": sent}
    logs, _ = read_logs(json.dumps({"logs": [counted]}).encode(), SENDER, INTAKE)
    assert (logs.columns.ip_from, logs.columns.ip_out) == ([address], [address])


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        (None, ""),
        ("", ""),
        ("-", ""),
        ("unix:", ""),
        ("203.0.113.7, 10.0.0.1", "203.0.113.7"),
        ("203.0.113.7:80, [2001:db8::1]:80", "2001:db8::1"),
    ],
)
def test_a_field_for_an_address_is_read_as_a_log_s(sent, address):
    assert read_address("ip", sent) == address


@pytest.mark.parametrize("sent", ["here", "300.1.1.1", "203.0.113.7:http", "203.0.113.7, here"])
def test_what_is_no_address_is_refused(sent):
    with pytest.raises(RefusedError) as caught:
        read_address("ip_address", sent)
    assert caught.value.code == "bad_ip_address"
