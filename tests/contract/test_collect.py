"""`POST /api/collect`, `GET /p.gif` and `GET /t.js` of a running server."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Iterator

import pytest
from tests.support.collecting import ADA, CHROME, FIREFOX, Site
from tests.support.server import Server, running

_names = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(
        tmp_path_factory.mktemp("collect") / "data", flush_interval="0.2", keep_query="variant, plan"
    ) as started:
        yield started


@pytest.fixture
def site(server) -> Site:
    return Site.of(server, f"open{next(_names)}")


@pytest.fixture
def listed(server) -> Site:
    number = next(_names)
    return Site.of(server, f"listed{number}", f"shop{number}.example", f"*.apps{number}.example")


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_page_view_of_a_browser(site):
    answer = site.beacon(
        u="https://www.shop.example/pricing?utm_source=news&session=secret&gclid=abc&variant=b#plans",
        r="https://www.google.com/search?q=x",
        ti="Pricing",
        w=1920,
        l="de-AT",
        p={"plan": "pro", "n": 2},
    )
    assert (answer.status_code, answer.text) == (202, "ok")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "x-footfall-dropped" not in answer.headers
    (row,) = site.rows(1)
    expected = {
        "event_type": "pageview",
        "path": "/pricing",
        "url": "https://www.shop.example/pricing?utm_source=news&gclid=abc&variant=b",
        "hostname": "www.shop.example",
        "referrer": "https://www.google.com/search?q=x",
        "browser_family": "Chrome",
        "os_family": "Windows",
        "device_type": "desktop",
        "properties": {"plan": "pro", "n": 2},
        "custom_event_name": None,
    }
    assert {name: row[name] for name in expected} == expected
    found = site.access.read(f"/api/web-events/{site.access.slug}/top-referrers")["items"]
    assert [(item["referrer"], item["count"]) for item in found] == [("google.com", 1)]
    for term, count in (("channel:paid", 1), ("language:de-AT", 1), ("utm_source:news", 1), ("search:secret", 0)):
        assert site.access.read(f"/api/web-events/{site.access.slug}/count", filter=term) == {"count": count}, term


def test_an_event_with_its_name_and_revenue(site):
    money = {"currency": "EUR", "amount": "49.90"}
    assert site.beacon(t="event", n="purchase", **{"$": money}).status_code == 202
    (row,) = site.rows(1)
    assert (row["event_type"], row["custom_event_name"], row["path"]) == ("custom", "purchase", "/")


@pytest.mark.parametrize(
    ("url", "path", "kept"),
    [
        ("https://a.example", "/", "https://a.example"),
        ("https://ann:pw@a.example/x?token=1", "/x", "https://a.example/x"),
        ("https://a.example/app?ref=mail&x=1#/inbox?id=5", "/app#/inbox", "https://a.example/app?ref=mail#/inbox"),
        ("https://a.example/app#!/inbox", "/app#!/inbox", "https://a.example/app#!/inbox"),
        ("https://a.example/app#inbox", "/app", "https://a.example/app"),
        ("https://a.example/%C3%A9?&&utm_term=%20", "/%C3%A9", "https://a.example/%C3%A9?utm_term=%20"),
    ],
)
def test_urls_are_cut_before_they_are_stored(site, url, path, kept):
    assert site.beacon(u=url).status_code == 202
    (row,) = site.rows(1)
    assert (row["path"], row["url"]) == (path, kept)


def test_text_packed_or_plain_is_taken_for_json(site):
    body = json.dumps({"k": site.key, "u": "https://a.example/"}).encode()
    for content, headers in (
        (body, {"Content-Type": "text/plain;charset=UTF-8"}),
        (body, {}),
        (gzip.compress(body), {"Content-Encoding": "gzip"}),
    ):
        assert site.call("POST", "/api/collect", content=content, headers=headers).status_code == 202
    assert len(site.rows(3)) == 3


def test_one_browser_is_one_visitor_and_another_is_not(site):
    for path, agent, address in (
        ("/", CHROME, ADA),
        ("/a", CHROME, ADA),
        ("/", FIREFOX, ADA),
        ("/", CHROME, "192.0.2.9"),
    ):
        site.beacon(u=f"https://a.example{path}", agent=agent, address=address)
    rows = site.rows(4)
    assert len({row["visitor_id"] for row in rows}) == 3
    assert len({row["session_id"] for row in rows}) == 3


def test_an_address_that_a_client_makes_up_changes_neither_visitor_nor_country(site):
    """Headers are read from the right, up to the first address that is no trusted proxy's."""
    for address in (ADA, f"198.51.100.4, {ADA}", f"127.0.0.1, 10.0.0.1, {ADA}", f"none, 81.2.69.142, {ADA}"):
        site.beacon(address=address)
    rows = site.rows(4)
    assert len({(row["visitor_id"], row["country_code"]) for row in rows}) == 1
    site.beacon(address="81.2.69.142")
    assert len({(row["visitor_id"], row["country_code"]) for row in site.rows(5)}) == 2


