"""A headless Chromium, driven by the DevTools protocol over a pipe: no driver and no open port."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

DESKTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
WAIT_SECONDS = 30

_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--password-store=basic",
    "--lang=en-GB",
    "--accept-lang=en-GB",
    # Every name is this machine: nothing that a page asks for leaves it.
    "--host-resolver-rules=MAP * 127.0.0.1",
)


class BrowserError(Exception):
    """The browser refused a command, or a page's script failed."""


class Chromium:
    """One process. `page` opens a page with storage of its own."""

    def __init__(self, profile: Path) -> None:
        binary = shutil.which("chromium") or shutil.which("google-chrome")
        assert binary, "Chromium is missing: `make test` installs it"
        here_in, there_out = os.pipe()
        there_in, here_out = os.pipe()
        flags = [*["--no-sandbox"] * (os.geteuid() == 0), f"--user-data-dir={profile}", "about:blank"]
        # The browser reads commands from descriptor 3 and answers on 4.
        self.process = subprocess.Popen(  # noqa: S603 - the test's own command line
            ["/bin/bash", "-c", f'exec "$@" 3<&{there_in} 4>&{there_out}', "-", binary, *_FLAGS, *flags],
            pass_fds=(there_in, there_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(there_in)
        os.close(there_out)
        self._commands = os.fdopen(here_out, "wb", buffering=0)
        self._answers = os.fdopen(here_in, "rb")
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Queue[dict[str, Any]]] = {}
        self.pages: dict[str, Page] = {}
        self._reader = threading.Thread(target=self._read, name="chromium", daemon=True)
        self._reader.start()

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """The answer to one command; BrowserError where it is refused or does not come."""
        number = next(self._numbers)
        queue = self._waiting[number] = Queue()
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        self._commands.write(json.dumps(message).encode() + b"\0")
        try:
            answer = queue.get(timeout=WAIT_SECONDS)
        except Empty as error:
            raise BrowserError(f"{method}: no answer") from error
        finally:
            del self._waiting[number]  # an answer may still come
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    @contextmanager
    def page(self, user_agent: str = DESKTOP, **metrics: Any) -> Iterator[Page]:
        """A page of a fresh browser context: no storage, cache or cookies of others. `metrics` as `Page.screen`."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session, target)
        try:
            page.begin(user_agent, **metrics)
            yield page
        finally:
            del self.pages[session]
            self.call("Target.disposeBrowserContext", browserContextId=context)

    @contextmanager
    def tab(self, url: str) -> Iterator[None]:
        """A tab that no one watches or drives, as a person's."""
        target = self.call("Target.createTarget", url=url)["targetId"]
        try:
            yield
        finally:
            self.call("Target.closeTarget", targetId=target)

    def close(self) -> None:
        self._commands.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self._reader.join(10)
        self._answers.close()

    def _read(self) -> None:
        buffer = b""
        while chunk := os.read(self._answers.fileno(), 1 << 16):
            *messages, buffer = (buffer + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if queue := self._waiting.get(message.get("id", 0)):
                    queue.put(message)
                elif page := self.pages.get(message.get("sessionId", "")):
                    page.heard(message["method"], message["params"])


class Page:
    """One tab. `errors` are what its scripts threw or left unhandled, `refused` what its policy kept away."""

    def __init__(self, browser: Chromium, session: str, target: str) -> None:
        self.browser = browser
        self.session = session
        self.target = target
        self.errors: list[str] = []
        self.refused: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self._happened: Queue[str] = Queue()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.call(method, self.session, **params)

    def begin(self, user_agent: str, **metrics: Any) -> None:
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setUserAgentOverride", userAgent=user_agent)
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        if metrics:
            screen = {f"screen{side.title()}": metrics[side] for side in ("width", "height")}
            self.call("Emulation.setDeviceMetricsOverride", deviceScaleFactor=1, mobile=False, **metrics, **screen)

    def heard(self, event: str, params: dict[str, Any]) -> None:
        """Called by the reader's thread."""
        if event == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif event == "Log.entryAdded" and params["entry"]["source"] == "security":
            self.refused.append(params["entry"]["text"])
        elif event == "Network.requestWillBeSent":
            self.requests.append(params["request"])
        elif event in {"Page.loadEventFired", "Page.frameNavigated"}:
            self._happened.put(event)

    def before_scripts(self, source: str) -> None:
        """A script that runs in every document before the document's own."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=source)

    def goto(self, url: str, referrer: str = "") -> None:
        """Returns after the `load` event."""
        self._forget()
        answer = self.call("Page.navigate", url=url, **({"referrer": referrer} if referrer else {}))
        if "errorText" in answer:
            raise BrowserError(f"{url}: {answer['errorText']}")
        self._await("Page.loadEventFired")

    def back(self) -> None:
        """As the button does; from the back/forward cache there is no `load` event."""
        self._forget()
        history = self.call("Page.getNavigationHistory")
        entry = history["entries"][history["currentIndex"] - 1]
        self.call("Page.navigateToHistoryEntry", entryId=entry["id"])
        self._await("Page.frameNavigated")

    def run(self, expression: str) -> Any:
        """The JSON value of an expression, awaited; BrowserError where it throws."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def click(self, selector: str, button: str = "left") -> None:
        """A real click in the element's middle. Returns before whatever it leads to."""
        x, y = self.run(
            f"(box => [box.x + box.width / 2, box.y + box.height / 2])"
            f"(document.querySelector('{selector}').getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)

    def follow(self, selector: str) -> None:
        """A click that leads to another document; returns after its `load` event."""
        self._forget()
        self.click(selector)
        self._await("Page.loadEventFired")

    def leave(self) -> None:
        """To a document that tells nothing: what is sent on leaving is sent."""
        self.goto("about:blank")

    def _forget(self) -> None:
        while not self._happened.empty():
            self._happened.get()

    def _await(self, event: str) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                if self._happened.get(timeout=end - time.monotonic()) == event:
                    return
            except (Empty, ValueError) as error:
                raise BrowserError(f"{event} did not come") from error
