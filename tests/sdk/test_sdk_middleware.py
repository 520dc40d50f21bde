"""What a middleware tells of a request: status, bytes, who asked; and that the application is left as it is."""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import nullcontext

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Route
from tests.sdk.apps import SITES, BoomError, Sink, ask, starlette_site

from footfall_client import asgi, wsgi


@pytest.fixture(autouse=True)
def quiet():
    """What the frameworks log of `/boom`."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("site", SITES)
def test_streamed_bytes_are_counted(site):
    sink = Sink()
    assert len(SITES[site].ask(sink, "/stream").content) == 3000
    assert (sink.only()["status"], sink.only()["bytes"]) == (200, 3000)


@pytest.mark.parametrize("site", SITES)
def test_what_raises_is_500(site):
    sink = Sink()
    assert SITES[site].ask(sink, "/boom").status_code == 500
    assert sink.only()["status"] == 500


@pytest.mark.parametrize("site", sorted(set(SITES) - {"litestar"}))  # which has no HEAD of its own
def test_answers_to_head_have_no_bytes(site):
    sink = Sink()
    answer = SITES[site].ask(sink, "/", method="HEAD")
    row = sink.only()
    assert (row["method"], row["status"], row["bytes"]) == ("HEAD", answer.status_code, 0)


@pytest.mark.parametrize("site", SITES)
def test_a_row_says_what_was_asked_and_by_whom(site):
    sink = Sink()
    headers = {
        "Host": "shop.test:8443",
        "User-Agent": "curl/8",
        "Referer": "https://news.test/a",
        "CF-Ray": "1" * 300,
        "CDN-Loop": "cloudflare",
        "Fastly-Client-IP": "198.51.100.1",
        "Cookie": "secret",
        "Authorization": "secret",
    }
    answer = SITES[site].ask(sink, "/users/1?token=secret", headers=headers)
    row = sink.only()
    assert row.pop("timestamp") > 1_700_000_000_000
    assert math.isfinite(row.pop("duration_ms"))
    assert row == {
        "method": "GET",
        "endpoint": "/users/{id}",
        "status": 200,
        "bytes": len(answer.content),
        "protocol": "http",
        "ip_address": "203.0.113.9",
        "user_agent": "curl/8",
        "referer": "https://news.test/a",
        "host": "shop.test",
        "headers": {"cf-ray": "1" * 200, "cdn-loop": "cloudflare", "fastly-client-ip": ""},
    }


TRUSTED = {"trusted_proxies": ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"]}
FORWARDED = [
    # peer, X-Forwarded-For, X-Forwarded-Proto, options, address, protocol
    ("203.0.113.9", "198.51.100.1", "https", {}, "203.0.113.9", "http"),
    ("127.0.0.1", "198.51.100.1", "https", {}, "198.51.100.1", "https"),
    ("127.0.0.1", "6.6.6.6, 198.51.100.1", "http, https", {}, "198.51.100.1", "https"),
    ("127.0.0.1", "198.51.100.1, 10.0.0.1", "https, http", {}, "10.0.0.1", "http"),
    ("127.0.0.1", "198.51.100.1, 10.0.0.1", "https, http", TRUSTED, "198.51.100.1", "https"),
    ("10.0.0.7", "6.6.6.6, 198.51.100.1, 10.0.0.2, 127.0.0.1", "https", TRUSTED, "198.51.100.1", "https"),
    ("127.0.0.1", "unknown", "https", {}, "127.0.0.1", "https"),
    ("127.0.0.1", "198.51.100.1, unknown", None, {}, "127.0.0.1", "http"),
    ("127.0.0.1", "198.51.100.1:4711", "ftp", {}, "198.51.100.1", "http"),
    ("2001:db8::1", "[2001:db9::2]:80", "HTTPS", TRUSTED, "2001:db9::2", "https"),
    ("::ffff:127.0.0.1", "::ffff:198.51.100.1", None, {}, "198.51.100.1", "http"),
    ("127.0.0.1", None, "https", {}, "127.0.0.1", "https"),
    ("127.0.0.1", "198.51.100.1", "https", {"trusted_proxies": []}, "127.0.0.1", "http"),
    ("127.0.0.1", "198.51.100.1", "https", {"addresses": False}, None, "https"),
    ("testclient", "198.51.100.1", None, {}, None, "http"),
    ("", "198.51.100.1", "https", {}, "198.51.100.1", "https"),  # a local socket
    ("", "198.51.100.1", "https", {"trusted_proxies": ["10.0.0.0/8"]}, None, "http"),
]


@pytest.mark.parametrize("site", ["starlette", "flask", "django"])
@pytest.mark.parametrize(("peer", "hops", "proto", "options", "address", "protocol"), FORWARDED)
def test_only_trusted_proxies_are_believed(site, peer, hops, proto, options, address, protocol):
    sink = Sink()
    given = {"X-Forwarded-For": hops, "X-Forwarded-Proto": proto}
    headers = {name: value for name, value in given.items() if value}
    SITES[site].ask(sink, "/", peer=peer, headers=headers, options=options)
    assert (sink.only().get("ip_address"), sink.only()["protocol"]) == (address, protocol)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ({"ignore": ["/users"]}, ["/stream"]),
        ({"ignore": ["/users/1", "/str"]}, ["/stream"]),
        ({"ignore": "/stream"}, ["/users/{id}"]),
        ({"ignore": lambda _: True}, []),
        ({"ignore": lambda _: 1 / 0}, ["/users/{id}", "/stream"]),
    ],
)
def test_ignored_requests_are_served_and_not_seen(site, options, seen):
    sink = Sink()
    for path in ("/users/1", "/stream"):
        assert SITES[site].ask(sink, path, options=options).status_code == 200
    assert [row["endpoint"] for row in sink.rows] == seen


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(
    ("ignore", "seen"),
    [
        (["/users"], ["/api", "/api/stream"]),
        (["/api/users/1", "/str"], ["/api", "/api/stream"]),
        (["/api"], []),
        (["/"], ["/api/users/{id}", "/api/stream"]),
        (["/api/"], []),
    ],
)
def test_paths_to_ignore_are_the_applications_or_whole(site, ignore, seen):
    """Both with the prefix of a mount or the server, and without."""
    sink = Sink()
    made = SITES[site].make(sink, ignore=ignore)

    async def asked(scope, receive, send):
        more = {"path": "/api" + scope["path"], "raw_path": b"/api" + scope["raw_path"], "root_path": "/api"}
        await made({**scope, **more}, receive, send)

    def asked_wsgi(environ, start):
        return made({**environ, "SCRIPT_NAME": "/api"}, start)

    for path in ("/", "/users/1", "/stream"):
        ask(asked_wsgi if SITES[site].is_wsgi else asked, path, is_wsgi=SITES[site].is_wsgi)
    assert [row["endpoint"].rstrip("/") for row in sink.rows] == seen


def name_of(request):
    """What each framework gives to `user_id`."""
    if isinstance(request, dict):
        return request["method"] if "method" in request else request["REQUEST_METHOD"]
    return request.method


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(
    ("user_id", "row"),
    [
        (name_of, "GET"),
        (lambda _: 42, "42"),
        (lambda _: "é" * 200, "é" * 128),
        (lambda _: None, None),
        (lambda _: 1 / 0, None),
    ],
)
def test_the_application_names_its_users(site, user_id, row):
    sink = Sink()
    SITES[site].ask(sink, "/users/1", options={"user_id": user_id})
    assert sink.rows[0].get("user_id") == row


@pytest.mark.parametrize("site", SITES)
def test_a_fault_of_the_client_does_not_reach_the_application(site):
    class Broken(Sink):
        def put_visit(self, _):
            raise RuntimeError("broken")

    sink = Broken()
    assert SITES[site].ask(sink, "/users/1").status_code == 200
    assert [where for where, _ in sink.faults] == ["middleware"]


def drive(app, scope=None, *, incoming=(), sent=None):
    """An ASGI application driven by hand; what it sends goes to `sent`, or raises where that is a function."""
    messages = iter(incoming)
    sent = [] if sent is None else sent

    async def receive():
        return next(messages)

    async def send(message):
        sent(message) if callable(sent) else sent.append(message)

    base = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": None, "scheme": "http"}
    asyncio.run(app({**base, **(scope or {})}, receive, send))
    return sent


def test_what_the_application_raises_goes_on():
    sink = Sink()
    with pytest.raises(BoomError):
        drive(starlette_site(sink), {"path": "/boom"})
    assert sink.only()["status"] == 500


def test_a_failure_after_the_answer_began_keeps_its_status():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"12345", "more_body": True})
        raise BoomError

    sink = Sink()
    with pytest.raises(BoomError):
        drive(asgi.FootfallMiddleware(app, sink))
    assert (sink.only()["status"], sink.only()["bytes"]) == (200, 5)


def test_a_client_that_left():
    async def waits(scope, receive, send):
        assert (await receive())["type"] == "http.disconnect"

    async def cancelled(scope, receive, send):
        raise asyncio.CancelledError

    sink = Sink()
    drive(asgi.FootfallMiddleware(waits, sink), incoming=[{"type": "http.disconnect"}])
    with pytest.raises(asyncio.CancelledError):
        drive(asgi.FootfallMiddleware(cancelled, sink))
    assert [row["status"] for row in sink.rows] == [499, 499]


@pytest.mark.parametrize(("reads", "status"), [(True, 499), (False, 200)])
def test_a_client_that_left_is_known_where_the_application_reads_its_body(reads, status):
    async def handler(request):
        if reads:
            await request.body()
        return PlainTextResponse("hello")

    sink = Sink()
    app = Starlette(routes=[Route("/", handler)])
    app.add_middleware(asgi.FootfallMiddleware, client=sink)
    with pytest.raises(ClientDisconnect) if reads else nullcontext():
        drive(app, incoming=[{"type": "http.disconnect"}])
    assert sink.only()["status"] == status


def test_a_send_that_fails_is_told_once_and_raised():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"12345"})

    def broken(message):
        if message["type"] == "http.response.body":
            raise OSError("gone")

    sink = Sink()
    with pytest.raises(OSError, match="gone"):
        drive(asgi.FootfallMiddleware(app, sink), sent=broken)
    assert sink.only()["status"] == 200


def test_a_request_is_told_of_before_its_background_tasks():
    sink = Sink()
    told = []

    async def later():
        told.append(len(sink.rows))
        raise BoomError

    async def answer(request):
        return PlainTextResponse("hello", background=BackgroundTask(later))

    app = Starlette(routes=[Route("/", answer)])
    app.add_middleware(asgi.FootfallMiddleware, client=sink)
    with pytest.raises(BoomError):
        drive(app)
    assert told == [1]
    assert (sink.only()["status"], sink.only()["bytes"]) == (200, 5)


def test_files_that_the_server_sends_are_counted(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 1234)

    async def answer(request):
        return FileResponse(file)

    sink = Sink()
    app = Starlette(routes=[Route("/", answer)])
    app.add_middleware(asgi.FootfallMiddleware, client=sink)
    sent = drive(app, {"extensions": {"http.response.pathsend": {}}})
    assert sent[-1]["type"] == "http.response.pathsend"
    assert sink.only()["bytes"] == 1234


def test_websockets_pass_untouched():
    passed = []

    async def app(scope, receive, send):
        passed.append((receive, send))

    async def receive():
        return {}

    async def send(message):
        return None

    sink = Sink()
    asyncio.run(asgi.FootfallMiddleware(app, sink)({"type": "websocket", "path": "/"}, receive, send))
    assert passed == [(receive, send)]
    assert sink.rows == []


def wsgi_call(app, environ=None):
    """A WSGI application driven by hand: (status, what `write` and the body gave)."""
    said = []

    def start(status, headers, *exc_info):
        said.append(status)
        return said.append

    body = app({"REQUEST_METHOD": "GET", "PATH_INFO": "/", **(environ or {})}, start)
    return said, body


def test_wsgi_counts_what_was_written_and_what_was_given():
    def app(environ, start):
        write = start("201 Created", [])
        write(b"123")
        return [b"45", b"6"]

    sink = Sink()
    said, body = wsgi_call(wsgi.FootfallMiddleware(app, sink))
    assert sink.rows == []  # it is not over yet
    assert [*said, *body] == ["201 Created", b"123", b"45", b"6"]
    body.close()
    assert (sink.only()["status"], sink.only()["bytes"]) == (201, 6)


def test_wsgi_closes_the_body_once_and_tells_of_a_client_that_left():
    closed = []

    class Body:
        def __iter__(self):
            yield b"12"
            yield b"34"

        def close(self):
            closed.append(True)

    def app(environ, start):
        start("200 OK", [])
        return Body()

    sink = Sink()
    _, body = wsgi_call(wsgi.FootfallMiddleware(app, sink))
    assert next(body) == b"12"
    body.close()
    assert closed == [True]
    assert sink.only()["bytes"] == 2


@pytest.mark.parametrize(("parts", "status"), [(0, 500), (1, 200)])
def test_wsgi_failures_in_the_body(parts, status):
    def app(environ, start):
        start("200 OK", [])
        yield from [b"12"] * parts
        raise BoomError

    sink = Sink()
    _, body = wsgi_call(wsgi.FootfallMiddleware(app, sink))
    with pytest.raises(BoomError):
        list(body)
    body.close()
    assert (sink.only()["status"], sink.only()["bytes"]) == (status, 2 * parts)


def test_wsgi_failures_in_the_call():
    def app(environ, start):
        raise BoomError

    sink = Sink()
    with pytest.raises(BoomError):
        wsgi_call(wsgi.FootfallMiddleware(app, sink))
    assert sink.only()["status"] == 500


def test_a_network_that_is_none_is_left_out():
    sink = Sink()

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    app = asgi.FootfallMiddleware(app, sink, trusted_proxies=["10.0.0.0/8", "proxy.test"])
    ask(app, "/", peer="10.0.0.1", headers={"X-Forwarded-For": "198.51.100.1"}, is_wsgi=False)
    assert [where for where, _ in sink.faults] == ["trusted_proxies"]
    assert sink.rows[0]["ip_address"] == "198.51.100.1"
