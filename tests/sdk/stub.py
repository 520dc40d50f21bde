"""A server in this process that answers as it is told, and clients of it."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from footfall_client import Footfall

URL = "http://stats.test"
EVENTS = "/api/collect/bulk"
VISITS = "/api/tracking/visits"
PATIENCE = 20


@dataclass
class Stub:
    """A server that answers as it is told, then with 202, and remembers. `told` answers a body by what it holds."""

    answers: list[httpx.Response | Exception] = field(default_factory=list)
    told: Callable[[dict], httpx.Response | BaseException | None] = lambda _: None
    requests: list[httpx.Request] = field(default_factory=list)
    hold: threading.Event | None = None

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.hold:
            self.hold.wait(PATIENCE)
        answer = self.answers.pop(0) if self.answers else httpx.Response(202, json={"accepted": 1, "rejected": []})
        answer = self.told(read(request)) or answer
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def rows(self, path: str, name: str) -> list[dict]:
        return [row for request in self.requests if request.url.path == path for row in read(request)[name]]

    def events(self) -> list[dict]:
        return self.rows(EVENTS, "events")


def read(request: httpx.Request) -> dict:
    packed = request.headers.get("Content-Encoding") == "gzip"
    return json.loads(gzip.decompress(request.content) if packed else request.content)


def client_of(stub: Stub, **options) -> Footfall:
    return Footfall(URL, "token", **{"flush_interval": 60, "transport": stub.transport, **options})


def wait_for(look) -> None:
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end
        time.sleep(0.005)


def warnings_of(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "footfall_client"]
