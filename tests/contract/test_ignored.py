"""Names that a surface does not know change nothing, and whoever sends them is told."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from tests.support.collecting import Site
from tests.support.server import Server, running, until

from footfall.api.application import READING
from footfall.api.parameters import parameters

HEADER = "x-footfall-ignored"
PAGE_VIEW = {"event_name": "page_view", "category": "page_view"}
VISIT = {"endpoint": "/", "ip_address": "192.0.2.1"}
LOG = {"ts": "2026-03-15 10:15:00", "domain": "shop.example", "count": 1}

_names = itertools.count()


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("ignored") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture
def site(server) -> Site:
    number = next(_names)
    return Site.of(server, f"told{number}", f"told{number}.example")


def post(site: Site, path: str, body: dict, status: int) -> dict:
    answer = site.access.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else {}


def test_bulk_tells_and_stores(site):
    event = {"url": "https://a.example/x", "visitorId": "ada", "timestmp": 1, "props": {"plan": "pro"}}
    told = post(site, "/api/collect/bulk", {"events": [event, event], "zzz": 1}, 202)
    assert told["ignored"] == ["zzz", "visitorId", "timestmp", "props"]
    assert told["hints"] == [
        "visitorId: did you mean visitor_id?",
        "timestmp: did you mean timestamp?",
        "props: did you mean properties?",
    ]
    known = {"accepted": 2, "rejected": [], "rejected_total": 0}
    assert {name: told[name] for name in known} == known
    assert {row["path"] for row in site.rows(2)} == {"/x"}
    assert post(site, "/api/collect/bulk", {"events": [{"path": "/"}]}, 202).keys() == known.keys()


def test_lines_and_objects_within_are_read_too(site):
    lines = b'{"path": "/", "foo": 1}\n{"path": "/", "revenue": {"amount": 1, "curency": "EUR"}}\n'
    headers = {"Content-Type": "application/x-ndjson"}
    told = site.access.post("/api/collect/bulk", content=lines, headers=headers).json()
    assert told["ignored"] == ["foo", "revenue.curency"]
    assert told["hints"] == ["revenue.curency: did you mean currency?"]


def test_at_most_twenty_names_are_told(site):
    names = {f"field{number}": 1 for number in range(30)}
    assert len(post(site, "/api/collect/bulk", {"events": [{"path": "/", **names}]}, 202)["ignored"]) == 20


def test_events_tell_and_say_that_a_page_is_missing(site):
    told = post(site, "/api/v1/analytics", {**PAGE_VIEW, "url": "https://a.example/"}, 200)
    assert told["ignored"] == ["url"]
    assert told["hints"][0] == "url: did you mean page_url?"
    assert told["hints"][1].startswith("page_url: a page_view without it")
    body = {"events": [PAGE_VIEW, {"event_name": "a", "sessionId": "s"}], "clientId": "c"}
    told = post(site, "/api/v1/analytics/batch", body, 200)
    assert told["ignored"] == ["clientId", "sessionId"]
    assert len(told["hints"]) == 3
    fine = post(site, "/api/v1/analytics", {**PAGE_VIEW, "page_url": "https://a.example/"}, 200)
    assert fine.keys() == {"success", "event_id", "message", "timestamp"}


def test_a_repeated_key_gets_the_first_answer(site):
    headers = {"Idempotency-Key": "k"}
    answers = [
        site.access.post("/api/v1/analytics", json={"event_name": "a", **more}, headers=headers).text
        for more in ({"foo": 1}, {})
    ]
    assert '"ignored":["foo"]' in answers[0]
    assert answers[0] == answers[1]


def test_visits_and_request_logs_tell(site):
    assert post(site, "/api/tracking/visits", {"visits": [{**VISIT, "duration": 3}]}, 202)["ignored"] == ["duration"]
    body = {"api_key": site.access.token, "requests": [{"path": "/", "statuscode": 200}], "version": "1"}
    assert site.call("POST", "/api/log-request", json=body).json()["ignored"] == ["version", "statuscode"]


def test_answers_that_are_no_object_tell_in_a_header(site):
    ingested = site.access.post("/analytics/ingest", json={"logs": [{**LOG, "region": "eu", "wörker": 1}]})
    assert (ingested.status_code, ingested.headers[HEADER]) == (204, "region, w%C3%B6rker")
    beacon = site.beacon(visitor="ada")
    assert (beacon.text, beacon.headers[HEADER]) == ("ok", "visitor")
    assert "X-Footfall-Ignored" in beacon.headers["access-control-expose-headers"]
    pixel = site.call("GET", "/p.gif", params={"k": site.key, "u": f"https://{site.domains[0]}/", "cb": "1"})
    assert (pixel.status_code, pixel.headers[HEADER]) == (200, "cb")
    plausible = {"n": "pageview", "u": f"https://{site.domains[0]}/", "d": site.domains[0], "visitor": 1}
    assert site.call("POST", "/api/event", json=plausible).headers[HEADER] == "visitor"


def test_umamis_answers_are_objects(site):
    payload = {"website": site.id, "hostname": site.domains[0], "url": "/", "tille": "x"}
    sent = {"type": "event", "payload": payload}
    assert site.call("POST", "/api/send", json=sent).json()["ignored"] == ["payload.tille"]
    assert site.call("POST", "/api/batch", json=[sent, sent]).json()["ignored"] == ["payload.tille"]


def test_what_known_clients_send_is_known(site):
    """Our tracker's `h`, the versions and flags of Plausible's, and the cache of Umami's."""
    host = site.domains[0]
    event = {"n": "pageview", "u": f"https://{host}/", "d": host, "r": None, "w": 1, "h": 1, "v": 32, "i": False}
    payload = {"website": site.id, "hostname": host, "url": "/", "screen": "1x1", "language": "en", "tag": "a"}
    for answer in (
        site.beacon(h=1, tz="Europe/Bucharest", w=1920, l="en", ti="", r=""),
        site.call("POST", "/api/event", json=event),
        site.call("POST", "/api/send", json={"type": "event", "payload": payload, "cache": "x"}),
    ):
        assert answer.is_success
        assert HEADER not in answer.headers
        assert "ignored" not in answer.text


