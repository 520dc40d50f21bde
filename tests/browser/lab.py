"""A visit: a browser's page, the site that it opens, and what our server would get."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from tests.browser.chromium import Page
from tests.browser.site import KEY, Answer, Asked, StandIn
from tests.support.server import until

# A clock, a gaze and a scroll position that the test moves.
STAGE = """
window.now = 0; performance.now = () => window.now;
window.away = false; Object.defineProperty(document, 'hidden', {get: () => window.away});
window.focused = true; document.hasFocus = () => window.focused;
window.look = (focused, away = false) => {
  if (away != window.away) {
    window.away = away;
    document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));
  }
  window.focused = focused; dispatchEvent(new Event(focused ? 'focus' : 'blur'));
};
window.roll = y => new Promise(done => {
  addEventListener('scroll', () => setTimeout(done), {once: true});
  scrollTo(0, y);
});
"""
TALL = "<style>body {margin: 0}</style><div style='height: 4000px'></div>"


@dataclass
class Lab:
    """A page of a fresh browser, a site that it visits, and a stand-in for our server, on another origin.

    Every path of the site is a page with the tag in it, unless `pages` has an answer.
    """

    page: Page
    stats: StandIn
    site: str = ""
    origin: str = ""
    pages: dict[str, Answer] = field(default_factory=dict)
    key: str = KEY
    tag: str = ""
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    hold: dict[str, threading.Event] = field(default_factory=dict)
    """Paths that are answered when the event is set."""

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.split("?")[0]
        if path in self.hold:
            self.hold[path].wait(30)
        html = f"<!doctype html><head><title>Page {path}</title>{self.tag}</head><body>{self.body}</body>"
        if path == "/end":
            return Answer("<!doctype html>")
        return self.pages.get(path, Answer(html, headers=self.headers))

    def script(self, options: str = "", key: str = "") -> str:
        return f'<script defer src="{self.origin}/t.js" data-key="{key or self.key}" {options}></script>'

    def visit(self, path: str = "/", options: str = "", body: str = "", referrer: str = "") -> Page:
        """Opens a path whose tag has these options."""
        self.tag, self.body = self.tag or self.script(options), body
        self.page.goto(self.site + path, referrer)
        return self.page

    def paths(self, count: int, kind: str = "pageview") -> list[str]:
        """Of the reports of a kind, once there are as many: what stands after the site's origin."""
        return [report["u"].removeprefix(self.site) for report in self.stats.wait(count, kind)]

    def ready(self, *parts: str) -> None:
        """Returns when these parts of the tracker run: the page imports them, too, and so after the tracker did."""
        for part in parts:
            assert until(lambda part=part: f"t-{part}.js" in self.stats.loaded(), 10), part
            self.page.run(f"import('{self.origin}/t-{part}.js').then(() => 0)")

    def mark(self) -> None:
        """A report made by hand, which comes after those that the page has made so far."""
        self.page.run(
            f"fetch('{self.origin}/api/collect', {{method: 'POST', body: '{{\"t\": \"mark\"}}'}}).then(() => 0)"
        )

    def settled(self, kind: str = "") -> list[dict[str, Any]]:
        """All reports there are when the page has been left: a mark is waited for.

        A view is sent in the task after a move: who leaves before leaves it unsent.
        """
        self.page.run("new Promise(done => setTimeout(done))")
        self.page.goto(self.site + "/end")
        self.mark()
        return [report for report in self.stats.reports(kind) if report["t"] != "mark"]
