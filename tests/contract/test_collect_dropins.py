"""The wire formats of other servers' clients, as they send them, and what the surfaces then show."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.collecting import CHROME, FIREFOX, Site
from tests.support.server import Server, running, until

_names = itertools.count(1)
HOUR = 3600


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("dropins") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture
def site(server) -> Site:
    number = next(_names)
    return Site.of(server, f"site{number}", f"*.apps{number}.example", f"site{number}.example")


# Plausible


def event(site: Site, *, path: str = "/", headers: dict[str, str] | None = None, **fields):
    """As `plausible-tracker` posts it."""
    body = {
        "n": "pageview",
        "u": f"https://{site.domains[1]}{path}",
        "d": site.domains[1],
        "r": None,
        "w": 1280,
        "h": 0,
    }
    text = json.dumps({name: value for name, value in {**body, **fields}.items() if value != "absent"})
    return site.call("POST", "/api/event", content=text, headers={"Content-Type": "text/site", **(headers or {})})


def test_a_page_view_of_plausibles_tracker(site):
    answer = event(site, path="/a?ref=x&token=1#part", r="https://news.example/item?id=1")
    assert (answer.status_code, answer.text) == (202, "ok")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-plausible-dropped" not in answer.headers
    (row,) = site.rows(1)
    host = site.domains[1]
    assert (row["event_type"], row["path"], row["url"]) == ("pageview", "/a", f"https://{host}/a?ref=x")
    assert (row["hostname"], row["referrer"]) == (host, "https://news.example/item?id=1")


@pytest.mark.parametrize(
    ("fields", "name", "path", "properties"),
    [
        ({"n": "Signup", "p": '{"plan": "pro", "n": 1, "none": null}'}, "Signup", "/", {"plan": "pro", "n": 1}),
        ({"n": "Signup", "p": {"plan": "pro"}}, "Signup", "/", {"plan": "pro"}),
        ({"n": "Signup", "m": {"plan": "pro"}}, "Signup", "/", {"plan": "pro"}),
        ({"n": "absent", "name": "Signup", "props": "{}"}, "Signup", "/", None),
        ({"n": "Buy", "$": {"currency": "USD", "amount": "13.29"}}, "Buy", "/", None),
        ({"n": "Buy", "revenue": '{"currency": "USD", "amount": 1322.22}'}, "Buy", "/", None),
        ({"n": "Buy", "$": {}, "i": False, "v": 36}, "Buy", "/", None),
        ({"h": 1, "path": "/app#/inbox?x=1"}, None, "/app#/inbox", None),
        ({"h": 0, "path": "/app#/inbox"}, None, "/app", None),
        ({"h": 1, "path": "/app#settings?x=1"}, None, "/app#settings", None),
        ({"h": "absent", "hashMode": True, "path": "/app#settings"}, None, "/app#settings", None),
        ({"h": 1, "path": "/app#?x=1"}, None, "/app", None),
    ],
)
def test_events_in_short_and_long_names(site, fields, name, path, properties):
    assert event(site, **fields).status_code == 202
    (row,) = site.rows(1)
    assert (row["custom_event_name"], row["path"], row["properties"] or None) == (name, path, properties)


def test_a_currency_that_is_none_is_refused_by_its_name_and_value(site):
    answer = event(site, n="Buy", **{"$": {"amount": 5, "currency": "XXXX"}})
    assert answer.status_code == 400
    ((field, (message,)),) = answer.json()["errors"].items()
    assert (field, "currency" in message, "'XXXX'" in message) == ("revenue", True, True)


@pytest.mark.parametrize(
    ("fields", "rate"),
    [
        ({"i": False}, 1.0),
        ({"interactive": False}, 1.0),
        ({"i": "false"}, 1.0),
        ({"i": 0}, 1.0),
        ({"i": True}, 0.0),
        ({"i": None}, 0.0),
        ({}, 0.0),
    ],
)
def test_an_event_that_is_not_interactive_leaves_a_bounce_a_bounce(site, fields, rate):
    event(site)
    event(site, n="Scrolled", **fields)
    site.rows(2)
    assert site.access.read(f"/api/web-events/{site.access.slug}/kpis")["current"]["bounceRate"] == rate


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"n": "absent"}, {"event_name": ["can't be blank"]}),
        ({"n": "", "u": "absent", "d": "absent"}, {
            "domain": ["can't be blank"], "event_name": ["can't be blank"], "url": ["is required"]}),
        ({"u": "/relative"}, {"url": ["must be a valid url"]}),
        ({"n": "x" * 121}, {"event_name": ["should be at most 120 character(s)"]}),
        ({"p": "{"}, {"props": ["must be a valid JSON string"]}),
        ({"p": [1]}, {"props": ["must be a map"]}),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told_by_field(site, fields, errors):
    answer = event(site, **fields)
    assert (answer.status_code, answer.json()) == (400, {"errors": errors})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_body_that_is_no_json(site):
    answer = site.call("POST", "/api/event", content=b"n=pageview")
    assert answer.status_code == 400
    assert answer.json() == {"errors": {"request": ["Unable to parse request body as json"]}}
    many = event(site, p={str(n): 0 for n in range(65)})
    assert (many.status_code, list(many.json()["errors"])) == (400, ["properties"])


def test_one_event_for_several_projects(server, site):
    other = Site.of(server, f"other{next(_names)}", f"other{next(_names)}.example")
    mine, theirs = site.domains[1], other.domains[0]
    answer = event(site, d=f"{mine}, www.{mine}, {theirs},unknown.example,a.b.{site.domains[0][2:]}")
    assert answer.status_code == 202
    assert (
        answer.headers["x-plausible-dropped"] == "2"
    )  # the other's host is another, and nobody lists the last but one
    assert len(site.rows(1)) == 1  # whichever of its domains are named
    assert other.rows(0) == []


def test_more_domains_than_are_read_are_refused(site):
    names = [f"unknown{number}.example" for number in range(20)]
    assert event(site, d=",".join([*names[:19], site.domains[1]])).headers["x-plausible-dropped"] == "19"
    answer = event(site, d=",".join([*names, site.domains[1]]))
    assert (answer.status_code, answer.json()) == (400, {"errors": {"domain": ["has more than 20 names"]}})
    assert len(site.rows(1)) == 1


def test_a_domain_is_known_as_it_is_read_and_as_browsers_send_it(server):
    name = f"bücher{next(_names)}.example"
    books = Site.of(server, f"books{next(_names)}", name)
    (sent,) = books.domains
    assert sent.startswith("xn--bcher")
    for domain in (name, name.upper(), sent):
        body = {"n": "pageview", "u": f"https://{sent}/", "d": domain}
        answer = books.call("POST", "/api/event", json=body, headers={"Origin": f"https://{sent}"})
        assert "x-plausible-dropped" not in answer.headers, domain
    assert len(books.rows(3)) == 3


# Umami


def send(site: Site, kind: str = "event", *, path: str = "/api/send", headers: dict[str, str] | None = None, **payload):
    """As Umami's tracker posts it."""
    body = {"type": kind, "payload": {"website": site.id, "hostname": site.domains[1], "url": "/", **payload}}
    return site.call("POST", path, json=body, headers=headers or {}, agent=payload.pop("by", CHROME))