@pytest.mark.parametrize(
    ("path", "body", "status", "text"),
    [
        ("/api/collect/bulk", {"events": [{"path": "/", "visitorId": "a"}]}, 400, "did you mean visitor_id?"),
        ("/api/tracking/visits", {"visits": [{**VISIT, "refrer": "a"}]}, 400, "did you mean referer?"),
        ("/api/v1/analytics", {"event_name": "a", "url": "b"}, 422, "did you mean page_url?"),
        ("/api/v1/analytics", PAGE_VIEW, 422, "page_url"),
        ("/api/v1/analytics/batch", {"events": [PAGE_VIEW]}, 422, "page_url"),
        ("/analytics/ingest", {"logs": [{**LOG, "bytesSent": 1}]}, 422, "did you mean bytes_sent?"),
    ],
)
def test_strict_bodies_are_refused(site, path, body, status, text):
    answer = site.access.post(f"{path}?strict=1", json=body)
    assert (answer.status_code, text in answer.text) == (status, True), answer.text
    assert site.access.post(f"{path}?strict=0", json=body).is_success


def test_a_strict_refusal_names_its_place(site):
    body = {"events": [{"event_name": "a"}, {"event_name": "b", "url": "x"}]}
    (fault,) = site.access.post("/api/v1/analytics/batch?strict=1", json=body).json()["detail"]
    assert (fault["type"], fault["loc"], fault["input"]) == ("extra_forbidden", ["body", "events", 1, "url"], "x")
    logs = {"logs": [LOG, {**LOG, "bytesSent": {"a": [1]}}]}
    (fault,) = site.access.post("/analytics/ingest?strict=1", json=logs).json()["detail"]
    assert (fault["loc"], fault["input"]) == (["body", "logs", 1, "bytesSent"], {"a": [1]})


def test_public_endpoints_can_be_strict(site):
    host = site.domains[0]
    payload = {"website": site.id, "hostname": host, "url": "/", "tille": "x"}
    sent = {"type": "event", "payload": payload}
    for path, body in (
        ("/api/collect", {"k": site.key, "u": f"https://{host}/", "visitor": 1}),
        ("/api/event", {"n": "pageview", "u": f"https://{host}/", "d": host, "visitor": 1}),
        ("/api/send", sent),
        ("/api/batch", [sent]),
        ("/api/log-request", {"api_key": site.access.token, "requests": [{"path": "/"}], "x": 1}),
    ):
        answer = site.call("POST", f"{path}?strict=1", json=body)
        assert (answer.status_code, "unknown_field" in answer.text) == (400, True), (path, answer.text)


