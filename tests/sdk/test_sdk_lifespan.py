"""The end of a lifespan: what waits is sent before the server learns of it, since it may kill the process then."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from tests.sdk import django_site
from tests.sdk.apps import BoomError, Sink, ask, fastapi_site, litestar_site, starlette_site
from tests.sdk.stub import PATIENCE, VISITS, Stub, client_of, wait_for, warnings_of

from footfall_client.asgi import FlushAtShutdown, FootfallMiddleware

STARTED, STOPPED = "lifespan.startup.complete", "lifespan.shutdown.complete"


@pytest.fixture
def stub():
    return Stub()


def live(app, *, before_the_end=lambda: None, on_message=lambda _: None) -> list[str]:
    """A server's start and stop, with something in between: the types of the application's messages."""
    said = []

    async def receive():
        if said:
            before_the_end()
        return {"type": "lifespan.shutdown" if said else "lifespan.startup"}

    async def send(message):
        on_message(message["type"])
        said.append(message["type"])

    asyncio.run(app({"type": "lifespan", "asgi": {}, "state": {}}, receive, send))
    return said


async def answer(send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


async def raising(scope, receive, send):
    assert scope["type"] == "http"
    await answer(send)


async def returning(scope, receive, send):
    if scope["type"] == "http":
        await answer(send)


APPS = {
    "starlette": starlette_site,
    "fastapi": fastapi_site,
    "litestar": lambda client: FlushAtShutdown(litestar_site(client), client),
    "django": lambda client: FlushAtShutdown(django_site.asgi(client), client),
    "an application that raises on lifespans": lambda client: FootfallMiddleware(raising, client),
    "an application that ignores lifespans": lambda client: FootfallMiddleware(returning, client),
    "two middlewares": lambda client: FootfallMiddleware(starlette_site(client), client),
}


@pytest.mark.parametrize("name", APPS)
def test_rows_are_sent_before_the_server_learns_of_the_end(stub, name):
    with client_of(stub) as client:
        app = APPS[name](client)
        sent = []

        def note(kind):
            sent.append((kind, bool(stub.requests)))

        ask(app, "/", is_wsgi=False)
        assert live(app, on_message=note) == [STARTED, STOPPED]
        assert sent == [(STARTED, False), (STOPPED, True)]
        ask(app, "/", is_wsgi=False)  # a shared client goes on
        assert client.flush(PATIENCE)
    rows = stub.rows(VISITS, "visits")
    assert len(rows) == client.accepted == (4 if name == "two middlewares" else 2)


@pytest.mark.parametrize("failure", [httpx.ConnectError("away"), httpx.Response(429, headers={"Retry-After": "200"})])
def test_what_is_not_sent_in_time_is_dropped_and_told(stub, caplog, failure):
    stub.told = lambda _: failure
    with client_of(stub, exit_timeout=0.1) as client:
        app = starlette_site(client)
        for _ in range(3):
            ask(app, "/", is_wsgi=False)
        assert live(app) == [STARTED, STOPPED]
        assert client.dropped == 3
        assert any(text.startswith("footfall: gave up on 3 rows") for text in warnings_of(caplog))
        stub.told = lambda _: None
        ask(app, "/", is_wsgi=False)
        assert client.flush(PATIENCE)
    assert (client.accepted, client.dropped) == (1, 3)


def test_what_the_sender_had_not_taken_is_dropped_and_told(stub, caplog):
    """The first body is in a pause that the server asks for."""
    stub.answers = [httpx.Response(429, headers={"Retry-After": "200"})]
    with client_of(stub, exit_timeout=0.1, batch_size=1) as client:
        app = starlette_site(client)
        ask(app, "/", is_wsgi=False)
        wait_for(lambda: warnings_of(caplog))
        ask(app, "/", is_wsgi=False)
        live(app)
        assert client.dropped == 2
    assert "footfall: 1 rows were not sent in time and are lost" in warnings_of(caplog)


def test_the_event_loop_goes_on_meanwhile(stub):
    stub.told = lambda _: httpx.ConnectError("away")
    turns = []

    async def stop(app):
        async def turn():
            while True:
                turns.append(len(stub.requests))
                await asyncio.sleep(0.001)

        turning = asyncio.create_task(turn())
        messages = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive():
            return {"type": next(messages)}

        async def send(message):
            turns.append(message["type"])

        await app({"type": "lifespan"}, receive, send)
        turning.cancel()

    with client_of(stub, exit_timeout=0.2) as client:
        client.track("a")
        asyncio.run(stop(FootfallMiddleware(returning, client)))
    during = turns[turns.index(STARTED) : turns.index(STOPPED)]
    assert any(requests for requests in during if requests != STARTED)


def test_a_client_that_the_application_closed_stays_closed(stub, caplog):
    @asynccontextmanager
    async def lifespan(_):
        yield
        await client.aclose(PATIENCE)

    threads = set(threading.enumerate())
    client = client_of(stub)
    app = Starlette(lifespan=lifespan)
    app.add_middleware(FootfallMiddleware, client=client)
    ask(app, "/", is_wsgi=False)
    assert live(app) == [STARTED, STOPPED]
    assert (client.accepted, client.dropped, warnings_of(caplog)) == (1, 0, [])
    assert client.flush(PATIENCE)
    left = {thread for thread in threading.enumerate() if thread.name == "footfall-client"} - threads
    assert left == set()


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
def test_what_a_lifespan_raises_goes_on(stub, phase):
    async def app(scope, receive, send):
        while (message := await receive())["type"] != f"lifespan.{phase}":
            await send({"type": message["type"] + ".complete"})
        raise BoomError

    with client_of(stub) as client:
        client.track("a")
        with pytest.raises(BoomError):
            live(FootfallMiddleware(app, client))
        assert client.accepted == 1


def test_a_client_that_fails_does_not_keep_the_server(caplog):
    caplog.set_level(logging.CRITICAL)

    class Broken(Sink):
        async def asettle(self):
            raise RuntimeError("broken")

    sink = Broken()
    assert live(FootfallMiddleware(returning, sink)) == [STARTED, STOPPED]
    assert [where for where, _ in sink.faults] == ["lifespan"]
