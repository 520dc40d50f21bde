"""B16: the dashboard's web page in Chromium, over the rows of B4: a cold cache to the last panel, then a filter.

A panel is painted one frame after its last change of the document. The live panel, which changes by itself, and panels
far below the window, which are asked for when they come near, are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

from tests.browser.chromium import Chromium, Page

from bench.b4_reading import prepared
from bench.bars import Bar, Work
from bench.data.filling import MANIFEST
from bench.harness import Result, median, opened_meta, start, wait_quiet

PATH = "/sites/large?from={}&to={}"
DAYS = 30
MAX_PAINTED_MS = 1000
MAX_FILTERED_MS = 300
_QUIET_MS = 1500

_WATCH = """
window.last = 0;
const ofItself = ({target}) => (target.closest ? target : target.parentElement)?.closest('#panel-live, header');
new MutationObserver(changes => {
  if (!changes.every(ofItself)) requestAnimationFrame(() => setTimeout(() => window.last = performance.now()));
}).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
"""
_SETTLED = f"""
new Promise(done => {{
  const look = () => {{
    const ready = document.querySelector('#panel-places .item') && !document.querySelector('.sk, .dim');
    ready && performance.now() - window.last > {_QUIET_MS} ? done(window.last) : setTimeout(look, 50);
  }};
  look();
}})
"""
_CLICK = f"""
(async () => {{
  const start = window.last = performance.now();
  document.querySelector('#panel-places .item a').click();
  await {_SETTLED};
  return window.last - start;
}})()
"""
_BYTES = """
performance.getEntriesByType('resource').filter(({name}) => name.includes('/assets/'))
  .reduce((sum, {encodedBodySize}) => sum + encodedBodySize, 0)
"""


def run(work: Work) -> Result:
    data = prepared(work)
    painted: list[float] = []
    filtered: list[float] = []
    figures: Result = {}
    with opened_meta(data) as meta:
        token, _ = meta.create_token("bench", ["read"], ["large"], None)
    with start(data) as process, work.directory() as folder, _chromium(folder / "profile") as browser:
        for _ in range(work.scale.runs):
            wait_quiet(work.scale.quiet)
            with browser.page(width=1440, height=900) as page:
                figures = _first_view(page, process.url + _path(data), token)
                painted.append(figures.pop("painted_ms"))
                filtered.append(page.run(_CLICK))
    return {
        "painted_ms": round(median(painted)),
        "filtered_ms": round(median(filtered)),
        **figures,
        "values": {"painted": [round(one) for one in painted], "filtered": [round(one) for one in filtered]},
        "directory": data.name,
    }


def _path(data: Path) -> str:
    """The last days that have rows: days of a chip's range would move away from them."""
    until = json.loads((data / MANIFEST).read_text("utf-8"))["until"]
    last = datetime.fromtimestamp(until / 1000 - 1, UTC).date()
    return PATH.format(last - timedelta(days=DAYS - 1), last)


def _first_view(page: Page, url: str, token: str) -> Result:
    """A new browser that is signed in, but has loaded nothing of the application."""
    page.goto(urljoin(url, "/healthz"))
    page.run(
        "fetch('/api/session', {method: 'POST', headers: {'content-type': 'application/json'},"
        f" body: JSON.stringify({{token: '{token}'}})}}).then(answer => answer.status)"
    )
    page.before_scripts(_WATCH)
    page.requests.clear()
    page.goto(url)
    painted = page.run(_SETTLED)
    asked = [request["url"] for request in page.requests]
    return {
        "painted_ms": painted,
        "requests": len(asked),
        "queries": sum("/api/" in url for url in asked),
        "loaded_bytes": page.run(_BYTES),
    }


@contextmanager
def _chromium(profile: Path) -> Iterator[Chromium]:
    browser = Chromium(profile)
    try:
        yield browser
    finally:
        browser.close()


BAR = Bar(
    name="B16",
    what="the dashboard's web page at 10 M events, cold cache: all panels painted, a changed filter",
    bar="≤ 1 s, ≤ 300 ms",
    run=run,
    figure=lambda r: f"{r['painted_ms']} ms, {r['filtered_ms']} ms, {r['requests']} requests ({r['queries']} queries)",
    met=lambda r: r["painted_ms"] <= MAX_PAINTED_MS and r["filtered_ms"] <= MAX_FILTERED_MS,
)
