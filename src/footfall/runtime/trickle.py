"""Sends the demo's live reports to the server, as browsers would."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import suppress

from footfall.demo.live import Report

_READY_SECONDS = 120
_PATIENCE = 5.0


def begin(url: str, reports: Iterable[Report]) -> None:
    """On a thread, once the server at `url` is ready, until the process ends."""
    threading.Thread(target=_run, args=(url, reports), name="demo", daemon=True).start()


def _run(url: str, reports: Iterable[Report]) -> None:
    if not _ready(url):
        return
    began = time.monotonic()
    for report in reports:
        time.sleep(max(0.0, report.at - (time.monotonic() - began)))
        with suppress(OSError):  # the server is on its way down, or busy
            _send(url, report)


def _ready(url: str) -> bool:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(f"{url}/readyz", timeout=_PATIENCE):  # noqa: S310 - our own URL
            return True
        time.sleep(0.3)
    return False


def _send(url: str, report: Report) -> None:
    """The peer is this machine, a trusted proxy unless it is configured otherwise: so visitors have addresses."""
    headers = {"Content-Type": "text/plain", "User-Agent": report.agent, "X-Forwarded-For": report.address}
    body = json.dumps(report.body).encode()
    asked = urllib.request.Request(f"{url}/api/collect", body, headers)  # noqa: S310 - as above
    with urllib.request.urlopen(asked, timeout=_PATIENCE) as answer:  # noqa: S310 - as above
        answer.read()
