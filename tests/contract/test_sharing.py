"""Links: what they show, and that no request widens it. The matrix is made from the routes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from tests.support.server import Access, Server, running, until

from footfall.api.application import create_api
from footfall.api.state import State
from footfall.api.surfaces import SURFACES
from footfall.api.web.limits import SHOWN
from footfall.api.web.parse import PREFIX
from footfall.clock import DAY, HOUR
from footfall.model.period import iso

NEEDED = "steps=path:/*&steps=path:/*&panel=kpis&panel=top-pages"
"""Required by the funnel and by panels."""

LIMITED = {"filter": "path:/public/*", "range": "7d"}
OPEN = {"POST /api/shares/{share_id}/sessions", "GET /api/shares/{share_id}/badge.json"}
OPEN |= {"GET /api/shares/{share_id}/badge.svg", "POST /api/session", "DELETE /api/session"}
"""Endpoints below /api that read or change nothing of a project by a token."""

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@dataclass(frozen=True)
class Link:
    """A link that a browser has followed."""

    server: Server
    made: dict[str, Any]
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.server.http.request(method, path, headers=headers, json=body)

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)


def event(path: str, agent: str, ago: int, **more: Any) -> dict[str, Any]:
    shown = {"event_name": "page_view", "category": "page_view", "page_url": f"https://shop.example{path}"}
    return {**shown, "user_agent": agent, "timestamp": iso(int(time.time() * 1000) - ago), **more}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("sharing") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture(scope="module")
def shop(server) -> Access:
    """One visit that the limited link shows; all that it must not show is called hidden."""
    found = server.project("admin", slug="shop")
    hidden = {"properties": {"hidden": "hidden"}, "referrer": "https://hidden.example/?utm_source=hidden"}
    events = [
        event("/public/a", FIREFOX, HOUR),
        event("/hidden-page", f"{FIREFOX} other", HOUR, **hidden),
        event("/hidden-page", f"{FIREFOX} other", HOUR, event_name="hidden", category="user_action"),
        event("/public/hidden-since-old", f"{FIREFOX} old", 10 * DAY, **hidden),
        event("/public/hidden-bot", BOT, HOUR, **hidden),
    ]
    for body in events:
        sent = found.post("/api/v1/analytics", json=body)
        assert sent.status_code == 200, sent.text
    save(found, "goals", {"name": "Public", "filter": "path:/public/*"})
    for ago, text in ((HOUR, "shown"), (10 * DAY, "hidden")):
        save(found, "annotations", {"at": iso(int(time.time() * 1000) - ago), "text": text})
    assert until(server.queryable)
    return found


def save(access: Access, kind: str, body: Any) -> Any:
    answer = access.post(f"/api/projects/{access.slug}/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def follow(server: Server, made: Any, password: str | None = None) -> httpx.Response:
    secret = made["link"].partition("#")[2]
    return server.http.post(f"/api/shares/{made['id']}/sessions", json={"secret": secret, "password": password})


def link(access: Access, name: str, **fields: Any) -> Link:
    made = save(access, "shares", {"name": name, **fields})
    answer = follow(access.server, made)
    assert answer.status_code == 201, answer.text
    return Link(access.server, made, answer.json()["token"])


@pytest.fixture(scope="module")
def limited(shop) -> Link:
    return link(shop, "limited", **LIMITED)


def operations() -> list[tuple[str, str]]:
    """Every method and path of every surface, the fast ones included."""

    def walk(found: Any) -> Iterator[APIRoute]:
        for route in found:
            if isinstance(route, APIRoute):
                yield route
            else:
                yield from walk(getattr(getattr(route, "original_router", route), "routes", ()))

    paths = {(method, route.path) for route in walk(create_api(State()).routes) for method in route.methods - {"HEAD"}}
    return sorted(paths)


PUBLIC = {route.path for surface in SURFACES for route in surface.public}
OF_LINKS = {f"{PREFIX}{path}" for path in SHOWN}
ANNOTATIONS = "/api/projects/{slug}/annotations"
CLOSED = [
    (method, path)
    for method, path in operations()
    if path.startswith(("/api/", "/v2/", "/analytics"))
    and path not in PUBLIC | {"/api/v1/analytics/health"}
    and f"{method} {path}" not in OPEN
    and not (method == "GET" and path in OF_LINKS | {ANNOTATIONS})
]


def filled(path: str, slug: str = "shop") -> str:
    path = path.replace("{visitor_id}", "v1").replace("{slug}", slug).replace("{app_id}", slug)
    return re.sub(r"\{\w+\}", "x", path)


def test_the_matrix_is_of_all_that_there_is():
    assert len(CLOSED) > 50
    assert {path for _, path in operations()} >= OF_LINKS


@pytest.mark.parametrize(("method", "path"), CLOSED, ids=[" ".join(one) for one in CLOSED])
def test_everything_else_is_closed_to_links(limited, method, path):
    answer = limited.ask(method, f"{filled(path)}?{NEEDED}", None if method == "GET" else {})
    assert answer.status_code in {400, 403, 422}, answer.text
    if answer.status_code != 403:  # the body is looked at first; a good one would be refused
        assert method != "GET"
    else:
        assert "link does not show this" in answer.text


@pytest.mark.parametrize("path", sorted(SHOWN))
def test_another_project_answers_like_an_unknown_one(limited, server, path):
    other = server.project("read").slug
    for slug in (other, "nothing"):
        answer = limited.get(f"{filled(PREFIX + path, slug)}?{NEEDED}")
        assert answer.status_code == 404, answer.text
        assert answer.json()["error"]["message"] == f"project {slug!r} does not exist"


WIDENING = [
    "",
    "range=12m",
    "range=all",
    "range=year",
    "from=2020-01-01&to=2099-01-01",
    "range=7d&timezone=Pacific/Kiritimati",
    "bots=1",
    "filter=!path:/public/*",
    "filter=path:/hidden*",
    "filter=traffic:bot|human&bots=1",
    "filter=search:*&range=all&bots=true",
    "filter=goal:Public&range=all",
    "compare=1&compare_range=year",
    "compare=1&compare_from=2020-01-01&compare_to=2099-01-01",
    "compare=1&range=7d&totals=1&figures=1&order=visitors&search=h",
    "panel=top-titles&panel=top-referrers&panel=custom-events&range=all&bots=1",
]
WHOLE_SESSIONS = {"/top-flows", "/top-entry-pages", "/top-exit-pages"}


@pytest.mark.parametrize("widening", WIDENING)
@pytest.mark.parametrize("path", sorted(SHOWN))
def test_no_request_widens_a_link(limited, shop, path, widening):
    answer = limited.get(f"/api/web-events/shop{path}?{widening}&{NEEDED}")
    if path in WHOLE_SESSIONS:
        assert answer.status_code == 403
        return
    assert answer.status_code in {200, 400, 403}, answer.text
    said = answer.text.replace("goal 'Public'", "")
    if answer.status_code == 200:
        assert "hidden" not in said
    found = answer.json()
    if answer.status_code == 200 and path == "/kpis":
        assert found["previous"] is None
        assert found["current"]["visitors"] <= 1
        assert found["range"]["hasPrevious"] is False


@pytest.mark.parametrize("path", ["/kpis", "/top-pages", "/goals", "/engagement", "/panels"])
def test_what_a_link_shows_is_there(limited, shop, path):
    own, all_ = (f"/api/web-events/shop{path}?{asked}&{NEEDED}" for asked in ("", "range=all&bots=1"))
    found = limited.get(own)
    assert found.status_code == 200
    if path != "/engagement":
        assert '"visitors":1' in found.text
    # The same requests of somebody with a token show more: the matrix would see it.
    if path in {"/top-pages", "/panels"}:
        assert "hidden" in shop.get(all_).text
        assert "/public/a" in found.text


PROBES = ["visitor_id:a*", "session_id:*", "!visitor_id:a", "entry_page:/h*", "exit_page:*", "country:RO exit_page:/h*"]


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize(
    "path", ["/kpis?", "/top-pages?", "/goals?", "/panels?panel=kpis&", "/funnel?steps=path:/*&steps=path:/*&"]
)
def test_no_filter_tells_by_guesses_what_is_closed(limited, shop, path, probe):
    """Who someone is, and where a session went outside the link's filter."""
    answer = limited.get(f"/api/web-events/shop{path}filter={probe}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert shop.get(f"/api/web-events/shop{path}filter={probe}").status_code == 200


@pytest.mark.parametrize("probe", ["visitor_id:a*", "exit_page:/h*"])
def test_no_step_of_a_funnel_does(limited, probe):
    answer = limited.get(f"/api/web-events/shop/funnel?steps=path:/*&steps={probe}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_a_link_without_a_filter_shows_where_sessions_went(shop):
    whole = link(shop, "all sessions")
    assert whole.get("/api/web-events/shop/kpis?filter=exit_page:/p*").status_code == 200
    assert whole.get("/api/web-events/shop/kpis?filter=visitor_id:a*").status_code == 403


def test_a_wider_range_is_told(limited):
    wide = limited.get("/api/web-events/shop/kpis?range=12m&bots=1")
    assert set(wide.headers["x-footfall-ignored"].split(", ")) == {"range", "bots"}
    assert limited.get("/api/web-events/shop/kpis?range=12m&strict=1").status_code == 400
    outside = limited.get("/api/web-events/shop/kpis?from=2020-01-01&to=2020-02-01")
    assert (outside.status_code, outside.json()["error"]["code"]) == (403, "forbidden")


def test_annotations_are_those_of_the_range(limited, shop):
    found = limited.get("/api/projects/shop/annotations").json()["items"]
    assert [item["text"] for item in found] == ["shown"]
    assert limited.get("/api/projects/default/annotations").status_code == 404


def test_panels_of_whole_sessions_are_closed_to_a_link_with_a_filter(limited, shop):
    assert limited.get("/api/web-events/shop/panels?panel=kpis&panel=top-entry-pages").status_code == 403
    whole = link(shop, "whole")
    assert whole.get("/api/web-events/shop/panels?panel=top-entry-pages&range=all").status_code == 200
    assert whole.get("/api/web-events/shop/top-flows?range=all").json()["items"]
    assert whole.get("/api/web-events/shop/kpis?range=7d").json()["previous"] is not None


def test_a_fixed_range_may_be_compared_with_what_lies_in_it(shop):
    now = int(time.time() * 1000)
    fixed = link(shop, "fixed", **{"from": iso(now - 20 * DAY), "to": iso(now)})
    week = f"from={iso(now - 5 * DAY)}&to={iso(now)}"
    assert fixed.get(f"/api/web-events/shop/kpis?{week}").json()["previous"] is not None
    assert fixed.get("/api/web-events/shop/kpis").json()["previous"] is None


def test_a_link_is_revoked_at_once(shop):
    gone = link(shop, "gone")
    assert gone.get("/api/web-events/shop/kpis").status_code == 200
    path = f"/api/projects/shop/shares/{gone.made['id']}"
    assert shop.server.http.delete(path, headers={"Authorization": f"Bearer {shop.token}"}).status_code == 204
    assert gone.get("/api/web-events/shop/kpis").status_code == 401
    assert follow(shop.server, gone.made).status_code == 401
    assert shop.server.http.delete(path, headers={"Authorization": f"Bearer {shop.token}"}).status_code == 404


def test_a_password_is_asked_for(shop):
    made = save(shop, "shares", {"name": "closed", "password": "correct horse"})
    codes = []
    for password in (None, "", "wrong horse", "correct horse"):
        answer = follow(shop.server, made, password)
        codes.append((answer.status_code, answer.json().get("error", {}).get("code")))
    assert codes == [(401, "password_required")] * 3 + [(201, None)]
    assert made["has_password"]
    log = shop.server.log.read_text()
    stored = b"".join(path.read_bytes() for path in shop.server.data.glob("meta.db*"))
    secret = made["link"].partition("#")[2]
    for text in ("correct horse", secret):
        assert text not in log
        assert text.encode() not in stored


def test_only_the_links_own_secret_opens_it(shop, limited):
    other = save(shop, "shares", {"name": "other"})
    swapped = {**other, "link": limited.made["link"]}
    assert follow(shop.server, swapped).status_code == 401
    for secret in ("", "x", limited.token, shop.token):
        answer = shop.server.http.post(f"/api/shares/{other['id']}/sessions", json={"secret": secret})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"filter": "colour:red"}, "position 0"),
        ({"range": "2d"}, "range"),
        ({"range": "7d", "from": "2026-01-01", "to": "2026-02-01"}, "range"),
        ({"from": "2026-01-01"}, "from, to"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ({"password": "short"}, "password"),
        ({"embed": ["https://a.example; script-src *"]}, "embed"),
        ({"embed": ["javascript:alert(1)"]}, "embed"),
        ({"embed": ["https://a.example/path"]}, "embed"),
        ({"badge": True, "from": "2026-01-01", "to": "2026-02-01"}, "badge"),
        ({"name": " "}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_hold_is_refused(shop, fields, said):
    answer = shop.post("/api/projects/shop/shares", json={"name": "bad", **fields})
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["error"]["message"]


def test_names_are_unique_and_the_list_knows_no_secret(shop, limited):
    assert shop.post("/api/projects/shop/shares", json={"name": "LIMITED"}).status_code == 409
    text = shop.get("/api/projects/shop/shares").text
    assert limited.made["id"] in text
    assert "ff_sh" not in text


def test_the_documented_example_works(shop):
    document = shop.server.http.get("/openapi.json").json()["paths"]["/api/projects/{slug}/shares"]["post"]
    example = document["requestBody"]["content"]["application/json"]["examples"]["example"]["value"]
    made = save(shop, "shares", example)
    assert set(made) == set(document["responses"]["201"]["content"]["application/json"]["example"])
    followed = follow(shop.server, made, example["password"]).json()
    sessions = shop.server.http.get("/openapi.json").json()["paths"]["/api/shares/{share_id}/sessions"]["post"]
    assert set(followed) == set(sessions["responses"]["201"]["content"]["application/json"]["example"])
    assert followed["project"]["slug"] == "shop"


def test_a_badge_is_open_where_the_link_says_so(shop, limited):
    counted = link(shop, "counted", badge=True)
    http = shop.server.http
    assert shop.post("/api/v1/analytics", json=event("/now", f"{FIREFOX} now", 1_000)).status_code == 200
    assert until(shop.server.queryable)
    badge = http.get(f"/api/shares/{counted.made['id']}/badge.json")
    assert (badge.status_code, badge.json()["visitors"]) == (200, 1)
    assert badge.headers["access-control-allow-origin"] == "*"
    image = http.get(f"/api/shares/{counted.made['id']}/badge.svg")
    assert image.headers["content-type"] == "image/svg+xml"
    assert "1 online" in image.text
    assert http.get(f"/api/shares/{limited.made['id']}/badge.json").status_code == 404
    assert http.get("/api/shares/shr_unknown/badge.svg").status_code == 404