def test_a_page_view_of_umamis_tracker(site):
    answer = send(
        site, url="/a?utm_source=mail&x=1", referrer="https://news.example/", title="A", language="ro-RO",
        screen="1920x1080", tag="red"
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert set(answer.json()) == {"cache", "sessionId", "visitId"}
    (row,) = site.rows(1)
    assert (row["event_type"], row["path"], row["url"]) == ("pageview", "/a", "/a?utm_source=mail")
    assert (row["hostname"], row["properties"]) == (site.domains[1], {"tag": "red"})
    for term in ("language:ro-RO", "referrer:news.example", "utm_source:mail", "search:A"):
        assert site.access.read(f"/api/web-events/{site.access.slug}/count", filter=term) == {"count": 1}, term


def test_ids_are_the_visitors_and_the_visits(site):
    first = send(site).json()
    again = send(site, headers={"x-umami-cache": first["cache"]}).json()
    assert (again["sessionId"], again["visitId"]) == (first["sessionId"], first["visitId"])
    old = f"{first['visitId']}.{int(time.time() * 1000) - HOUR * 1000}"
    forged = "not-a-uuid.1"
    for cache in (old, forged, f"x.{'9' * 30}", "."):
        told = send(site, headers={"x-umami-cache": cache}).json()
        assert told["sessionId"] == first["sessionId"], cache
    body = {"type": "event", "payload": {"website": site.id, "hostname": site.domains[1], "url": "/"}}
    other = site.call("POST", "/api/send", json=body, agent=FIREFOX).json()
    assert other["sessionId"] != first["sessionId"]
    assert other["visitId"] != first["visitId"]


def test_an_event_of_umamis_node_package(site):
    body = {
        "type": "event",
        "payload": {"website": site.id, "name": "signup", "data": {"plan": "pro"}, "hostname": site.domains[1]},
    }
    assert site.call("POST", "/api/send", json=body, agent="Mozilla/5.0 Umami/v22.1.0").status_code == 200
    (row,) = site.rows(1)
    assert (row["event_type"], row["custom_event_name"], row["path"]) == ("custom", "signup", "/")
    assert row["properties"] == {"plan": "pro"}


@pytest.mark.parametrize(
    ("origin", "hostname", "reason"),
    [
        (None, None, None),
        (None, "evil.example", "origin"),
        ("https://evil.example", None, "origin"),
        ("null", None, "origin"),
    ],
)
def test_what_names_no_host_and_comes_from_no_page_is_a_servers(site, origin, hostname, reason):
    payload = {"website": site.id, "name": "signup"} | ({"hostname": hostname} if hostname else {})
    headers = {"Origin": origin} if origin else {}
    answer = site.call("POST", "/api/send", json={"type": "event", "payload": payload}, headers=headers)
    assert answer.headers.get("x-footfall-dropped") == reason


def test_what_a_server_says_of_the_visitor_is_taken(site):
    now = int(time.time())
    send(site, id="ada", ip="192.0.2.1", userAgent=FIREFOX, timestamp=now - HOUR, name="buy", data={"revenue": 5})
    (row,) = site.rows(1)
    assert (row["visitor_id"], row["browser_family"]) == ("ada", "Firefox")
    assert row["timestamp"] == datetime.fromtimestamp(now - HOUR, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"website": "prj_unknown"}, "unknown_website"),
        ({"website": "default"}, "unknown_website"),
        ({"website": ""}, "bad_body"),
        ({"url": 5}, "bad_body"),
        ({"url": "javascript://shop.example/%0aalert(1)"}, "bad_url"),
        ({"ip": "here"}, "bad_ip"),
        ({"timestamp": 1}, "timestamp_out_of_range"),
        ({"timestamp": int(time.time()) - 49 * HOUR}, "timestamp_out_of_range"),
        ({"timestamp": int(time.time()) + HOUR}, "timestamp_out_of_range"),
        ({"id": "x" * 129}, "id_too_long"),
        ({"name": "x" * 101}, "bad_name"),
        ({"lcp": -1}, "bad_body"),
    ],
)
def test_umami_events_that_do_not_hold_are_400(site, payload, code):
    answer = send(site, **payload)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_field_of_an_umami_event_that_does_not_hold_is_named_with_its_value(site):
    for payload, told in (
        ({"url": 5}, "payload.url: "),
        ({"lcp": "fast"}, "payload.lcp: "),
        ({"website": []}, "payload.website: "),
    ):
        message = send(site, **payload).json()["error"]["message"]
        ((_, value),) = payload.items()
        assert message.startswith(f"the body is not an event: {told}")
        assert message.endswith(f" (got {value!r})")
    refused = site.call("POST", "/api/send", content=b'{"type": "event", "payload": {"website": 5')
    assert refused.json()["error"]["message"].startswith("the body is not an event: ")


