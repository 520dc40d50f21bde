from __future__ import annotations

import pytest

from footfall.collect.exclusions import is_excluded, matches, path_of
from footfall.collect.page_url import PageUrl
from footfall.model.project import Exclusions

PAGE = PageUrl.parse("https://shop.example/admin/users?id=1#top")


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/admin", "/admin", True),
        ("/admin", "/admin/", False),
        ("/admin*", "/admin/users", True),
        ("/admin/*", "/admin", False),
        ("*/edit", "/posts/7/edit", True),
        ("/a*b*c", "/a-b-c", True),
        ("/a*b*c", "/a-c-b", False),
        ("/a*a", "/a", False),
        ("*", "/", True),
        ("/ab*ba", "/aba", False),
        ("/x**y", "/xy", True),
    ],
)
def test_patterns_of_paths(pattern, path, expected):
    assert matches(pattern, path) is expected


def test_many_wildcards_cost_little():
    assert not matches("/" + "a*" * 200 + "b", "/" + "a" * 100_000)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://a.example", "/"),
        ("https://a.example/x/?q=/y#z", "/x/"),
        ("/relative?x", "/relative"),
        ("", "/"),
        ("https://a.example/app#/inbox", "/app#/inbox"),
    ],
)
def test_the_path_is_that_of_figures(url, path):
    assert path_of(PageUrl.parse(url)) == path


@pytest.mark.parametrize("pattern", ["/ünï/café", "/ünï/*", "*/caf%C3%A9", "/%C3%BCn%C3%AF/café"])
@pytest.mark.parametrize("path", ["/ünï/café", "/%C3%BCn%C3%AF/caf%C3%A9"])
def test_a_path_is_excluded_as_it_is_read_and_as_browsers_send_it(pattern, path):
    url = PageUrl.parse(f"https://shop.example{path}")
    expected = "%" not in pattern or "%" in path
    assert is_excluded(Exclusions(paths=(pattern,)), url, "", "") is expected


@pytest.mark.parametrize(
    ("excluded", "address", "country", "expected"),
    [
        (Exclusions(), "192.0.2.1", "DE", False),
        (Exclusions(paths=("/admin/*",)), "192.0.2.1", "DE", True),
        (Exclusions(paths=("/blog/*",)), "192.0.2.1", "DE", False),
        (Exclusions(addresses=("192.0.2.0/24",)), "192.0.2.1", "", True),
        (Exclusions(addresses=("192.0.2.0/24",)), "::ffff:192.0.2.1", "", True),
        (Exclusions(addresses=("192.0.2.0/24", "2001:db8::/32")), "[2001:db8::7]:443", "", True),
        (Exclusions(addresses=("192.0.2.0/24",)), "198.51.100.1", "", False),
        (Exclusions(addresses=("192.0.2.0/24",)), "not an address", "", False),
        (Exclusions(countries=("DE", "FR")), "", "DE", True),
        (Exclusions(countries=("DE", "FR")), "", "", False),
    ],
)
def test_what_is_excluded(excluded, address, country, expected):
    assert is_excluded(excluded, PAGE, address, country) is expected
