"""A ClickHouse server's HTTP interface over an embedded engine, for tests of what runs against a remote store.

`running(path)` starts it in a process of its own (a process can run one engine path only). Knows the parts of
https://clickhouse.com/docs/interfaces/http that clients use: `query` in the URL, the body or both; forms; `param_*`;
`database`; settings as URL parameters; compressed bodies; inserts; errors with their code in a header.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_TRANSPORT = {
    *("query", "database", "default_format", "user", "password", "query_id", "quota_key", "role", "stacktrace"),
    *("session_id", "session_timeout", "session_check", "buffer_size", "compress", "decompress"),
    *("wait_end_of_query", "enable_http_compression", "client_protocol_version"),
    *("send_progress_in_http_headers", "http_headers_progress_interval_ms"),
}
_INSERT = re.compile(
    rb"\s*(INSERT\s+INTO\s+(?:TABLE\s+)?[^\s(]+\s*(?:\([^)]*\))?)"
    rb"\s*(SETTINGS\s.*?)?\s*FORMAT\s+(\w+)(?:\s*;|[ \t]*\r?\n|\s|$)",
    re.IGNORECASE | re.DOTALL,
)
_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_CODE = re.compile(r"Code: (\d+)")
_STATUS = {60: 404, 81: 404, 62: 400, 47: 400, 457: 400, 516: 403, 159: 408, 202: 503, 209: 503}


@dataclass(frozen=True, slots=True)
class Request:
    """One request, whichever way it came: the statement's text, the data that follows it, and the URL's parameters."""

    text: bytes
    data: bytes
    options: dict[str, str]

    @property
    def params(self) -> dict[str, str]:
        return {name[6:]: value for name, value in self.options.items() if name.startswith("param_")}

    @property
    def settings(self) -> dict[str, str]:
        return {
            name: value
            for name, value in self.options.items()
            if name not in _TRANSPORT and not name.startswith("param_")
        }


class Server(ThreadingHTTPServer):
    """One engine, one connection to it per request."""

    daemon_threads = True

    def __init__(self, path: Path, port: int, user: str, password: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        import chdb  # noqa: PLC0415 -- never in the process of the tests

        self.path = path
        self.connect: Any = chdb.connect
        self.keeper = chdb.connect(str(path))
        self.user = user
        self.password = password


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *args: object) -> None:
        """Tests read the answers."""

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = self._body()
        if not self._is_known(options):
            self._fail(
                "Code: 516. DB::Exception: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)"
            )
        elif parts.path == "/ping" or not (body or options.get("query")):
            self._send(200, b"Ok.\n", {})
        else:
            self._run(self._request(options, body))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b"".join(iter(self._chunk, b""))
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return _decompressed(body, self.headers.get("Content-Encoding", ""))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _is_known(self, options: dict[str, str]) -> bool:
        scheme, _, credentials = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            user, _, password = base64.b64decode(credentials).decode().partition(":")
        else:
            user = self.headers.get("X-ClickHouse-User") or options.get("user", "default")
            password = self.headers.get("X-ClickHouse-Key") or options.get("password", "")
        return (user, password) == (self.server.user, self.server.password)

    def _request(self, options: dict[str, str], body: bytes) -> Request:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):
            options |= _form(body, kind.partition("boundary=")[2].strip('"').encode())
            body = b""
        query = options.get("query", "").encode()
        text = query + b"\n" + body if query and body else query or body
        if found := _INSERT.match(text):
            return Request(text[: found.end()], text[found.end() :], options)
        return Request(text, b"", options)

    def _run(self, request: Request) -> None:
        connection = self.server.connect(str(self.server.path))
        try:
            if settings := request.settings:
                connection.query("SET " + ", ".join(f"{name} = {_quoted(value)}" for name, value in settings.items()))
            if database := request.options.get("database"):
                connection.query(f"USE `{database}`")
            self._finish(request, _execute(connection, request, self.server.path))
        except RuntimeError as error:
            self._fail(str(error))
        finally:
            connection.close()

    def _finish(self, request: Request, result: Any) -> None:
        body = result.bytes() or b""
        named = _FORMAT.search(request.text.decode(errors="replace"))
        form = named[1] if named else _default_format(request)
        figures = {
            "read_rows": str(result.rows_read()),
            "read_bytes": str(result.bytes_read()),
            "written_rows": str(result.rows_read() if request.data else 0),
        }
        headers = {"X-ClickHouse-Summary": json.dumps(figures), "X-ClickHouse-Timezone": "UTC"}
        if body:
            headers["X-ClickHouse-Format"] = form
        self._send(200, body, headers)

    def _fail(self, message: str) -> None:
        found = _CODE.search(message)
        code = int(found[1]) if found else 1002
        body = f"{message[found.start() if found else 0 :]} (version 26.9.0.0)\n"
        self._send(_STATUS.get(code, 500), body.encode(), {"X-ClickHouse-Exception-Code": str(code)})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "X-ClickHouse-Query-Id": "test"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _execute(connection: Any, request: Request, path: Path) -> Any:
    insert = _INSERT.match(request.text)
    if not insert:
        return connection.query(request.text.decode(), _default_format(request), params=request.params)
    with tempfile.NamedTemporaryFile(dir=path) as file:
        file.write(request.data)
        file.flush()
        target, settings, form = ((part or b"").decode() for part in insert.groups())
        return connection.query(f"{target} FROM INFILE {_quoted(file.name)} {settings} FORMAT {form}", "TabSeparated")


def _default_format(request: Request) -> str:
    return request.options.get("default_format", "TabSeparated")


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _decompressed(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding == "zstd":
        from backports import zstd  # noqa: PLC0415 -- as lz4

        return zstd.decompress(body)
    if encoding == "lz4":
        import lz4.frame  # noqa: PLC0415 -- only where a client chose it

        return bytes(lz4.frame.decompress(body))
    return body


def _form(body: bytes, boundary: bytes) -> dict[str, str]:
    fields = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        if name := re.search(rb'name="([^"]*)"', head):
            fields[name[1].decode()] = value.decode()
    return fields


@contextmanager
def running(path: Path, *, user: str = "default", password: str = "", port: int = 0) -> Iterator[int]:
    """A server over the directory, as long as the block lasts; yields its port on 127.0.0.1."""
    command = [sys.executable, __file__, f"--path={path}", f"--user={user}", f"--password={password}", f"--port={port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- our own file
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the test server over {path} did not start")
            yield int(line)
        finally:
            process.terminate()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", default="default")
    parser.add_argument("--password", default="")
    given = parser.parse_args()
    server = Server(given.path, given.port, given.user, given.password)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
