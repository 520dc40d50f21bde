"""What a project excludes is dropped at once, counted, and never stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.collecting import ADA, Site
from tests.support.server import Server, running

BODY = {"paths": ["/admin/*"], "addresses": ["198.51.100.0/24"], "countries": ["DE"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(
        tmp_path_factory.mktemp("exclusions") / "data", flush_interval="0.2", trusted_proxies="127.0.0.1"
    ) as started:
        yield started


def exclude(server: Server, slug: str, body: Any, status: int = 200) -> Any:
    headers = {"Authorization": f"Bearer {server.admin().token}"}
    answer = server.http.put(f"/api/projects/{slug}/exclusions", headers=headers, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_reports_are_dropped_by_path_and_by_address(server):
    site = Site.of(server, "shop")
    assert exclude(server, "shop", BODY) == BODY
    answers = [
        site.beacon(u="https://shop.example/admin/users?id=1"),
        site.beacon(address="198.51.100.9"),
        site.beacon(u="https://shop.example/administration"),
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert [answer.headers.get("x-footfall-dropped") for answer in answers] == ["excluded", "excluded", None]
    (row,) = site.rows(1)
    assert row["path"] == "/administration"
    dropped = site.access.read("/api/web-events/shop/dropped")["dropped"]
    assert dropped == [{"reason": "excluded", "count": 2}]


def test_lists_are_replaced_whole_and_kept_in_one_spelling(server):
    site = Site.of(server, "blog")
    exclude(server, "blog", BODY)
    found = exclude(server, "blog", {"addresses": ["192.0.2.7", " 2001:DB8::/32 "], "countries": ["fr", "FR"]})
    assert found == {"paths": [], "addresses": ["192.0.2.7/32", "2001:db8::/32"], "countries": ["FR"]}
    headers = {"Authorization": f"Bearer {server.admin().token}"}
    assert server.http.get("/api/projects/blog/exclusions", headers=headers).json() == found
    assert exclude(server, "blog", {}) == {"paths": [], "addresses": [], "countries": []}
    assert site.beacon(u="https://shop.example/admin/users", address=ADA).headers.get("x-footfall-dropped") is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"paths": ["admin"]}, "paths: 'admin'"),
        ({"paths": ["/a\nb"]}, "paths"),
        ({"paths": ["/a?x=1"]}, "paths: '/a?x=1' has a query"),
        ({"paths": ["/" + "x" * 500]}, "paths"),
        ({"addresses": ["10.0.0.1/8"]}, "addresses: '10.0.0.1/8'"),
        ({"addresses": ["shop.example"]}, "addresses"),
        ({"countries": ["Germany"]}, "countries: 'Germany'"),
        ({"paths": ["/x"] * 201}, "paths"),
        ({"agents": ["x"]}, "agents"),
    ],
)
def test_what_does_not_hold_is_refused(server, body, said):
    assert said in exclude(server, "default", body, 400)["error"]["message"]
