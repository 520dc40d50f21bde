"""Signing in on a running server: what a cookie may do, what ends it, and that no other page can use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.support.server import Access, Server, footfall, running, until

from footfall.api.cookies import COOKIE, PROOF

PATH = "/api/session"
EVENT = {"event_name": "a", "category": "page_view", "page_url": "https://shop.example/"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("session") / "data") as started:
        yield started


class Browser:
    """Holds a cookie, as a browser does."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = httpx.request(method, self.url + path, cookies=self.cookies, timeout=30, **more)
        for name, text in answer.cookies.items():
            self.cookies[name] = text
        return answer

    def sign_in(self, **body: str) -> httpx.Response:
        answer = self.ask("POST", PATH, json=body)
        if answer.status_code == 201:
            self.csrf = answer.json()["csrf"]
        return answer

    def get(self, path: str, **headers: str) -> int:
        return self.ask("GET", path, headers=headers).status_code

    def proof(self) -> dict[str, str]:
        return {PROOF: self.csrf}


@pytest.fixture
def browser(server) -> Browser:
    return Browser(server)


def kpis(access: Access) -> str:
    return f"/api/web-events/{access.slug}/kpis"


def code_of(text: str) -> str:
    return re.findall(r"#code=(ff_otc_\w+)", text)[-1]


def test_a_token_becomes_a_cookie_with_its_rights_and_projects(server, browser):
    mine, other = server.project("read"), server.project("read")
    answer = browser.sign_in(token=mine.token)
    assert answer.status_code == 201, answer.text
    (cookie,) = answer.headers.get_list("set-cookie")
    assert re.fullmatch(rf"{COOKIE}=ff_ses_\w+; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax", cookie)
    said = answer.json()
    assert (said["auth"], said["scopes"], said["installation"]) == ("session", ["read"], False)
    assert [project["slug"] for project in said["projects"]] == [mine.slug]
    assert browser.ask("GET", PATH).json() == said
    assert browser.get(kpis(mine)) == 200
    assert browser.get(kpis(other)) == browser.get("/api/web-events/nothing/kpis") == 404
    assert browser.get("/api/projects") == 403
    assert mine.token not in answer.text + server.log.read_text()


def test_a_header_wins_over_the_cookie(server, browser):
    mine, other = server.project("read"), server.project("read")
    browser.sign_in(token=mine.token)
    bearer = {"Authorization": f"Bearer {other.token}"}
    assert browser.get(kpis(mine), **bearer) == 404
    assert browser.get(kpis(other), **bearer) == 200
    assert browser.ask("GET", PATH, headers=bearer).json()["auth"] == "token"


def test_what_changes_something_needs_the_proof(server, browser):
    access = server.project("admin")
    browser.sign_in(token=access.token)
    change = {"name": "Renamed"}
    path = f"/api/projects/{access.slug}"
    assert browser.get(path) == 200
    assert browser.ask("PATCH", path, json=change).status_code == 403
    assert browser.ask("PATCH", path, json=change, headers={PROOF: "x" * 32}).status_code == 403
    assert browser.ask("PATCH", path, json=change, headers=browser.proof()).json()["name"] == "Renamed"
    assert browser.ask("POST", "/api/v1/analytics", json=EVENT).status_code == 403
    assert browser.ask("POST", "/api/v1/analytics", json=EVENT, headers=browser.proof()).status_code == 200
    assert browser.ask("DELETE", PATH).status_code == 403
    assert browser.get(path) == 200


def test_signing_out_ends_it_and_signs_nobody_else_out(server, browser):
    access = server.project("read")
    other = Browser(server)
    for one in (browser, other):
        one.sign_in(token=access.token)
    held = dict(browser.cookies)
    answer = browser.ask("DELETE", PATH, headers=browser.proof())
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert browser.get(PATH) == 401
    assert httpx.get(server.url + PATH, cookies=held).status_code == 401
    assert browser.ask("DELETE", PATH).status_code == 204, "signing out again changes nothing"
    assert other.get(PATH) == 200


