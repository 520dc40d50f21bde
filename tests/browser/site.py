"""Web servers on loopback that Chromium visits: a site, and something that stands in for our server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from tests.support.server import free_port, until

ASSETS = Path(__file__).parents[2] / "src" / "footfall" / "assets"
KEY = "site-key"
_OF_CONNECTION = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "date", "server"} | {
    "content-encoding"  # it is undone on the way
}


@dataclass(frozen=True)
class Answer:
    body: bytes | str = b""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What reached the server: header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Respond = Callable[[Asked], Answer]


@contextmanager
def serving(respond: Respond) -> Iterator[int]:
    """The port of a server on loopback that answers every request by `respond`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = respond(Asked(self.command, self.path, headers, body))
            content = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in {"content-type": answer.type, "cache-control": "no-cache", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_OPTIONS = handle_one  # noqa: N815 - the names that the library looks for

        def log_message(self, *_: object) -> None:
            """Nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True  # a browser that has seen enough

    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class StandIn:
    """Serves the built scripts, `below` a path, and answers every report as our server does, keeping it."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.below = ""

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        path = urlsplit(asked.path).path.removeprefix(self.below)
        cors = {"access-control-allow-origin": "*"}
        if asked.method == "GET" and (script := ASSETS / path.strip("/")).suffix == ".js" and script.is_file():
            return Answer(script.read_bytes(), type="text/javascript", headers=cors)
        if asked.method == "POST":
            return Answer("ok", 202, "text/plain", cors)
        return Answer(status=404)

    def reports(self, kind: str = "") -> list[dict[str, Any]]:
        """Bodies of what was posted, in order of arrival."""
        bodies = [json.loads(asked.body) for asked in list(self.asked) if asked.method == "POST"]
        return [body for body in bodies if kind in {"", body["t"]}]

    def loaded(self) -> list[str]:
        """Names of the scripts that were asked for."""
        return [asked.path.strip("/") for asked in self.asked if asked.method == "GET" and asked.path.endswith(".js")]

    def wait(self, count: int, kind: str = "") -> list[dict[str, Any]]:
        """The reports, once there are as many; fewer when patience is over."""
        until(lambda: len(self.reports(kind)) >= count, 10)
        return self.reports(kind)


class Proxy(StandIn):
    """Stands before a real server, as a reverse proxy would: every visitor comes from `address`."""

    def __init__(self, http: httpx.Client, address: str) -> None:
        super().__init__()
        self.http = http
        self.address = address

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        kept = {name: value for name, value in asked.headers.items() if name not in _OF_CONNECTION}
        answer = self.http.request(
            asked.method, asked.path, headers={**kept, "x-forwarded-for": self.address}, content=asked.body
        )
        headers = {name: value for name, value in answer.headers.items() if name not in _OF_CONNECTION}
        return Answer(answer.content, answer.status_code, headers.pop("content-type", ""), headers)
