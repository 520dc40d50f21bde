"""The dashboard in a browser's page: what a person does with it, and what stands there then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from tests.browser.chromium import Chromium, Page
from tests.support.server import Server, begin
from tests.support.server import until as awaited

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "src" / "footfall" / "assets" / "web" / "index.html"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SMALL = ("--days", "40", "--visitors-per-day", "40")
ALT = 1
CONTROL = 2
PATIENCE = 30
_CODES = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}
T = TypeVar("T")
_STILL = (
    "document.getAnimations().every(one => one.playState !== 'running'"
    " || one.effect.getComputedTiming().endTime === Infinity)"
)
_NOTE_CLICK = (
    "document.addEventListener('click', event => { window.clicked = !!event.target.closest(%s) },"
    " {capture: true, once: true}); window.clicked = null"
)
_VISIBLE = "e => e.offsetWidth > 0 && getComputedStyle(e).visibility !== 'hidden'"
# Panels that still fill move what is below them: a click that is aimed too early lands beside its target.
_AIM = """
(async () => {{
  if (!{mark}) return null;
  const target = document.querySelector('[data-found]');
  const aim = ({{x, y, width, height}}) => [x + Math.min(width / 2, 40), y + height / 2];
  const box = () => aim(target.getBoundingClientRect());
  const before = box();
  for (let frame = 0; frame < 6; frame++) await new Promise(requestAnimationFrame);
  const now = box();
  const hit = document.elementFromPoint(...now);
  const isStill = now.every((at, axis) => at === before[axis]);
  return isStill && hit && (target.contains(hit) || hit.contains(target)) ? now : null;
}})()
"""


def until(look: Callable[[], T]) -> T:
    """What `look` gives once it is true; a page that is not ready after some seconds never will be."""
    return awaited(look, PATIENCE)


class DemoServer(Server):
    """`footfall demo`: the server of the demo's project."""

    arguments: tuple[str, ...] = ()

    def launch(self, **settings: str) -> None:
        self.settings |= settings
        where = {"port": str(self.port), "host": "127.0.0.1"}
        self.process = begin("demo", *self.arguments, data=self.data, out=self.log, **where, **self.settings)


@contextmanager
def demo(data: Path, arguments: tuple[str, ...] = SMALL, **settings: str) -> Iterator[Server]:
    """The demo, once all of it can be queried."""
    server = DemoServer(data, **settings)
    server.arguments = arguments
    try:
        yield server.start()
    finally:
        server.close()


