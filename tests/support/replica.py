"""Replicas of one shard, played by proxies before one real node: what a node out of the wheel can't be itself.

Both have the node's tables, so they are replicas that agree, and a token counts for both. A proxy makes plain tables of
replicated ones on the way, keeps what it was asked, and can be told to answer as a replica that is down, behind, or
out of quorum.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

_ENGINE = re.compile(rb"Replicated(\w*MergeTree)\('[^']*', '\{replica\}'(?:, )?")
_WINDOW = re.compile(rb"\breplicated_deduplication_window = (\d+), replicated_deduplication_window_seconds = \d+")
_LOOKS = re.compile(rb"(SELECT DISTINCT toYYYYMM.*?WHERE )", re.DOTALL)
_UNKNOWN_STATUS = 319
_SYNC = b"SYSTEM SYNC REPLICA"


@dataclass
class Replica:
    """`down` gives no answer; `behind` has none of the rows that the drain looks for; `failing` is a code for inserts,
    which are done all the same where it says that their status is unknown.

    `losing` dies over the next insert to a table, once it is done.
    """

    port: int = 0
    down: bool = False
    behind: bool = False
    failing: int = 0
    losing: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def texts(self, part: str) -> list[str]:
        return [text for text, _ in self.asked if part in text]

    def settings(self, part: str) -> list[dict[str, str]]:
        return [settings for text, settings in self.asked if part in text]


@contextmanager
def replica(node: int) -> Iterator[Replica]:
    """A replica before the node with this HTTP port."""
    played = Replica()

    class Handler(_Handler):
        target, role = node, played

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield played
    server.shutdown()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target: int
    role: Replica

    def do_POST(self) -> None:
        body = self._body()
        options = dict(parse_qsl(urlsplit(self.path).query))
        text = options.pop("query", "") or body.decode(errors="replace")
        if self.role.down:
            self._hang_up()
            return
        self.role.asked.append((text, options))
        if "INSERT" in text and self.role.failing:
            if self.role.failing == _UNKNOWN_STATUS:
                self._forward(body)
            self._send(500, {"X-ClickHouse-Exception-Code": str(self.role.failing)}, b"Code: %d." % self.role.failing)
            return
        status, headers, answer = self._forward(self._as_of_one(body))
        if self.role.losing and f"INSERT INTO {self.role.losing}" in text.replace("`", ""):
            self.role.down = True
            self._hang_up()
            return
        self._send(status, headers, answer)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Tests read `asked`."""

    def _as_of_one(self, body: bytes) -> bytes:
        if _SYNC in body:
            self.role.behind = False
            return b"SELECT 1"
        body = _WINDOW.sub(rb"non_replicated_deduplication_window = \1", _ENGINE.sub(rb"\1(", body))
        return _LOOKS.sub(rb"\1 0 AND ", body) if self.role.behind else body

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self.target, timeout=60)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_CONNECTION}
        connection.request("POST", self.path, body, kept)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return (
            answer.status,
            {name: v for name, v in answer.getheaders() if name.lower() not in _OF_THE_CONNECTION},
            content,
        )

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunk(self) -> bytes:
        chunk = self.rfile.read(int(self.rfile.readline().split(b";")[0], 16))
        self.rfile.readline()
        return chunk

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


_OF_THE_CONNECTION = {"host", "content-length", "transfer-encoding", "connection", "keep-alive"}