def test_parameters_that_do_not_count_are_named(site):
    path = f"/api/web-events/{site.access.slug}"
    answer = site.access.get(f"{path}/kpis", params={"Range": "7d", "range": "1h", "strict": "0"})
    assert (answer.status_code, answer.headers[HEADER]) == (200, "Range")
    assert HEADER not in site.access.get(f"{path}/kpis", params={"range": "7d", "timezone": "UTC"}).headers
    for params, named in (
        ({"from": "2026-06-01"}, "from"),
        ({"from": "soon", "to": "2026-06-01"}, "from, to"),
        ({"from": "2026-06-01", "to": "2026-06-02"}, None),
    ):
        assert site.access.get(f"{path}/count", params=params).headers.get(HEADER) == named
        visitor = site.access.get(f"{path}/visitor/nobody", params=params)
        assert (visitor.status_code, visitor.headers.get(HEADER)) == (404, named)


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/v1/analytics/stats", {}),
        ("/api/v1/analytics/health", {}),
        ("/api/web-events/{slug}/top-pages", {}),
        ("/api/web-events/{slug}/export", {}),
        ("/api/tracking/summary", {}),
        ("/v2/apps/{slug}/network/analytics", {}),
        ("/analytics/domains", {"from": "2026-03-15", "to": "2026-03-16"}),
    ],
)
def test_every_reading_surface_names_and_refuses(site, path, shape):
    path = path.format(slug=site.access.slug)
    named = site.access.get(path, params={**shape, "preiod": "day"})
    assert (named.status_code, named.headers.get(HEADER)) == (200, "preiod")
    refused = site.access.get(path, params={**shape, "preiod": "day", "strict": "1"})
    assert (refused.status_code, "preiod is not known" in refused.text) == (400, True), refused.text
    assert site.access.get(path, params={**shape, "strict": "1"}).status_code == 200


def test_a_strict_range_must_count(site):
    path = f"/api/web-events/{site.access.slug}/kpis"
    answer = site.access.get(path, params={"from": "2026-06-01", "strict": "1"})
    assert (answer.status_code, answer.json()["error"]["message"].startswith("from: ")) == (400, True)


def test_writing_endpoints_name_parameters(site):
    body = {"event_name": "a"}
    answer = site.access.post(f"/api/v1/analytics?project={site.access.slug}&dry_run=1", json=body)
    assert (answer.status_code, answer.headers[HEADER]) == (200, "dry_run")
    refused = site.access.post("/api/v1/analytics?projct=a&strict=1", json=body)
    assert (refused.status_code, "did you mean project?" in refused.text) == (400, True)
    assert site.access.post("/api/v1/analytics?strict=perhaps", json=body).status_code == 400
    assert site.call("POST", "/api/send?debug=1", json={}).status_code == 400
    named = site.call("POST", "/api/collect?debug=1", json={"k": site.key, "u": f"https://{site.domains[0]}/"})
    assert (named.status_code, named.headers[HEADER]) == (202, "debug")


def test_a_key_that_an_endpoint_does_not_take_is_named(site):
    headers = {"Idempotency-Key": "k"}
    body = {"events": [{"path": "/"}]}
    answer = site.access.post("/api/collect/bulk", json=body, headers=headers)
    assert (answer.status_code, answer.headers[HEADER]) == (202, "Idempotency-Key")
    assert site.access.post("/api/collect/bulk?strict=1", json=body, headers=headers).status_code == 400
    taken = site.access.post("/api/tracking/visits?strict=1", json={"visits": [VISIT]}, headers=headers)
    assert (taken.status_code, HEADER in taken.headers) == (202, False)


def test_every_endpoint_that_queries_checks_its_parameters():
    routes = [route for router in READING.values() for route in router.routes if isinstance(route, APIRoute)]
    assert routes
    assert [one.path for one in routes if parameters not in {inner.call for inner in one.dependant.dependencies}] == []


def test_names_are_counted(site, server):
    for _ in range(2):
        post(site, "/api/collect/bulk", {"events": [{"path": "/", "visitrId": "a"}]}, 202)
    site.beacon(u="https://staging.example/")
    site.beacon(headers={"Origin": "https://www.elsewhere.example"})
    site.beacon(t="engagement", e=5, agent="GPTBot/1.0")
    path = f"/api/web-events/{site.access.slug}/dropped"
    until(server.queryable)
    found = until(lambda: (answer := site.access.read(path))["programs"] and answer)
    assert found == {
        "dropped": [{"reason": "origin", "count": 2}],
        "programs": [{"class": "ai", "count": 0, "engagements": 1}],
        "hosts": [{"host": "elsewhere.example", "count": 1}, {"host": "staging.example", "count": 1}],
        "ignored": [{"name": "visitrId", "count": 2}],
    }
    assert 'footfall_ignored_fields_total{name="visitrId"} 2.0' in server.http.get("/metrics").text
