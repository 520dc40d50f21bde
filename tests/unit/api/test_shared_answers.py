"""Who shares an answer with whom, over an application whose answers end when the test says so."""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from tests.support.asgi import Gate, querying

from footfall.api.application import create_api
from footfall.api.building import shared_paths
from footfall.api.shared_answers import SharedAnswers
from footfall.api.state import State

KPIS = "/api/web-events/shop/kpis"
TOKEN = (b"authorization", b"Bearer ff_1")


class Answering:
    """Counts its answers from 1; each waits until `end` or until its client leaves."""

    def __init__(self) -> None:
        self.begun: list[Scope] = []
        self.left: list[int] = []
        self._ends: dict[int, asyncio.Event] = {}
        self.fails = self.lingers = False
        self.status = 200
        self.said = ""

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
            if self.lingers:
                await ended.wait()
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b"gone"})
            return
        leaving.cancel()
        if self.fails:
            raise RuntimeError("broken")
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": f"{number} {self.said}".strip().encode()})


class Asked:
    """One request that is under way."""

    def __init__(self, app: SharedAnswers, **scope: Any) -> None:
        self.scope: dict[str, Any] = {"type": "http", **scope}
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


def caller(scope: Scope) -> bytes | None:
    """Its token."""
    return dict(scope["headers"]).get(b"authorization")


class Front:
    def __init__(self) -> None:
        self.app = Answering()
        self.shared = SharedAnswers(self.app, [re.compile("^/api/web-events/(?P<slug>[^/]+)/kpis$")], caller)

    def ask(
        self,
        path: str = KPIS,
        query: str = "range=24h",
        *more: tuple[bytes, bytes],
        method: str = "GET",
        headers: tuple[tuple[bytes, bytes], ...] = (),
        root_path: str = "",
    ) -> Asked:
        return Asked(
            self.shared,
            method=method,
            path=path,
            query_string=query.encode(),
            headers=list(headers or more or (TOKEN,)),
            root_path=root_path,
        )


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
    "another caller": (KPIS, "range=24h", (b"authorization", b"Bearer ff_2")),
    "another project": (KPIS, "range=24h", TOKEN, (b"x-project", b"blog")),
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


@pytest.mark.parametrize("name", [b"user-agent", b"x-forwarded-for", b"cf-ray", b"if-none-match", b"cookie"])
def test_whose_browser_it_is_does_not_matter(name: bytes) -> None:
    @on_a_loop
    async def test(front: Front) -> None:
        asked = [front.ask(), front.ask(KPIS, "range=24h", TOKEN, (name, b"another"))]
        await settled()
        front.app.end(1)
        await settled()
        assert [one.body for one in asked] == ["1", "1"]

    test()


def test_a_place_of_the_application_tells_answers_apart() -> None:
    @on_a_loop
    async def test(front: Front) -> None:
        asked = [front.ask(), front.ask(root_path="/stats")]
        await settled()
        assert len(front.app.begun) == 2
        for number in (1, 2):
            front.app.end(number)
        await settled()
        assert [one.body for one in asked] == ["1", "2"]

    test()


UNSHARED: dict[str, dict[str, Any]] = {
    "another method": {"method": "HEAD"},
    "a path that is not shared": {"path": "/api/web-events/shop/export"},
    "a caller who is not known": {"headers": ((b"host", b"shop.example"),)},
    "a body": {"headers": (TOKEN, (b"content-length", b"0"))},
    "a body of unknown length": {"headers": (TOKEN, (b"transfer-encoding", b"chunked"))},
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
async def test_an_answer_goes_on_while_somebody_waits(front: Front) -> None:
    asked = [front.ask() for _ in range(3)]
    await settled()
    asked[0].leave()
    asked[1].leave()
    await settled()
    assert not front.app.left
    front.app.end(1)
    await settled()
    assert asked[2].body == "1"


@on_a_loop
async def test_an_answer_ends_when_all_have_left(front: Front) -> None:
    """And their requests with it: as long as it is computed, they are under way, and known by their route."""
    asked = [front.ask() for _ in range(2)]
    await settled()
    front.app.lingers = True
    for one in asked:
        one.leave()
    await settled()
    assert (front.app.left, [one.task.done() for one in asked]) == ([1], [False, False])
    front.app.end(1)
    await settled()
    assert [(one.body, one.scope.get("route")) for one in asked] == [("gone", "of the API")] * 2


@on_a_loop
async def test_those_who_left_before_their_turn_are_told_to_the_application(front: Front) -> None:
    first = front.ask()
    await settled()
    later = front.ask()
    await settled()
    later.leave()
    await settled()
    front.app.end(1)
    await settled()
    assert (first.body, front.app.left, later.body) == ("1", [2], "gone")


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


@pytest.mark.parametrize(("status", "code"), [(401, "unauthorized"), (429, "rate_limited")])
def test_credentials_that_no_longer_hold_are_one_clients_own(status: int, code: str) -> None:
    @on_a_loop
    async def test(front: Front) -> None:
        asked = [front.ask() for _ in range(2)]
        await settled()
        front.app.status, front.app.said = status, code
        front.app.end(1)
        await settled()
        assert [one.body for one in asked] == [f"1 {code}", ""]
        front.app.status, front.app.said = 200, ""
        front.app.end(2)
        await settled()
        assert asked[1].body == "2"

    test()


@on_a_loop
async def test_other_refusals_are_shared(front: Front) -> None:
    asked = [front.ask() for _ in range(2)]
    await settled()
    front.app.status, front.app.said = 429, "too_many_queries"
    front.app.end(1)
    await settled()
    assert [one.body for one in asked] == ["1 too_many_queries"] * 2


def test_an_error_that_nobody_waits_for_is_not_complained_of(caplog: pytest.LogCaptureFixture) -> None:
    @on_a_loop
    async def test(front: Front) -> None:
        front.app.fails = True
        asked = front.ask()
        await settled()
        asked.task.cancel()
        front.app.end(1)
        await settled()

    test()
    gc.collect()
    assert not caplog.records


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
    shared = list(shared_paths(create_api(State()).routes))

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


def test_the_application_has_them_before_all_else() -> None:
    part = querying(None, lambda: 0, Gate())  # type: ignore[arg-type]  # nothing is asked of the store
    api = create_api(State(querying=part))
    assert api.user_middleware[0].cls is SharedAnswers  # type: ignore[comparison-overlap]  # a factory to mypy