@dataclass
class Dashboard:
    page: Page
    url: str

    def open(self, path: str, *, shows: str = "") -> Dashboard:
        self.page.goto(self.url + path)
        if shows:
            self.see(shows)
        return self

    def sign_in(self, token: str) -> None:
        """By the request that the page for it makes."""
        self.open("/sign-in", shows="Sign in to Footfall")
        self.exchange(token)

    def exchange(self, token: str) -> None:
        """Gets the browser a cookie for the token; what the page shows stays."""
        body = json.dumps({"token": token})
        options = {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": body}
        assert self.page.run(f"fetch('/api/session', {json.dumps(options)}).then(answer => answer.status)") == 201

    @property
    def path(self) -> str:
        return str(self.page.run("location.pathname"))

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address, decoded."""
        found = parse_qs(urlsplit(str(self.page.run("location.href"))).query, keep_blank_values=True)
        return {name: values[-1] for name, values in found.items()}

    def text(self, selector: str = "body") -> str:
        return str(self.page.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def see(self, text: str, selector: str = "body") -> None:
        assert until(lambda: text in self.text(selector)), (text, self.text(selector)[:2000])

    def gone(self, selector: str) -> None:
        assert until(lambda: not self.count(selector)), selector

    def count(self, selector: str) -> int:
        return int(self.page.run(f"[...document.querySelectorAll({json.dumps(selector)})].filter({_VISIBLE}).length"))

    def wait(self, expression: str) -> Any:
        """The value of a JavaScript expression, once it is truthy."""
        found = until(lambda: self.page.run(expression))
        assert found, expression
        return found

    def find(self, selector: str, text: str = "") -> None:
        """Marks the first visible element that holds the text as `[data-found]`, and brings it into view."""
        self.wait(self._mark(selector, text))

    def _mark(self, selector: str, text: str) -> str:
        return (
            "(() => { document.querySelectorAll('[data-found]').forEach(e => e.removeAttribute('data-found'));"
            f"const found = [...document.querySelectorAll({json.dumps(selector)})].filter({_VISIBLE})"
            f".find(e => (e.innerText + ' ' + (e.getAttribute('aria-label') ?? '')).includes({json.dumps(text)}));"
            "found?.setAttribute('data-found', ''); found?.scrollIntoView({block: 'center', behavior: 'instant'});"
            "return !!found })()"
        )

    def click(self, selector: str, text: str = "", modifiers: int = 0) -> None:
        """A real click on the first element that holds the text, once it lies still and nothing covers it.

        Again where it lands on something else: what fills above it may still have moved it.
        """
        for _ in range(3):
            x, y = self.wait(_AIM.format(mark=self._mark(selector, text)))
            self.page.run(_NOTE_CLICK % json.dumps(selector))
            for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
                self.mouse(kind, x, y, modifiers)
            if self.page.run("window.clicked") is not False:
                break

    def mouse(self, kind: str, x: float, y: float, modifiers: int = 0) -> None:
        button = "none" if kind == "mouseMoved" and not modifiers else "left"
        buttons = 0 if kind == "mouseReleased" or button == "none" else 1
        self.page.call(
            "Input.dispatchMouseEvent",
            type=kind,
            x=x,
            y=y,
            button=button,
            buttons=buttons,
            clickCount=1,
            modifiers=modifiers,
        )

    def drag(self, selector: str, start: float, end: float, *, half_way: Callable[[], None] = lambda: None) -> None:
        """Along the middle of an element, between two shares of its width."""
        left, width, y = self.wait(  # in one go: the element may be made anew at any time
            f"{self._mark(selector, '')} && (box => [box.x, box.width, box.y + box.height / 2])"
            "(document.querySelector('[data-found]').getBoundingClientRect())"
        )
        where = [left + width * (start + (end - start) * step / 5) for step in range(6)]
        self.mouse("mouseMoved", where[0], y)
        self.mouse("mousePressed", where[0], y)
        for step, x in enumerate(where[1:]):
            self.page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button="left", buttons=1)
            if step == 2:
                half_way()
        self.mouse("mouseReleased", where[-1], y)

    def press(self, *keys: str, modifiers: int = 0) -> None:
        for key in keys:
            code = {"windowsVirtualKeyCode": _CODES[key]} if key in _CODES else {"text": key}
            if key == "Enter":
                code["text"] = "\r"
            for kind in ("keyDown", "keyUp"):
                self.page.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers, **code)

    def back(self) -> None:
        """Within the application: no document is loaded."""
        self.page.run("history.back()")

    def type(self, text: str) -> None:
        self.page.call("Input.insertText", text=text)

    def focused(self) -> str:
        """The name of the element that has the focus."""
        return str(
            self.page.run("(e => e.getAttribute('aria-label') || e.innerText || e.tagName)(document.activeElement)")
        )

    def theme(self, name: str) -> None:
        self.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def violations(self, *rules: str) -> list[str]:
        """What axe-core finds, by all of its rules or by these, once what fades in stands."""
        self.wait(_STILL)
        if not self.page.run("typeof axe === 'object'"):
            self.page.run(AXE.read_text(encoding="utf-8") + "; 0")
        options = json.dumps({"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {}))
        found = self.page.run(
            f"axe.run(document, {options}).then(({{violations}}) => violations.map(({{id, nodes}}) =>"
            " id + ': ' + nodes.slice(0, 3).map(({html, any}) => html.slice(0, 200) + ' ' + (any[0]?.message ?? ''))"
            ".join(' | ')))"
        )
        return [str(one) for one in found]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def clean(self) -> None:
        """Nothing threw, and the page's policy kept nothing away."""
        assert (self.page.errors, self.page.refused) == ([], [])


@contextmanager
def opened(browser: Chromium, url: str, *, width: int = 1440, height: int = 900) -> Iterator[Dashboard]:
    with browser.page(width=width, height=height) as page:
        assert BUILT.is_file(), "the dashboard is not built: `make setup`"
        yield Dashboard(page, url)


def signed_in(dashboard: Dashboard, token: str, path: str = "/sites/shop?range=today") -> Dashboard:
    """By hand: the page asks for the token, and leads to where one wanted to go."""
    dashboard.open(path, shows="Sign in to Footfall")
    dashboard.wait("document.activeElement.id === 'token'")
    dashboard.type(token)
    dashboard.press("Enter")
    dashboard.wait(f"location.pathname === {path.partition('?')[0]!r}")
    return dashboard
