from __future__ import annotations

import pytest

from footfall.collect.hosts import bare, host_of, is_allowed


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://shop.example", "shop.example"),
        ("https://WWW.Shop.Example:8443/a@b", "shop.example"),
        ("https://ann:pw@shop.example/", "shop.example"),
        ("https://shop.example@evil.example/", "evil.example"),
        ("https://evil.example\\@shop.example/", "evil.example"),
        ("https://evil.example#@shop.example/", "evil.example"),
        ("https://evil.example?@shop.example/", "evil.example"),
        ("http://[2001:db8::1]:80/", "[2001:db8::1]"),
        ("https://shop.example./", "shop.example"),
        ("https://www.www.example/", "www.example"),
        ("https://Bücher.example./", "xn--bcher-kva.example"),
        ("https://WWW.BÜCHER.example:8443/", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("/path", ""),
        ("shop.example/path", ""),
        ("file:///home", ""),
        ("://x", ""),
        ("null", ""),
        ("", ""),
    ],
)
def test_host_of_a_url(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("shop.example", True),
        ("a.shop.example", False),
        ("apps.example", False),
        ("a.apps.example", True),
        ("a.b.apps.example", True),
        ("xapps.example", False),
        ("xshop.example", False),
        ("", False),
    ],
)
def test_hosts_of_a_project(host: str, allowed: bool) -> None:
    assert is_allowed(("*.apps.example", "shop.example"), host) == allowed


def test_a_bare_host() -> None:
    assert bare("WWW.Shop.example:80") == "shop.example"
    assert bare("www.bücher.example.:80") == bare("xn--bcher-kva.example") == "xn--bcher-kva.example"