def test_an_event_that_is_not_interactive_leaves_a_bounce_a_bounce(site):
    site.beacon()
    site.beacon(t="event", n="scrolled", i=False)
    site.rows(2)
    path = f"/api/web-events/{site.access.slug}/kpis"
    assert site.access.read(path)["current"]["bounceRate"] == 1.0
    site.beacon(t="event", n="signup", i=True)
    site.rows(3)
    assert site.access.read(path)["current"]["bounceRate"] == 0.0


def test_a_preflight_is_answered_for_a_day(site):
    for path in ("/api/collect", "/p.gif", "/t.js"):
        answer = site.call("OPTIONS", path, headers={"Origin": "https://a.example"})
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-max-age"] == "86400"
        assert answer.headers["access-control-allow-headers"] == "Content-Type, x-umami-cache"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"k": "ff_site_nobodys"}, "unknown_site_key"),
        ({"k": "default"}, "unknown_site_key"),
        ({"k": None}, "bad_body"),
        ({"u": "/pricing"}, "bad_url"),
        ({"u": ""}, "bad_url"),
        ({"u": "file:///home/ada/page.html"}, "bad_url"),
        ({"u": "javascript://shop.example/%0aalert(1)"}, "bad_url"),
        ({"t": "click"}, "bad_body"),
        ({"t": "event"}, "bad_name"),
        ({"t": "event", "n": ""}, "bad_name"),
        ({"t": "event", "n": "x" * 101}, "bad_name"),
        ({"p": ["a"]}, "bad_body"),
        ({"p": {str(n): 0 for n in range(65)}}, "too_many_properties"),
        ({"p": {"a": "x" * 4097}}, "text_too_long"),
        ({"w": -1}, "bad_body"),
        ({"t": "engagement", "sd": 101}, "bad_body"),
        ({"t": "engagement", "v": {"lcp": "fast"}}, "bad_body"),
        ({"t": "event", "n": "buy", "$": {"amount": "much", "currency": "EUR"}}, "bad_revenue"),
    ],
)
def test_what_does_not_hold_is_400_and_stores_nothing(site, fields, reason):
    answer = site.beacon(**fields)
    assert code(answer) == (400, reason)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert site.rows(0) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"w": -1}, "w: Expected `float` >= 0.0 (got -1)"),
        ({"t": "engagement", "v": {"lcp": "fast"}}, "v.lcp: Expected `float | null`, got `str` (got 'fast')"),
        ({"t": "click"}, "t: Invalid enum value 'click' (got 'click')"),
        ({"p": ["a"]}, "p: Expected `object | null`, got `array` (got ['a'])"),
        ({"k": None}, "k: Expected `str`, got `null` (got None)"),
    ],
)
def test_what_does_not_fit_is_told_with_its_field_and_value(site, fields, said):
    assert site.beacon(**fields).json()["error"]["message"] == f"the body is not a report: {said}"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"t": "event", "n": "x" * 101}, "n: a custom event needs 1 to 100 characters, not 101"),
        ({"t": "event", "n": "buy", "$": {"amount": "much", "currency": "EUR"}}, "$: 'much' is not an amount"),
        ({"p": {str(n): 0 for n in range(65)}}, "p: "),
        ({"u": "javascript://shop.example/%0aalert(1)"}, "u: "),
    ],
)
def test_what_is_over_a_limit_is_told_by_the_name_that_was_sent(site, fields, said):
    assert site.beacon(**fields).json()["error"]["message"].startswith(said)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"k": "\\ud800", "u": "https://a.example/"}'])