def test_revoking_the_token_ends_it(server, browser):
    access = server.project("read")
    browser.sign_in(token=access.token)
    assert footfall("token", "revoke", access.token, data=server.data).returncode == 0
    assert until(lambda: browser.get(kpis(access)) == 401)
    assert browser.sign_in(token=access.token).status_code == 401


def test_a_printed_link_signs_in_once(server, browser):
    assert f"Sign in:  {server.url}/sign-in#code=" in server.log.read_text()
    printed = footfall("sign-in", data=server.data).stdout
    assert printed.startswith(f"Sign in:  {server.url}/sign-in#code=")
    code = code_of(printed)
    answer = browser.sign_in(code=code)
    assert (answer.status_code, answer.json()["installation"], answer.json()["scopes"]) == (201, True, ["admin"])
    assert browser.get("/api/projects") == 200
    again = Browser(server).sign_in(code=code)
    assert (again.status_code, again.json()["error"]["code"]) == (401, "unauthorized")
    listed = footfall("token", "list", data=server.data).stdout
    assert listed.count("sign-in links") == 1


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ('{"token": "ff_pat_x"}', {}, 401),
        ('{"code": "ff_otc_x"}', {}, 401),
        ("{}", {}, 400),
        ('{"token": "a", "code": "b"}', {}, 400),
        ('{"tokens": "a"}', {}, 400),
        ("[", {}, 400),
        ('{"token": "a"}', {"Content-Type": "text/plain"}, 415),
        ('{"token": "a"}', {"Sec-Fetch-Site": "cross-site"}, 403),
        ('{"token": "a"}', {"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_what_does_not_hold_is_refused(server, body, headers, expected):
    answer = server.http.post(PATH, content=body, headers={"Content-Type": "application/json", **headers})
    assert answer.status_code == expected, answer.text
    assert "set-cookie" not in answer.headers
    assert answer.json()["error"]["message"]


def test_a_token_that_can_t_read_signs_nobody_in(server, browser):
    assert browser.sign_in(token=server.project("ingest").token).status_code == 403


def test_behind_https_the_cookie_is_secure(server):
    access = server.project("read")
    told = {"X-Forwarded-Proto": "https"}
    answer = httpx.post(server.url + PATH, json={"token": access.token}, headers=told)
    assert answer.headers["set-cookie"].endswith("; Secure")


def test_guessing_is_limited_and_the_right_token_is_not(tmp_path):
    with running(tmp_path / "data") as server:
        access = server.project("read")
        found = [Browser(server).sign_in(code=f"ff_otc_{number}").status_code for number in range(22)]
        assert found == [401] * 20 + [429] * 2
        assert Browser(server).sign_in(token=access.token).status_code == 201


def test_without_authentication_nobody_signs_in(tmp_path):
    with running(tmp_path / "data", auth="off") as server:
        assert f"Open:     {server.url}/" in server.log.read_text()
        said = server.http.get(PATH).json()
        assert (said["auth"], said["csrf"], said["installation"]) == ("off", None, True)
        assert [project["slug"] for project in said["projects"]] == ["default"]


def test_sign_ins_outlive_the_server(tmp_path):
    with running(tmp_path / "data") as server:
        browser = Browser(server)
        browser.sign_in(code=code_of(server.log.read_text()))
        assert server.stop() == 0
        server.start()
        assert browser.get(PATH) == 200


NO_TOKEN = {
    "/api/shares/{share_id}/sessions",
    "/api/collect",
    "/api/event",
    "/api/send",
    "/api/batch",
    "/api/log-request",
    PATH,
}
"""Whoever calls these: cookies play no part."""


def test_no_route_that_changes_something_takes_a_cookie_alone(server, browser):
    access = server.project("admin")
    assert browser.sign_in(token=access.token).status_code == 201
    document = server.http.get("/openapi.json").json()
    asked = [
        (method, re.sub(r"\{\w+\}", access.slug, path))
        for path, item in document["paths"].items()
        for method in item.keys() & {"post", "put", "patch", "delete"}
        if path not in NO_TOKEN
    ]
    assert len(asked) > 8
    for method, path in asked:
        answer = browser.ask(method.upper(), path, json={})
        assert (answer.status_code, PROOF in answer.text) == (403, True), (method, path, answer.text)
    assert browser.get(f"/api/projects/{access.slug}") == 200
