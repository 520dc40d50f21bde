"""`python -m tools.screenshots`: docs/images, the dashboard's pages with the demo's data, both themes, two widths."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from tests.browser.chromium import Chromium
from tests.browser.dashboard import Dashboard, demo, opened
from tests.support.server import Server

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SIZES = {1440: 900, 390: 844}
THEMES = ("light", "dark")
PAGES = {
    "sites": "/",
    "overview": "/sites/demo",
    "web": "/sites/demo",
    "web-journeys": "/sites/demo?range=3m&journeys=funnel&step=path:/products/*&step=custom_event_name:add_to_cart"
    "&step=custom_event_name:purchase&pages=entry&sources=campaigns&events=properties&reading=vitals&traffic=dropped",
    "list": "/sites/demo?list=top-referrers",
    "api": "/sites/demo/api?range=30d",
    "api-consumers": "/sites/demo/api?range=7d&metric=duration&sort=errors&calls=consumers",
    "sign-in": "/sign-in",
}
WHOLE = ("web", "web-journeys", "api", "api-consumers")
"""Pages that are shown to their end; of the others what a window shows."""

_LOOKS = 4
_SETTLED = "!document.querySelector('.sk, .dim') && !document.body.innerText.includes('Not loaded yet')"


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        browser = Chromium(Path(folder) / "profile")
        try:
            with demo(Path(folder) / "demo" / "data", arguments=(), auth="off") as server:
                for name, path in (PAGES | {"visitor": visitor_of(server)}).items():
                    for width in SIZES:
                        for theme in THEMES:
                            take(browser, server.url, name, path, width, theme)
        finally:
            browser.close()


def visitor_of(server: Server) -> str:
    """The page of a visitor who bought something."""
    params = {"range": "7d", "limit": "1", "filter": "custom_event_name:purchase"}
    found = server.http.get("/api/web-events/demo", params=params).json()
    return f"/sites/demo/visitors/{found['items'][0]['visitor_id']}"


def take(browser: Chromium, url: str, name: str, path: str, width: int, theme: str) -> None:
    with opened(browser, url, width=width, height=SIZES[width]) as dashboard:
        dashboard.theme(theme)
        dashboard.open(path)
        settle(dashboard)
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