def test_bodies_that_are_no_report_are_400(site, body):
    answer = site.call("POST", "/api/collect", content=body)
    assert answer.status_code == 400
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_body_over_64_kib_is_413(site):
    for content, headers in ((b" " * (65 << 10), {}), (gzip.compress(b" " * (65 << 10)), {"Content-Encoding": "gzip"})):
        answer = site.call("POST", "/api/collect", content=content, headers=headers)
        assert code(answer) == (413, "too_large")
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("host", "origin", "kept"),
    [
        ("shop{n}.example", None, True),
        ("www.shop{n}.example", None, True),
        ("SHOP{n}.example:8080", "https://www.shop{n}.example:8080", True),
        ("a.b.apps{n}.example", "https://shop{n}.example", True),
        ("apps{n}.example", None, False),
        ("blog.shop{n}.example", None, False),
        ("evilshop{n}.example", None, False),
        ("shop{n}.example.evil.example", None, False),
        ("shop{n}.example@evil.example", None, False),
        ("shop{n}.example", "https://evil.example", False),
        ("shop{n}.example", "null", False),
    ],
)
def test_hosts_that_a_project_does_not_list_are_left_out(listed, host, origin, kept):
    number = listed.access.slug.removeprefix("listed")
    headers = {"Origin": origin.format(n=number)} if origin else {}
    answer = listed.beacon(u=f"https://{host.format(n=number)}/", headers=headers)
    assert (answer.status_code, answer.text) == (202, "ok")
    assert answer.headers.get("x-footfall-dropped") == (None if kept else "origin")
    assert len(listed.rows(int(kept))) == kept


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Sec-Purpose": "prefetch;prerender"}, "prefetch"),
        ({"Purpose": "prefetch"}, "prefetch"),
        ({"X-Moz": "prefetch"}, "prefetch"),
        ({"Sec-GPC": "1"}, None),
        ({"DNT": "1"}, None),
    ],
)
def test_what_nobody_has_seen_is_left_out(site, headers, reason):
    assert site.beacon(headers=headers).headers.get("x-footfall-dropped") == reason


def test_a_wish_is_honoured_where_the_operator_says_so(tmp_path):
    with running(tmp_path / "data", opt_out="gpc,dnt") as server:
        site = Site.of(server, "shop")
        for headers in ({"Sec-GPC": "1"}, {"DNT": "1"}):
            assert site.beacon(headers=headers).headers["x-footfall-dropped"] == "opt-out"
        assert site.beacon(headers={"DNT": "0"}).headers.get("x-footfall-dropped") is None


def test_programs_are_stored_and_kept_apart(site):
    for agent in (CHROME, "curl/8.5.0", "", "Mozilla/5.0 (compatible; GPTBot/1.2)"):
        assert site.beacon(agent=agent).status_code == 202
    site.rows(1)
    assert site.access.read(f"/api/web-events/{site.access.slug}/count", bots="1") == {"count": 4}


def test_the_pixel_counts_the_page_that_embeds_it(site):
    for params, headers in (
        ({"k": site.key}, {"Referer": "https://shop.example/plain?token=1"}),
        ({"k": site.key, "u": "https://shop.example/é", "r": "https://news.example/", "w": "800"}, {}),
        (
            {"k": site.key, "u": "https://shop.example/x", "t": "event", "n": "seen"},
            {"Referer": "https://other.example/"},
        ),
    ):
        answer = site.call("GET", "/p.gif", params=params, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/gif"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.content.startswith(b"GIF89a")
    rows = {row["path"]: row for row in site.rows(3)}
    assert set(rows) == {"/plain", "/é", "/x"}
    assert rows["/plain"]["url"] == "https://shop.example/plain"
    assert rows["/x"]["custom_event_name"] == "seen"


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({}, True),
        ({"Referer": "https://www.shop{n}.example/page"}, True),
        ({"Referer": "https://evil.example/page"}, False),
        ({"Referer": "https://evil.example/?https://shop{n}.example/"}, False),
        ({"Referer": "about:blank"}, True),
        ({"Referer": "https://shop{n}.example/", "Origin": "https://evil.example"}, False),
        ({"Referer": "https://evil.example/", "Origin": "https://shop{n}.example"}, True),
    ],
)
def test_a_pixel_in_a_page_of_another_host_is_left_out(listed, headers, kept):
    number = listed.access.slug.removeprefix("listed")
    filled = {name: text.format(n=number) for name, text in headers.items()}
    params = {"k": listed.key, "u": f"https://shop{number}.example/mail"}
    answer = listed.call("GET", "/p.gif", params=params, headers=filled)
    assert (answer.status_code, answer.headers.get("x-footfall-dropped")) == (200, None if kept else "origin")
    assert len(listed.rows(int(kept))) == kept


def test_a_report_s_referer_is_not_asked(listed):
    """Its browser sends an Origin; what sends none is a server, which may pass a Referer on."""
    assert (
        "x-footfall-dropped"
        not in listed.beacon(
            u=f"https://shop{listed.access.slug.removeprefix('listed')}.example/",
            headers={"Referer": "https://evil.example/"},
        ).headers
    )


