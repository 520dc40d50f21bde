from __future__ import annotations

import pytest

from footfall.collect.hosts import bare, host_of, is_allowed
from footfall.collect.kept_urls import is_route, kept_url, path_of, route_of

NAMES = frozenset({"ref", "gclid"})


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


@pytest.mark.parametrize(
    ("url", "kept", "with_route"),
    [
        ("https://a.example/x", "https://a.example/x", None),
        ("https://a.example/x?", "https://a.example/x", None),
        ("https://a.example/x?token=1", "https://a.example/x", None),
        ("https://a.example/x?a=1&utm_source=n&ref=r&b&gclid", "https://a.example/x?utm_source=n&ref=r&gclid", None),
        ("https://a.example/x?UTM_source=1&refs=2&xutm_=3", "https://a.example/x", None),
        ("https://a.example/x?utm%5Fsource=n&r%65f=1&to%6Ben=2", "https://a.example/x?utm%5Fsource=n&r%65f=1", None),
        ("https://a.example/?ref=a?b=c", "https://a.example/?ref=a?b=c", None),
        ("https://ann@a.example/b@c?x", "https://a.example/b@c", None),
        ("https://a.example/x#part?ref=1", "https://a.example/x", "https://a.example/x#part"),
        ("https://a.example/x?y=1#/in?box#z", "https://a.example/x", "https://a.example/x#/in"),
        ("/x?token=1&ref=2#/y", "/x?ref=2", "/x?ref=2#/y"),
        ("https://a.example#!/y", "https://a.example", "https://a.example#!/y"),
        ("", "", None),
    ],
)
def test_what_is_kept_of_a_url(url: str, kept: str, with_route: str | None) -> None:
    assert kept_url(url, NAMES) == kept
    assert kept_url(url, NAMES, route=True) == (with_route or kept)


@pytest.mark.parametrize(
    ("url", "path", "route"),
    [
        ("https://a.example", "/", ""),
        ("https://a.example?x#y", "/", "#y"),
        ("https://a.example/x#?y=1", "/x", ""),
        ("https://a.example/x/?y", "/x/", ""),
        ("https://a.example\\x/y", "\\x/y", ""),
        ("/x?y#/z?q", "/x", "#/z"),
        ("https://a.example/x#!/z", "/x", "#!/z"),
    ],
)
def test_path_and_fragment(url: str, path: str, route: str) -> None:
    assert (path_of(url), route_of(url)) == (path, route)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x#/y", True),
        ("/x#!/y", True),
        ("https://a.example/x#y", False),
        ("https://a.example/x#!y", False),
        ("https://a.example/x#", False),
        ("https://a.example/#y#/z", False),
        ("https://a.example//y", False),
    ],
)
def test_a_fragment_that_looks_like_a_route(url: str, expected: bool) -> None:
    assert is_route(url) == expected
