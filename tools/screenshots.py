"""`python -m tools.screenshots [NAME…]`: docs/images, the dashboard's pages with demo data, two themes, two widths."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import Chromium
from tests.browser.dashboard import Dashboard, demo, opened
from tests.support.server import Server

from footfall.clock import system_clock
from footfall.meta import open_meta
from footfall.settings import Settings

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
KEYS = {"share": "s"}
"""What is pressed once the page is there."""

WHOLE = ("web", "web-journeys", "api", "api-consumers", "network", "proxy", "shared")
"""Pages that are shown to their end; of the others what a window shows."""

_LOOKS = 4
_FADED_IN = "new Promise(done => setTimeout(done, 900))"
_SETTLED = "!document.querySelector('.sk, .dim') && !document.body.innerText.includes('Not loaded yet')"


def main(names: list[str]) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        browser = Chromium(Path(folder) / "profile")
        try:
            with demo(Path(folder) / "demo" / "data", arguments=()) as server:
                token = admin_of(server)
                pages = PAGES | {"visitor": visitor_of(server, token), "shared": link_of(server, token)}
                for name in names or pages:
                    for width in SIZES:
                        for theme in THEMES:
                            take(browser, server.url, name, pages[name], width, theme, token)
        finally:
            browser.close()


def admin_of(server: Server) -> str:
    """A token that may do everything."""
    meta = open_meta(Settings(data=server.data), system_clock)
    try:
        return meta.create_token("screenshots", ["admin"], None)[0]
    finally:
        meta.close()


def visitor_of(server: Server, token: str) -> str:
    """The page of a visitor who bought something."""
    params = {"range": "7d", "limit": "1", "filter": "custom_event_name:purchase"}
    headers = {"Authorization": f"Bearer {token}"}
    found = server.http.get("/api/web-events/demo", params=params, headers=headers).json()
    return f"/sites/demo/visitors/{found['items'][0]['visitor_id']}"


def link_of(server: Server, token: str) -> str:
    """A link to some of the shop's traffic."""
    body = {"name": "For Ana", "filter": "segment:Phones"}
    made = server.http.post("/api/projects/demo/shares", json=body, headers={"Authorization": f"Bearer {token}"})
    return str(made.json()["link"])


def take(browser: Chromium, url: str, name: str, path: str, width: int, theme: str, token: str) -> None:
    with opened(browser, url, width=width, height=SIZES[width]) as dashboard:
        dashboard.theme(theme)
        if path != SIGN_IN:
            dashboard.open(SIGN_IN)
            sign_in = {"method": "POST", "headers": {"Content-Type": "application/json"}}
            sign_in["body"] = json.dumps({"token": token})
            dashboard.page.run(f"fetch('/api/session', {json.dumps(sign_in)}).then(answer => answer.status)")
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
    main(sys.argv[1:])
