"""The settings of a site and of the installation, as an administrator and as a reader use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.browser.chromium import Chromium
from tests.browser.dashboard import CONTROL, Dashboard, opened, until
from tests.support.collecting import CHROME, Site
from tests.support.server import Access, Server, running

LOG = (Path(__file__).parents[1] / "fixtures" / "access-2015-05-head.log").read_bytes()
HOSTILE = "<img src=x onerror='window.pwned=1'>"
OF_SITE = ("", "/general", "/exclusions", "/imports", "/storage")
PAGES = [*(f"/sites/shop/settings{path}" for path in OF_SITE), "/settings", "/settings/sites", "/settings/health"]
OPENED = "new Promise(done => setTimeout(done, 300))"  # what opens fades in, and has other colours till then


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("settings") / "data", flush_interval="0.2") as server:
        yield server


@pytest.fixture(scope="module")
def shop(server: Server) -> Site:
    return Site.of(server, "shop", "shop.example")


@pytest.fixture(scope="module")
def admin(server: Server, shop: Site) -> Access:
    return server.admin()


@pytest.fixture
def dashboard(browser: Chromium, server: Server, admin: Access) -> Iterator[Dashboard]:
    with opened(browser, server.url) as dashboard:
        dashboard.sign_in(admin.token)
        yield dashboard
        dashboard.clean()


def asked(admin: Access, method: str, path: str, body: object = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {admin.token}"}
    return admin.server.http.request(method, path, headers=headers, json=body)


def fill(dashboard: Dashboard, selector: str, text: str) -> None:
    dashboard.wait(f"!!document.querySelector({json.dumps(selector)})")
    dashboard.page.run(f"(e => {{ e.focus(); e.select?.(); }})(document.querySelector({json.dumps(selector)}))")
    dashboard.type(text)


def choose(dashboard: Dashboard, file: Path) -> None:
    """A file, as the window of the system would."""
    dashboard.wait("!!document.querySelector('#log:not(:disabled)')")
    root = dashboard.page.call("DOM.getDocument")["root"]["nodeId"]
    node = dashboard.page.call("DOM.querySelector", nodeId=root, selector="#log")["nodeId"]
    dashboard.page.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])
    dashboard.click("button", "Upload and import")


def test_a_token_is_made_shown_once_and_revoked(dashboard: Dashboard, server: Server) -> None:
    dashboard.open("/settings", shows="Access tokens")
    dashboard.click("button", "New token")
    fill(dashboard, "#label", "Wall display")
    dashboard.click(".sites label", "shop")
    dashboard.click("button", "Make the token")
    dashboard.see("Copy “Wall display” now")
    text = dashboard.text(".once code")
    use = {"headers": {"Authorization": f"Bearer {text}"}}
    assert server.http.get("/api/web-events/shop/count", **use).status_code == 200
    dashboard.open("/settings", shows="Wall display")
    assert text not in dashboard.text()
    dashboard.see("in 8", "table")  # 89 days and some hours
    dashboard.click("button", "Revoke Wall display")
    dashboard.see("There is no way back", "dialog")
    dashboard.page.run(OPENED)
    assert dashboard.violations() == []
    dashboard.click("dialog .actions button", "Revoke")
    dashboard.gone("dialog")
    assert until(lambda: "Wall display" not in dashboard.text("table"))
    assert server.http.get("/api/web-events/shop/count", **use).status_code == 401
    dashboard.click("label", "revoked or expired")
    dashboard.see("revoked", "table")


def test_a_token_without_a_name_is_told_by_its_end_once(dashboard: Dashboard, admin: Access) -> None:
    body = {"label": "", "scopes": ["read"], "projects": ["shop"]}
    made = asked(admin, "POST", "/api/tokens", body).json()
    dashboard.open("/settings", shows=f"…{made['last_four']}")
    assert dashboard.text("table").count(made["last_four"]) == 1
    asked(admin, "DELETE", f"/api/tokens/{made['id']}")


def test_a_site_is_made_and_its_first_event_is_received(dashboard: Dashboard, server: Server, admin: Access) -> None:
    dashboard.open("/", shows="New site").click("a", "New site")
    fill(dashboard, "#host", "blog.example")
    dashboard.click("button", "Make the site")
    dashboard.wait("location.pathname === '/sites/blog-example/settings'")
    dashboard.see("Waiting for the next event")
    key = asked(admin, "GET", "/api/projects/blog-example").json()["site_key"]
    dashboard.see(f'data-key="{key}"')
    report = {"k": key, "u": "https://blog.example/hello"}
    assert server.http.post("/api/collect", json=report, headers={"User-Agent": CHROME}).status_code == 202
    dashboard.see("Received. Pageview of /hello")
    dashboard.click(".seg button", "curl, a request")
    dashboard.see("Waiting for the next request")
    visits = {"visits": [{"method": "GET", "endpoint": "/v1/orders"}]}
    headers = {"Authorization": f"Bearer {admin.token}", "X-Project": "blog-example"}
    assert server.http.post("/api/tracking/visits", json=visits, headers=headers).is_success
    dashboard.see("Received. GET of /v1/orders")


def test_hosts_and_the_time_zone_change(dashboard: Dashboard, admin: Access) -> None:
    dashboard.open("/sites/shop/settings/general", shows="shop.example")
    fill(dashboard, "#timezone", "Europe/Berlin")
    dashboard.click("button", "Save")
    assert until(lambda: asked(admin, "GET", "/api/projects/shop").json()["timezone"] == "Europe/Berlin")
    fill(dashboard, "form .mono", "*.shop.example")
    dashboard.press("Enter")
    dashboard.see("*.shop.example", "[role=group] ul")
    fill(dashboard, "form .mono", "not a host")
    dashboard.press("Enter")
    dashboard.see("not a host", "[role=alert]")
    fill(dashboard, "form .mono", "https://shop.example/path")
    dashboard.press("Enter")
    dashboard.see("Type “shop.example”, without scheme, port and path.", "[role=alert]")
    dashboard.click("button", "Remove *.shop.example")
    assert until(lambda: "*.shop" not in dashboard.text("[role=group] ul"))
    assert asked(admin, "GET", "/api/projects/shop").json()["domains"] == ["shop.example"]


def test_exclusions_are_added_and_removed(dashboard: Dashboard, admin: Access) -> None:
    dashboard.open("/sites/shop/settings/exclusions", shows="No path is excluded")
    fill(dashboard, "[aria-label='New path']", "/admin/*")
    dashboard.press("Enter")
    dashboard.see("/admin/*", "[role=group] ul")
    fill(dashboard, "[aria-label='New country']", "de")
    dashboard.press("Enter")
    dashboard.see("DE Germany")
    found = asked(admin, "GET", "/api/projects/shop/exclusions").json()
    assert found == {"paths": ["/admin/*"], "addresses": [], "countries": ["DE"]}
    fill(dashboard, "[aria-label='New address']", "nowhere")
    dashboard.press("Enter")
    dashboard.see("neither an address nor a network", "[role=alert]")
    dashboard.click("button", "Remove /admin/*")
    dashboard.see("No path is excluded")


def test_a_log_is_uploaded_paused_and_gone_on_with_after_a_reload(
    dashboard: Dashboard, admin: Access, tmp_path: Path
) -> None:
    content = HOSTILE.encode() + b"\n" + LOG * 60
    file = tmp_path / "access.log"
    file.write_bytes(content)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_500_000}
    dashboard.open("/sites/shop/settings/imports", shows="Nothing was imported yet")
    dashboard.page.call("Network.emulateNetworkConditions", **slow)
    choose(dashboard, file)
    dashboard.see("Sending")
    list_ = "/api/projects/shop/uploads"
    assert until(lambda: (items := asked(admin, "GET", list_).json()["items"]) and items[0]["offset"])
    dashboard.click("button", "Pause")
    dashboard.see("Paused")
    dashboard.page.call("Network.emulateNetworkConditions", **slow | {"uploadThroughput": -1})
    dashboard.open("/sites/shop/settings/imports", shows="Choose the same file again")
    before = asked(admin, "GET", list_).json()["items"][0]["offset"]
    assert 0 < before < len(content)
    choose(dashboard, file)
    dashboard.see("Lines imported: 24,000; rejected: 1")
    sent = [one for one in dashboard.page.requests if one["method"] == "PATCH"]
    assert sum(int(one["headers"].get("upload-offset", "0")) < before for one in sent) <= 1 + before // (4 << 20)
    dashboard.click("button", "Show what was rejected")
    dashboard.see(HOSTILE, ".lines")
    assert dashboard.page.run("window.pwned") is None
    assert dashboard.violations() == []
    choose(dashboard, file)
    dashboard.see("Nothing is sent and nothing is added")


def test_an_empty_log_is_said_to_be_empty_and_not_sent(dashboard: Dashboard, tmp_path: Path) -> None:
    file = tmp_path / "empty.log"
    file.touch()
    dashboard.open("/sites/shop/settings/imports", shows="Upload an access log")
    choose(dashboard, file)
    dashboard.see("This file is empty", "[role=alert]")
    assert not dashboard.count(".way")
    assert dashboard.violations() == []


def test_what_is_stored_and_the_health_are_told_in_words(dashboard: Dashboard, shop: Site) -> None:
    assert shop.beacon(u="https://shop.example/a").status_code == 202
    shop.rows(1)
    dashboard.open("/sites/shop/settings/storage", shows="Rows are kept without a limit of age")
    dashboard.see("Events", "table")
    dashboard.open("/settings/health", shows="Events are accepted")
    dashboard.see("Figures are up to date")


def test_the_palette_and_the_menus_lead_there(dashboard: Dashboard) -> None:
    dashboard.open("/sites/shop/settings", shows="Bring data in")
    dashboard.press("k", modifiers=CONTROL)
    dashboard.wait("document.activeElement.role === 'combobox'")
    dashboard.type("stored")
    dashboard.press("Enter")
    dashboard.wait("location.pathname === '/sites/shop/settings/storage'")
    dashboard.click("nav[aria-label=Settings] a", "Installation")
    dashboard.wait("location.pathname === '/settings'")
    dashboard.click("nav[aria-label=Settings] a", "Health")
    dashboard.see("Events are accepted")
    dashboard.back()
    dashboard.see("Programs and people prove")


def test_a_reader_sees_what_it_may_and_is_told_the_rest(browser: Chromium, server: Server, shop: Site) -> None:
    with opened(browser, server.url) as dashboard:
        dashboard.sign_in(shop.access.token)
        dashboard.open("/sites/shop/settings", shows=f'data-key="{shop.key}"')
        dashboard.open("/sites/shop/settings/general", shows="Only a token with the scope “admin” can change this")
        for path in ("/sites/shop/settings/exclusions", "/sites/shop/settings/imports", "/settings"):
            dashboard.open(path, shows="For administrators")
            assert dashboard.violations() == []
        dashboard.open("/settings/sites", shows="Those that your token may read")
        assert not dashboard.count("#host")
        dashboard.open("/", shows="shop")
        assert not dashboard.count("a[aria-label='New site']")
        dashboard.open("/settings/nothing", shows="There is nothing here")
        dashboard.clean()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Chromium, server: Server, admin: Access, theme: str
) -> None:
    name = {"name": HOSTILE}
    assert asked(admin, "PATCH", "/api/projects/shop", name).status_code == 200
    body = {"label": HOSTILE, "scopes": ["read"], "projects": ["shop"], "expires_at": None}
    assert asked(admin, "POST", "/api/tokens", body).status_code == 201
    for width in (1440, 360):
        with opened(browser, server.url, width=width) as dashboard:
            dashboard.sign_in(admin.token)
            dashboard.theme(theme)
            for path in PAGES:
                dashboard.open(path).wait("!!document.querySelector('main h2')")
                assert until(lambda: not dashboard.count(".sk"))
                assert dashboard.violations() == [], path
                assert dashboard.overflow() <= 0, path
                assert dashboard.page.run("window.pwned") is None, path
            dashboard.clean()
