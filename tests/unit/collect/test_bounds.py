"""What anyone sends without a token: cut before it is cached, spooled, or taken apart."""

from __future__ import annotations

import msgspec
import polars as pl
import pytest

from footfall.collect import address, hosts
from footfall.collect.browser import rows
from footfall.collect.formats import logrequest
from footfall.collect.hit import Hit
from footfall.collect.intake import Intake, Sender
from footfall.collect.page_url import PageUrl
from footfall.collect.privacy import Place
from footfall.errors import UserError
from footfall.ids import IdSource
from footfall.model.project import Project

NOW = 1_780_000_000_000
SENDER = Sender(1, NOW, "192.0.2.1", "agent")
LONG = "x" * 60_000


class Nobody:
    def visitor(self, *_: object) -> int:
        return 7

    def present(self, *_: object) -> int:
        return 7

    def visitors(self, *_: object) -> pl.Series:
        raise NotImplementedError

    def place(self, _: str) -> Place:
        return Place()

    def places(self, _: pl.Series) -> pl.DataFrame:
        raise NotImplementedError


INTAKE = Intake(IdSource(lambda: NOW), Nobody(), Nobody())
PROJECT = Project(1, "prj_1", "shop", "", domains=())


@pytest.mark.parametrize("kind", ["pageview", "engagement"])
@pytest.mark.parametrize(
    "url",
    [
        PageUrl.parse(f"https://a.test/{LONG}"),
        PageUrl.parse(f"https://a.test/{LONG}#/x", fragment_is_route=True),
        PageUrl.parse(f"/#/{LONG}", hostname=LONG),
    ],
    ids=["absolute", "route", "path"],
)
def test_texts_are_cut_before_the_spool(kind: str, url: PageUrl) -> None:
    texts = {"title": LONG, "language": LONG, "screen": LONG}
    (row,) = rows(Hit(url, kind, "", LONG, texts, user_agent=LONG), PROJECT, SENDER, INTAKE, "").rows
    stored = [value for value in msgspec.structs.asdict(row).values() if isinstance(value, str)]
    assert max(map(len, stored)) <= 4_096
    assert len(msgspec.msgpack.encode(row)) < 12_000


def test_long_texts_are_not_remembered() -> None:
    before = address._packed.cache_info().currsize
    assert [address.packed(f"{number}{LONG}") for number in range(10)] == [None] * 10
    assert address._packed.cache_info().currsize == before
    assert address.packed("2001:db8:0:0:0:0:0:1%eth0") == address.packed("2001:db8::1")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (f"https://Shop.example/{LONG}", "shop.example"),
        (f"https://shop.example?{LONG}", "shop.example"),
        (f"https://{LONG}", ""),
        (f"https://{'a' * 380}.shop.example/", ""),
        (f"https://{'a' * 300}.shop.example/", ""),
        (f"https://{LONG}@shop.example/", ""),
    ],
)
def test_hosts_of_long_urls(url: str, host: str) -> None:
    assert hosts.host_of(url) == host


def test_a_request_log_is_taken_apart_only_up_to_its_bound() -> None:
    for requests in (b"1," * 1_000_000 + b"1", b"{}," * logrequest.MAX_REQUESTS + b"{}"):
        body, _ = logrequest.read_body(b'{"api_key": "x", "requests": [' + requests + b"]}")
        assert isinstance(body.requests, msgspec.Raw), "not before the token is known to hold"
        with pytest.raises(UserError, match=f"requests: more than {logrequest.MAX_REQUESTS}"):
            logrequest.raw_requests(body, SENDER, INTAKE)
    body, _ = logrequest.read_body(b'{"api_key": "x", "requests": {}}')
    with pytest.raises(UserError, match="requests: "):
        logrequest.raw_requests(body, SENDER, INTAKE)