def test_other_types_count_nothing(site):
    assert send(site, "identify", id="ada", data={"plan": "pro"}).headers["x-footfall-dropped"] == "identify"
    assert send(site, "performance", lcp=1200.5, cls=0.02).status_code == 200
    assert send(site, "pageview").status_code == 400
    assert send(site, hostname="evil.example").headers["x-footfall-dropped"] == "origin"
    assert site.rows(0) == []


def test_a_batch_refuses_its_bad_events_only(site):
    good = {"type": "event", "payload": {"website": site.id, "hostname": site.domains[1], "url": "/a"}}
    bad = {"type": "event", "payload": {"website": "nobody"}}
    answer = site.call("POST", "/api/batch", json=[good, bad, 5, good])
    assert answer.status_code == 200
    found = answer.json()
    assert {name: found[name] for name in ("size", "processed", "errors")} == {"size": 4, "processed": 2, "errors": 2}
    assert [item["index"] for item in found["details"]] == [1, 2]
    assert [item["response"]["error"]["code"] for item in found["details"]] == ["unknown_website", "bad_body"]
    assert len(site.rows(2)) == 2
    assert site.call("POST", "/api/batch", json={}).status_code == 400
    assert site.call("POST", "/api/batch", json=[bad] * 1001).status_code == 400
    assert site.call("POST", "/api/batch", json=[]).json()["size"] == 0


