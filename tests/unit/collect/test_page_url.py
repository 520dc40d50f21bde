from __future__ import annotations

import pytest

from footfall.collect.page_url import PageUrl, kept_url

NAMES = frozenset({"ref", "gclid"})


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
    assert PageUrl.parse(url, fragment_is_route=False).kept(NAMES) == kept
    assert PageUrl.parse(url, fragment_is_route=True).kept(NAMES) == (with_route or kept)


@pytest.mark.parametrize(
    ("url", "path", "route"),
    [
        ("https://a.example", "", ""),
        ("https://a.example/x?y", "", ""),
        ("https://a.example?x#y", "/#y", "#y"),
        ("https://a.example/x#", "/x", ""),
        ("https://a.example/x#?y=1", "/x", ""),
        ("https://a.example/x/?y#z", "/x/#z", "#z"),
        ("https://a.example\\x/y#z", "\\x/y#z", "#z"),
        ("/x?y#/z?q", "/x#/z", "#/z"),
        ("://x#z", "://x#z", "#z"),
        ("https://a.example/x#!/z#q", "/x#!/z#q", "#!/z#q"),
    ],
)
def test_path_and_route_where_the_client_says_that_fragments_count(url: str, path: str, route: str) -> None:
    page = PageUrl.parse(url, fragment_is_route=True)
    assert (page.path, page.route) == (path, route)
    page = PageUrl.parse(url, fragment_is_route=False)
    assert (page.path, page.route) == ("", "")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://a.example/x#/y", "/x#/y"),
        ("/x#!/y", "/x#!/y"),
        ("https://a.example/x#y", ""),
        ("https://a.example/x#!y", ""),
        ("https://a.example/x#", ""),
        ("https://a.example/#y#/z", ""),
        ("https://a.example//y", ""),
    ],
)
def test_a_fragment_that_looks_like_a_route(url: str, path: str) -> None:
    assert PageUrl.parse(url).path == path


@pytest.mark.parametrize(
    ("url", "sent", "host", "hostname"),
    [
        ("https://www.a.example/x", "", "a.example", ""),
        ("https://www.a.example/x", "b.example", "a.example", ""),
        ("/x", "WWW.B.example:80", "b.example", "WWW.B.example:80"),
        ("/x#/y", "b.example", "b.example", "b.example"),
        ("/x", "b" * 300, "", "b" * 300),
        ("/x", "", "", ""),
    ],
)
def test_the_host_of_a_page(url: str, sent: str, host: str, hostname: str) -> None:
    page = PageUrl.parse(url, hostname=sent)
    assert (page.host, page.hostname) == (host, hostname)
