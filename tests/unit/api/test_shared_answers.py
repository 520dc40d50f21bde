"""Who shares an answer with whom, over an application whose answers end when the test says so."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from footfall.api.application import READING
from footfall.api.building import shared_paths
from footfall.api.shared_answers import SharedAnswers

KPIS = "/api/web-events/shop/kpis"
TOKEN = (b"authorization", b"Bearer ff_1")


class Answering:
    """Counts its answers from 1; each waits until `end` or until its client leaves."""

    def __init__(self) -> None:
        self.begun: list[Scope] = []
        self.left: list[int] = []
        self._ends: dict[int, asyncio.Event] = {}
        self.fails = False

    def end(self, number: int) -> None:
        self._ends[number].set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun.append(scope)
        scope["route"] = "of the API"
        number = len(self.begun)
        ended = self._ends[number] = asyncio.Event()
        assert (await receive())["body"] == b""
        leaving = asyncio.create_task(receive())
        waiting = asyncio.create_task(ended.wait())
        await asyncio.wait({leaving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.is_set():
            assert leaving.result()["type"] == "http.disconnect"
            self.left.append(number)
            raise RuntimeError("cancelled")
        leaving.cancel()
        if self.fails:
            raise RuntimeError("broken")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"{number}".encode()})


class Asked:
    """One request that is under way."""

    def __init__(self, app: SharedAnswers, path: str, query: str, method: str, *headers: tuple[bytes, bytes]) -> None:
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": list(headers),
        }
        self._sent: list[Message] = []
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        self.task = asyncio.create_task(app(self.scope, self._messages.get, self._send))

    async def _send(self, message: Message) -> None:
        self._sent.append(message)

    def leave(self) -> None:
        self._messages.put_nowait({"type": "http.disconnect"})

    @property
    def body(self) -> str:
        return b"".join(message.get("body", b"") for message in self._sent).decode()


class Front:
    def __init__(self) -> None:
        self.app = Answering()
        self.shared = SharedAnswers(self.app, [re.compile("^/api/web-events/(?P<slug>[^/]+)/kpis$")])

    def ask(
        self, path: str = KPIS, query: str = "range=24h", *headers: tuple[bytes, bytes], method: str = "GET"
    ) -> Asked:
        return Asked(self.shared, path, query, method, *(headers or (TOKEN,)))


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def on_a_loop(test: Callable[[Front], Awaitable[None]]) -> Callable[[], None]:
    async def run() -> None:
        front = Front()
        await test(front)
        await settled()
        assert not front.shared._lines  # whatever happened, nothing is kept

    return lambda: asyncio.run(run())


@on_a_loop
async def test_who_asks_meanwhile_shares_the_next_answer(front: Front) -> None:
    first = front.ask()
    await settled()
    later = [front.ask() for _ in range(3)]
    await settled()
    assert len(front.app.begun) == 1
    front.app.end(1)
    await settled()
    assert (first.body, [one.body for one in later]) == ("1", ["", "", ""])
    assert len(front.app.begun) == 2  # begun after all of them had asked
    last = front.ask()
    front.app.end(2)
    await settled()
    assert [one.body for one in later] == ["2", "2", "2"]
    front.app.end(3)
    await settled()
    assert last.body == "3"


@on_a_loop
async def test_all_see_what_the_application_noted_in_the_scope(front: Front) -> None:
    asked = [front.ask() for _ in range(3)]
    await settled()
    front.app.end(1)
    await settled()
    assert [one.scope.get("route") for one in asked] == ["of the API"] * 3


OTHERS = {
    "another token": (KPIS, "range=24h", (b"authorization", b"Bearer ff_2")),
    "no token": (KPIS, "range=24h", (b"host", b"shop.example")),
    "a token and a cookie": (KPIS, "range=24h", TOKEN, (b"cookie", b"session=1")),
    "another project": (KPIS, "range=24h", TOKEN, (b"x-project", b"blog")),
    "a header that is not known": (KPIS, "range=24h", TOKEN, (b"x-new", b"1")),
    "another range": (KPIS, "range=7d"),
    "another path": ("/api/web-events/blog/kpis", "range=24h"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_what_may_have_another_answer_shares_none(other: tuple[Any, ...]) -> None:
    @on_a_loop
    async def test(front: Front) -> None:
        asked = [front.ask(), front.ask(*other)]
        await settled()
        assert len(front.app.begun) == 2
        front.app.end(1)
        front.app.end(2)
        await settled()
        assert [one.body for one in asked] == ["1", "2"]

    test()


@pytest.mark.parametrize("header", [(b"user-agent", b"Firefox"), (b"x-forwarded-for", b"203.0.113.7")])
def test_whose_browser_it_is_does_not_matter(header: tuple[bytes, bytes]) -> None:
    @on_a_loop
    async def test(front: Front) -> None:
        asked = [front.ask(), front.ask(KPIS, "range=24h", TOKEN, header)]
        await settled()
        front.app.end(1)
        await settled()
        assert [one.body for one in asked] == ["1", "1"]

    test()


UNSHARED = {
    "another method": {"method": "HEAD"},
    "a path that is not shared": {"path": "/api/web-events/shop/export"},
}


@pytest.mark.parametrize("asked", UNSHARED.values(), ids=UNSHARED.keys())
def test_what_is_not_shared_passes(asked: dict[str, Any]) -> None:
    @on_a_loop
    async def test(front: Front) -> None:
        both = [front.ask(**asked) for _ in range(2)]
        await settled()
        assert [scope is one.scope for scope, one in zip(front.app.begun, both, strict=True)] == [True, True]
        front.app.end(1)
        front.app.end(2)
        await settled()
        assert [one.body for one in both] == ["1", "2"]

    test()


@on_a_loop
async def test_a_request_with_a_body_passes(front: Front) -> None:
    asked = front.ask(KPIS, "range=24h", TOKEN, (b"content-length", b"0"))
    await settled()
    assert front.app.begun == [asked.scope]
    front.app.end(1)
    await settled()


@on_a_loop
async def test_an_answer_goes_on_while_somebody_waits(front: Front) -> None:
    asked = [front.ask() for _ in range(3)]
    await settled()
    asked[0].leave()
    asked[1].leave()
    await settled()
    assert not front.app.left
    front.app.end(1)
    await settled()
    assert [one.body for one in asked] == ["", "", "1"]


@on_a_loop
async def test_an_answer_ends_when_all_have_left(front: Front) -> None:
    asked = [front.ask() for _ in range(2)]
    await settled()
    for one in asked:
        one.leave()
    await settled()
    assert (front.app.left, [one.task.done() for one in asked]) == ([1], [True, True])


@on_a_loop
async def test_nothing_is_computed_for_those_who_left_before_their_turn(front: Front) -> None:
    first = front.ask()
    await settled()
    later = front.ask()
    await settled()
    later.leave()
    await settled()
    front.app.end(1)
    await settled()
    assert (len(front.app.begun), first.body, later.task.done()) == (1, "1", True)


@on_a_loop
async def test_who_comes_after_others_left_gets_an_answer(front: Front) -> None:
    front.ask()
    await settled()
    leaving = front.ask()
    await settled()
    leaving.leave()
    await settled()
    last = front.ask()
    await settled()
    front.app.end(1)
    await settled()
    assert not front.app.left
    front.app.end(2)
    await settled()
    assert last.body == "2"


@on_a_loop
async def test_an_error_reaches_all_who_wait(front: Front) -> None:
    front.app.fails = True
    asked = [front.ask() for _ in range(2)]
    await settled()
    front.app.end(1)
    await settled()
    assert [str(one.task.exception()) for one in asked] == ["broken", "broken"]


@on_a_loop
async def test_a_cancelled_request_leaves(front: Front) -> None:
    asked = [front.ask() for _ in range(2)]
    await settled()
    asked[0].task.cancel()
    await settled()
    assert not front.app.left
    asked[1].task.cancel()
    await settled()
    assert front.app.left == [1]


def test_answers_that_stream_are_not_shared() -> None:
    shared = list(shared_paths(READING))

    def is_shared(path: str) -> bool:
        return any(pattern.match(path) for pattern in shared)

    for path in (
        KPIS,
        "/api/web-events/shop",
        "/api/web-events/shop/panels",
        "/api/tracking/stats",
        "/analytics/traffic",
    ):
        assert is_shared(path), path
    for path in ("/api/web-events/shop/export", "/api/web-events/shop/live", "/metrics", "/api/projects", "/share/1"):
        assert not is_shared(path), path