def test_why_something_was_left_out_is_for_scripts_to_read(listed):
    body = {"n": "pageview", "u": "https://evil.example/", "d": "nobodys.example"}
    payload = {"website": listed.id, "hostname": "evil.example", "url": "/"}
    for answer, names in (
        (listed.beacon(u="https://evil.example/"), {"x-footfall-dropped"}),
        (
            listed.call("GET", "/p.gif", params={"k": listed.key, "u": "https://evil.example/"}),
            {"x-footfall-dropped"},
        ),
        (listed.call("POST", "/api/event", json=body), {"x-footfall-dropped", "x-plausible-dropped"}),
        (listed.call("POST", "/api/send", json={"type": "event", "payload": payload}), {"x-footfall-dropped"}),
    ):
        assert names <= answer.headers.keys()
        exposed = answer.headers.get_list("access-control-expose-headers", split_commas=True)
        assert names <= {name.strip().lower() for name in exposed}


def test_a_pixel_that_counts_nothing_is_still_an_image(site):
    for params, headers, status, name, text in (
        ({"k": site.key}, {}, 400, "x-footfall-error", "u: "),
        ({"k": "ff_site_x", "u": "https://a.example/"}, {}, 400, "x-footfall-error", "k: "),
        ({"u": "https://a.example/"}, {}, 400, "x-footfall-error", "the query"),
        ({"k": site.key, "u": "https://a.example/"}, {"Sec-GPC": "1"}, 200, "x-footfall-dropped", "opt-out"),
    ):
        answer = site.call("GET", "/p.gif", params=params, headers=headers)
        assert answer.status_code == status
        assert answer.headers[name].startswith(text)
        assert answer.content.startswith(b"GIF89a")
    assert site.rows(0) == []


def test_the_tracker_is_served_to_any_page(site):
    answer = site.call("GET", "/t.js", headers={"Origin": "https://a.example"})
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    if answer.status_code == 404:
        assert answer.text.startswith("// The tracker is not part of this installation")
        assert answer.headers["cache-control"] == "no-store"
        return
    assert answer.headers["cache-control"].startswith("public, max-age=3600")
    tag = answer.headers["etag"]
    again = site.call("GET", "/t.js", headers={"If-None-Match": f'W/"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/t.js", "/t-vitals.js", "/p.gif"])
def test_head_is_get_without_the_body(site, path):
    params = {"k": site.key, "u": "https://a.example/"} if path == "/p.gif" else {}
    got = site.call("GET", path, params=params)
    asked = site.call("HEAD", path, params=params)
    assert (asked.status_code, asked.content) == (got.status_code, b"")
    assert fixed(asked) == fixed(got)
    assert len(site.rows(int(path == "/p.gif"))) == (path == "/p.gif")  # only the GET counts


def fixed(answer) -> dict[str, str]:
    return {name: text for name, text in answer.headers.items() if name != "date"}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("br, GZIP ;q=0.5", "gzip"),
        ("gzip;q=0.05", "gzip"),
        ("deflate,gzip, br", "gzip"),
        ("gzip;q=0, br", None),
        ("gzip; q=0.00", None),
        ("x-gzip", None),
        ("gzipped", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_tracker_is_packed_for_those_who_take_it(site, accepted, encoding):
    answer = site.call("GET", "/t.js", headers={"Accept-Encoding": accepted})
    if answer.status_code == 404:
        pytest.skip("the tracker is not built")
    plain = site.call("GET", "/t.js", headers={"Accept-Encoding": "identity"})
    assert (answer.headers.get("content-encoding"), answer.headers["vary"]) == (encoding, "Accept-Encoding")
    assert answer.content == plain.content  # the client unpacks
    assert (int(answer.headers["content-length"]) < len(plain.content)) == bool(encoding)
    assert (answer.headers["etag"] != plain.headers["etag"]) == bool(encoding)
    headers = {"Accept-Encoding": accepted, "If-None-Match": answer.headers["etag"]}
    again = site.call("GET", "/t.js", headers=headers)
    assert (again.status_code, again.headers["vary"]) == (304, "Accept-Encoding")
    stale = {**headers, "If-None-Match": '"0123456789abcdef"'}
    assert site.call("GET", "/t.js", headers=stale).status_code == 200


def test_other_methods_are_405(site):
    assert site.call("GET", "/api/collect").status_code == 405