# Request logs


def log(site: Site, *requests: dict, **body):
    sent = {"api_key": site.access.token, "framework": "FastAPI", "privacy_level": 0, "requests": requests}
    return site.call("POST", "/api/log-request", json={**sent, **body}, agent="python-requests/2.32")


def logged(**fields) -> dict:
    """As the middleware of version 1.2.5 tells it; times have no offset."""
    request = {
        "hostname": "api.example",
        "ip_address": "192.0.2.7",
        "path": "/items?q=1",
        "user_agent": FIREFOX,
        "method": "GET",
        "status": 200,
        "response_time": 12,
        "user_id": None,
        "created_at": (datetime.now(UTC) - timedelta(minutes=1)).replace(tzinfo=None).isoformat(),
    }
    return {**request, **fields}


def requests_of(site: Site, count: int) -> list[dict]:
    until(site.access.server.queryable)
    path = "/api/tracking/visits"
    until(lambda: len(site.access.read(path)["visits"]) >= count)
    found: list[dict] = site.access.read(path)["visits"]
    assert len(found) == count
    return found


def test_requests_of_an_application(site):
    answer = log(site, logged(), logged(path="/login", method="POST", status=401, user_id="ada"))
    assert (answer.status_code, answer.json()) == (201, {"status": 201, "message": "2 requests stored"})
    rows = {row["endpoint"]: row for row in requests_of(site, 2)}
    assert set(rows) == {"/items", "/login"}
    assert rows["/login"]["method"] == "POST"
    assert rows["/items"]["ip_address"] == "192.0.2.7"


def test_what_is_no_address_is_not_kept(site):
    assert log(site, logged(ip_address="testclient"), logged(ip_address=None, path="/b")).status_code == 201
    assert not any(row["ip_address"] for row in requests_of(site, 2))


@pytest.mark.parametrize("level", [1, 2])
def test_addresses_are_not_kept_where_the_application_says_so(site, level):
    assert log(site, logged(), privacy_level=level).status_code == 201
    (row,) = requests_of(site, 1)
    assert not row["ip_address"]


def test_bad_requests_refuse_themselves_only(site):
    answer = log(site, logged(), logged(status="ok"), logged(created_at="soon"))
    assert answer.status_code == 201
    assert answer.json()["message"].startswith("1 requests stored, 2 refused; the first: requests.1: status: ")
    assert log(site, logged(status=1000)).status_code == 400
    assert log(site).json() == {"status": 201, "message": "0 requests stored"}
    requests_of(site, 1)


def test_the_token_in_the_body_decides(site, server):
    reader = server.project("read")
    for token, status in (("", 401), ("ff_pat_x", 401), (reader.token, 403)):
        assert log(site, logged(), api_key=token).status_code == status
    assert site.call("POST", "/api/log-request", content=b"{}").status_code == 400
    assert requests_of(site, 0) == []
