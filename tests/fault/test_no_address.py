"""No address of a browser is on disk under default settings, spool and logs included, whichever way it came."""

from __future__ import annotations

import json
from ipaddress import ip_address
from pathlib import Path

import pytest
from tests.support.collecting import CHROME, Site
from tests.support.server import Server, running, until

ADDRESSES = ("198.51.100.213", "2001:db8:5a5a:c3c3::d213")
SERVERS_WORD = "203.0.113.197"  # told in a body, by a server that reports for its visitor
STORED = "192.0.2.146"  # told by a server owner about its own traffic: kept by default


def spellings(address: str) -> set[bytes]:
    """As text in every usual spelling, and packed in either order of bytes."""
    found = ip_address(address)
    texts = {address, str(found), found.exploded, found.exploded.replace(":", ""), found.packed.hex()}
    return {text.encode() for text in texts} | {text.upper().encode() for text in texts} | (
        {found.packed, found.packed[::-1]} if found.version == 6 else set()  # four bytes are anywhere by chance
    )  # fmt: skip


def holding(data: Path, *addresses: str) -> set[tuple[str, str]]:
    """Files that hold one of the addresses, and which."""
    wanted = [(address, spelling) for address in addresses for spelling in spellings(address)]
    found = set()
    for file in data.parent.rglob("*"):
        if file.is_file() and (file.is_relative_to(data) or file.suffix == ".log"):
            content = file.read_bytes()
            found |= {(file.name, address) for address, spelling in wanted if spelling in content}
    return found


def report(site: Site, address: str) -> None:
    """One call by every way in that browsers have, each with a good and a bad report."""
    host = site.domains[0]
    url = f"https://{host}/"
    payload = {"website": site.id, "hostname": host, "url": "/"}
    calls: list[tuple[str, str, dict]] = [
        ("POST", "/api/collect", {"json": {"k": site.key, "u": url}}),
        ("POST", "/api/collect", {"json": {"k": site.key, "u": url, "t": "engagement", "e": 5, "sd": 50}}),
        ("POST", "/api/collect", {"json": {"k": site.key, "u": "https://evil.example/"}}),
        ("POST", "/api/collect", {"json": {"k": "ff_site_x", "u": url}}),
        ("GET", "/p.gif", {"params": {"k": site.key, "u": url}}),
        ("POST", "/api/event", {"json": {"n": "pageview", "u": url, "d": host}}),
        ("POST", "/api/event", {"json": {"n": "engagement", "u": url, "d": host, "sd": 1, "e": 1}}),
        ("POST", "/api/event", {"json": {"n": "pageview"}}),
        ("POST", "/api/send", {"json": {"type": "event", "payload": payload}}),
        ("POST", "/api/send", {"json": {"type": "event", "payload": {**payload, "ip": SERVERS_WORD}}}),
        ("POST", "/api/send", {"json": {"type": "performance", "payload": {**payload, "lcp": 5}}}),
        ("POST", "/api/batch", {"json": [{"type": "event", "payload": payload}, {"type": "event"}]}),
    ]
    for method, path, what in calls:
        answer = site.call(method, path, address=address, agent=CHROME, **what)
        assert answer.status_code in {200, 202, 400}, (path, answer.text)
    bulk = {"events": [{"url": url, "ip": address}]}
    assert site.access.post("/api/collect/bulk", json=bulk).status_code == 202


@pytest.mark.slow
def test_no_address_of_a_browser_is_on_disk(tmp_path):
    data = tmp_path / "data"
    with running(data, flush_interval="1") as server:
        site = Site.of(server, "shop", "shop.example")
        for address in ADDRESSES:
            report(site, address)
            assert holding(data, *ADDRESSES, SERVERS_WORD) == set(), "while it is in the spool"
        site.rows(14)
        assert holding(data, *ADDRESSES, SERVERS_WORD) == set(), "once it is in the store"
        server.kill()
        assert holding(data, *ADDRESSES, SERVERS_WORD) == set(), "after a crash"
        server.start()
        assert_that_the_search_finds(server, site, data)


def assert_that_the_search_finds(server: Server, site: Site, data: Path) -> None:
    """A request's address is kept by default: were it not found, neither would be a browser's."""
    visits = {"visits": [{"endpoint": "/", "ip_address": STORED}]}
    assert site.access.post("/api/tracking/visits", content=json.dumps(visits)).status_code == 202
    assert holding(data, STORED)
    until(server.queryable)
