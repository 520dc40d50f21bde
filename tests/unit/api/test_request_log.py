"""What a line of the request log says, and what it keeps to itself."""

from __future__ import annotations

import asyncio
import re

import pytest
import structlog
from structlog.testing import capture_logs

from footfall.api.ingest.fast_paths import STATUS
from footfall.api.request_log import RequestLog


async def application(scope, receive, send):
    scope[STATUS] = 202
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"ok"})


def request(*headers: tuple[bytes, bytes], app=application, path="/api/event"):
    """The messages of the answer, and the lines of the log."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"token=ff_pat_secret",
        "headers": list(headers),
    }
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        asyncio.run(RequestLog(app)(scope, None, send))
    return sent, lines


def test_a_request_is_logged_without_its_query():
    (started, body), (line,) = request()
    assert line.pop("milliseconds") >= 0
    given = line.pop("request_id")
    assert re.fullmatch("[0-9a-f]{16}", given)
    assert line == {"event": "request", "log_level": "debug", "method": "POST", "path": "/api/event", "status": 202}
    assert started["headers"] == [(b"content-type", b"text/plain"), (b"x-request-id", given.encode())]
    assert body["body"] == b"ok"


def test_the_callers_id_is_kept():
    (started, _), (line,) = request((b"x-request-id", b"edge-4711"))
    assert line["request_id"] == "edge-4711"
    assert (b"x-request-id", b"edge-4711") in started["headers"]


@pytest.mark.parametrize("bad", [b"", b"a b", b"a\nb", "ä".encode(), b"x" * 101])
def test_an_id_that_could_forge_a_line_is_replaced(bad):
    _, (line,) = request((b"x-request-id", bad))
    assert re.fullmatch("[0-9a-f]{16}", line["request_id"])


def test_lines_logged_meanwhile_have_the_id():
    async def failing(scope, receive, send):
        structlog.get_logger("test").error("inside")
        raise ZeroDivisionError

    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines, pytest.raises(ZeroDivisionError):
        asyncio.run(RequestLog(failing)({"type": "http", "method": "GET", "path": "/", "headers": []}, None, None))
    assert [line["event"] for line in lines] == ["inside", "request"]
    assert lines[0]["request_id"] == lines[1]["request_id"]
    assert lines[1]["status"] == 500


def test_a_long_path_is_cut():
    assert len(request(path="/" * 5000)[1][0]["path"]) == 200
