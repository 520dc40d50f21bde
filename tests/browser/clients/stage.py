"""Pages that carry other servers' clients, as npm has them, and report to a real server of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.chromium import DESKTOP, Chromium
from tests.browser.lab import Lab
from tests.browser.site import Answer, Asked, Proxy, serving
from tests.support.collecting import Site
from tests.support.server import until

CLIENTS = Path(__file__).parent
DOCS = CLIENTS.parents[2] / "docs" / "collect"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
AMERICAN, DUTCH = "8.8.8.8", "193.0.6.139"
_IMPORTS = {
    "plausible-tracker": "/npm/plausible-tracker/build/module/index.js",
    "@plausible-analytics/tracker": "/npm/@plausible-analytics/tracker/plausible.js",
}


_TOPS = {
    "pages": "path",
    "entry-pages": "path",
    "exit-pages": "path",
    "referrers": "referrer",
    "countries": "country",
    "browsers": "browser",
    "os": "os",
    "devices": "device",
}


def example(document: str, number: int, **instead: str) -> str:
    """A JavaScript example of docs/collect, as written there but for the names of the server and the site."""
    blocks: list[str] = re.findall(r"^```js\n(.*?)^```$", (DOCS / document).read_text(), re.MULTILINE | re.DOTALL)
    names = {"stats": "https://stats.example", "domain": "shop.example", "website": "prj_…"}
    code = blocks[number]
    for name, value in instead.items():
        code = code.replace(names[name], value)
    return code


def module(path: str) -> Answer:
    """A file below node_modules; packages that bundlers read leave the suffix of what they import out."""
    file = CLIENTS / "node_modules" / path
    file = file if file.suffix == ".js" else file.with_name(file.name + ".js")
    return Answer(file.read_bytes(), type="text/javascript") if file.is_file() else Answer(status=404)


@contextmanager
def visitor(browser: Chromium, site: Site, address: str, agent: str = DESKTOP, host: str = "") -> Iterator[Lab]:
    """A page of a visitor who comes from `address`, on the site's first domain or another `host`."""
    with browser.page(agent, width=1280, height=800) as page:
        lab = Lab(page, Proxy(site.access.server.http, address))

        def respond(asked: Asked) -> Answer:
            return module(asked.path.removeprefix("/npm/")) if asked.path.startswith("/npm/") else lab.answer(asked)

        with serving(lab.stats) as stats, serving(respond) as pages:
            lab.origin, lab.site = f"http://stats.example:{stats}", f"http://{host or site.domains[0]}:{pages}"
            yield lab
            assert page.errors == []


def script(code: str) -> str:
    """The tag of a module that imports packages by their names."""
    return f"<script type=importmap>{json.dumps({'imports': _IMPORTS})}</script><script type=module>{code}</script>"


def posted(lab: Lab, count: int) -> list[dict[str, Any]]:
    """Bodies that reached the server, once there are as many; fails where there are not."""

    def bodies() -> list[dict[str, Any]]:
        return [json.loads(asked.body) for asked in list(lab.stats.asked) if asked.method == "POST"]

    until(lambda: len(bodies()) >= count, 10)
    found = bodies()
    assert len(found) == count, found
    return found


def read(site: Site, what: str, **params: str) -> Any:
    """The web surface's answer for the site."""
    return site.access.read(f"/api/web-events/{site.access.slug}{what}", **params)


def tops(site: Site) -> dict[str, list[tuple[str, int]]]:
    """Every top list: labels and counts."""
    return {
        name: [(item[label], item["count"]) for item in read(site, f"/top-{name}")["items"]]
        for name, label in _TOPS.items()
    }
