"""`python -m tools.screenshots [NAME]`: docs/images, the dashboard's pages with demo data, two themes, two widths."""

from __future__ import annotations

import base64
import hashlib
import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import Chromium
from tests.browser.dashboard import Dashboard, demo, opened
from tests.support.server import Access, until

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SIZES = {1440: 900, 390: 844}
THEMES = ("light", "dark")
SIGN_IN = "/sign-in"
PAGES = {
    "sites": "/",
    "overview": "/sites/demo",
    "web": "/sites/demo",
    "web-journeys": "/sites/demo?range=3m&journeys=funnel&step=path:/products/*&step=goal:%22Added+to+cart%22"
    "&step=goal:%22Order+placed%22&pages=entry&sources=campaigns&events=properties&reading=vitals&traffic=dropped",
    "list": "/sites/demo?list=top-referrers",
    "api": "/sites/demo/api?range=30d",
    "api-consumers": "/sites/demo/api?range=7d&metric=duration&sort=errors&calls=consumers",
    "network": "/sites/demo/network?range=weekly",
    "proxy": "/sites/demo/proxy?range=30d",
    "share": "/sites/demo",
    "sign-in": SIGN_IN,
}
SETTINGS = {
    "settings-tracking": "/sites/demo/settings",
    "settings-exclusions": "/sites/demo/settings/exclusions",
    "settings-imports": "/sites/demo/settings/imports",
    "settings-storage": "/sites/demo/settings/storage",
    "settings-tokens": "/settings",
    "settings-health": "/settings/health",
}
"""Pages of administrators."""

KEYS = {"share": "s"}
"""What is pressed once the page is there."""

WHOLE = ("web", "web-journeys", "api", "api-consumers", "network", "proxy", "shared", *SETTINGS)
"""Pages that are shown to their end; of the others what a window shows."""

_LOOKS = 4
_FADED_IN = "new Promise(done => setTimeout(done, 900))"
_SETTLED = "!document.querySelector('.sk, .dim') && !document.body.innerText.includes('Not loaded yet')"


LOG = Path(__file__).parent.parent / "tests" / "fixtures" / "access-2015-05-head.log"


def main() -> None:
    """`python -m tools.screenshots settings-` takes those whose name begins so."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        browser = Chromium(Path(folder) / "profile")
        try:
            with demo(Path(folder) / "demo" / "data", arguments=()) as server:
                admin = server.admin()
                fill_settings(admin)
                made = {"visitor": visitor_of(admin), "shared": link_of(admin)}
                for name, path in (PAGES | SETTINGS | made).items():
                    for width in SIZES:
                        for theme in THEMES:
                            if name.startswith(wanted):
                                take(browser, admin, name, path, width, theme)
        finally:
            browser.close()


def fill_settings(admin: Access) -> None:
    """Something to see: exclusions, tokens, an upload that is done and one that is on its way."""
    http, headers = admin.server.http, {"Authorization": f"Bearer {admin.token}"}
    base = "/api/projects/demo"
    excluded = {"paths": ["/admin/*", "/preview/*"], "addresses": ["198.51.100.0/24"], "countries": []}
    http.put(f"{base}/exclusions", headers=headers, json=excluded)
    for label, scopes in (("Shop backend", ["ingest"]), ("Wall display", ["read"])):
        http.post("/api/tokens", headers=headers, json={"label": label, "scopes": scopes, "projects": ["demo"]})
    log = LOG.read_bytes()
    for name, content, sent in (("access.log.1", b"half a line\n" + log, len(log) + 12), ("access.log", log, 60_000)):
        said = {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        id_ = http.post(f"{base}/uploads", headers=headers, json=said).json()["id"]
        where = headers | {"Upload-Offset": "0"}
        http.patch(f"{base}/uploads/{id_}", headers=where, content=content[:sent])
        until(lambda: http.get(f"{base}/uploads/{id_}", headers=headers).json()["state"] in {"receiving", "finished"})  # noqa: B023 - at once


def visitor_of(admin: Access) -> str:
    """The page of a visitor who bought something."""
    params = {"range": "7d", "limit": "1", "filter": "custom_event_name:purchase"}
    headers = {"Authorization": f"Bearer {admin.token}"}
    found = admin.server.http.get("/api/web-events/demo", params=params, headers=headers).json()
    return f"/sites/demo/visitors/{found['items'][0]['visitor_id']}"


def link_of(admin: Access) -> str:
    """A link to some of the shop's traffic."""
    body = {"name": "For Ana", "filter": "segment:Phones"}
    headers = {"Authorization": f"Bearer {admin.token}"}
    return str(admin.server.http.post("/api/projects/demo/shares", json=body, headers=headers).json()["link"])


def take(browser: Chromium, admin: Access, name: str, path: str, width: int, theme: str) -> None:
    with opened(browser, admin.server.url, width=width, height=SIZES[width]) as dashboard:
        dashboard.theme(theme)
        if path != SIGN_IN:
            dashboard.sign_in(admin.token)
        dashboard.open(path)
        settle(dashboard)
        if name in KEYS:
            dashboard.press(KEYS[name])
            dashboard.page.run(_FADED_IN)
        size = dashboard.page.run("document.documentElement.scrollHeight") if name in WHOLE else SIZES[width]
        shot = dashboard.page.call(
            "Page.captureScreenshot",
            format="webp",
            quality=88,
            captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": width, "height": size, "scale": 1},
        )
        (IMAGES / f"{name}-{theme}-{width}.webp").write_bytes(base64.b64decode(shot["data"]))


def settle(dashboard: Dashboard) -> None:
    """Until every panel has been near the window, and none has been waiting for a while."""
    dashboard.wait("!!document.querySelector('h1, h2')")
    for _ in range(_LOOKS):
        dashboard.page.run("document.querySelectorAll('section').forEach(e => e.scrollIntoView({behavior: 'instant'}))")
        dashboard.wait(_SETTLED)
        dashboard.page.run("new Promise(done => setTimeout(done, 400))")
    dashboard.page.run("scrollTo({top: 0, behavior: 'instant'})")
    dashboard.page.run("new Promise(done => setTimeout(done, 600))")


if __name__ == "__main__":
    main()
