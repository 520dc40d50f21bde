"""Request bodies, read within bounds: of time, so that nobody holds a place for nothing, and of memory."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, Task, current_task, get_running_loop
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import cached_property
from typing import Any

import msgspec

from footfall.collect.address import packed
from footfall.collect.body import MIB, beginning, too_large, unpack
from footfall.errors import TransientError, UserError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Look = Callable[[bytes], None]
"""Given the first bytes of a body, unpacked, before the rest is taken; it raises where the rest is not wanted."""

FIRST_BYTES = 64 << 10
"""How much of a body is read before its look."""

GRACE_SECONDS = 20.0
BYTES_A_SECOND = 64 << 10
"""A body has the grace, and a second more for each so many bytes of it that have come."""

MAX_HELD = 192 * MIB
MAX_HELD_OF_CLIENT = 64 * MIB
"""Most bytes of bodies under way, of all clients and of one address (IPv6: of one /64)."""


class Body(msgspec.Struct, frozen=True, gc=False):
    """A body as unpacked, and the bytes that it holds of the bounds: `Bodies.release` gives them back."""

    content: bytes
    held: int = 0


class _Wait(msgspec.Struct, gc=False):
    """A body that has not yet come. `since` is on the loop's clock."""

    since: float
    size: int = 0
    overdue: bool = False

    def is_over(self, now: float) -> bool:
        return now - self.since > GRACE_SECONDS + self.size / BYTES_A_SECOND


class Bodies:
    """Belongs to one event loop. A small body that is there at once costs nothing here."""

    def __init__(self) -> None:
        self._waiting: dict[Task[Any], _Wait] = {}
        self._sweeping = False
        self._held = 0
        self._held_of: Counter[bytes | str] = Counter()

    @cached_property
    def _loop(self) -> AbstractEventLoop:
        """Kept: to ask for it is a system call."""
        return get_running_loop()

    async def read(
        self, headers: Mapping[bytes, bytes], receive: Receive, limit: int, client: str, look: Look | None = None
    ) -> Body:
        """The body; every one needs a `release`.

        UserError `too_large` where it is over the limit, `timeout` where it comes too slowly, and those of `unpack` and
        `look`; TransientError where too many bytes are under way.
        """
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > limit:
            raise too_large(limit)
        task = current_task(self._loop)
        assert task is not None  # noqa: S101 - a coroutine of the loop has one
        wait = self._waiting[task] = _Wait(self._loop.time())
        if not self._sweeping:
            self._sweep()
        try:
            message = await receive()
            content: bytes = message.get("body", b"")
            encoding = headers.get(b"content-encoding", b"").decode("latin-1")
            more = message.get("more_body")
            if not more and not encoding and len(content) <= min(limit, FIRST_BYTES):
                return Body(content)
            large = _Large(self, _key(client), wait, encoding, look, limit)
            return await large.read(content, receive if more else None)
        except asyncio.CancelledError:
            if not wait.overdue:
                raise
            task.uncancel()
            raise UserError("timeout", f"the body did not come within {GRACE_SECONDS:g} seconds") from None
        finally:
            del self._waiting[task]

    def release(self, client: str, held: int) -> None:
        if held:
            self.give_back(_key(client), held)

    def hold(self, key: bytes | str, size: int) -> None:
        """TransientError, having held nothing, where there is no room for as many bytes."""
        if self._held + size > MAX_HELD or self._held_of[key] + size > MAX_HELD_OF_CLIENT:
            whose = "all clients" if self._held + size > MAX_HELD else "this address"
            raise TransientError(f"too many bytes of bodies from {whose} are under way; nothing was stored")
        self._held += size
        self._held_of[key] += size

    def give_back(self, key: bytes | str, size: int) -> None:
        self._held -= size
        self._held_of[key] -= size
        if not self._held_of[key]:
            del self._held_of[key]

    def _sweep(self) -> None:
        """Once a second, end the reading of bodies that are overdue."""
        self._sweeping = bool(self._waiting)
        if not self._sweeping:
            return
        now = self._loop.time()
        for task, wait in self._waiting.items():
            if not wait.overdue and wait.is_over(now):
                wait.overdue = True
                task.cancel()
        self._loop.call_later(1, self._sweep)


class _Large:
    """A body in several messages, an encoded one, or one that is looked at first: its bytes count."""

    def __init__(
        self, bodies: Bodies, key: bytes | str, wait: _Wait, encoding: str, look: Look | None, limit: int
    ) -> None:
        self._bodies = bodies
        self._key = key
        self._wait = wait
        self._encoding = encoding
        self._look = look
        self._limit = limit
        self._held = 0

    async def read(self, content: bytes, receive: Receive | None) -> Body:
        """All of it, of which `content` has come; `receive` gives the rest, None where there is none."""
        try:
            self._hold(len(content))
            if receive is not None:
                content = await self._rest(content, receive)
            return Body(self._unpacked(content), self._held)
        except BaseException:
            self._bodies.give_back(self._key, self._held)
            raise

    def _unpacked(self, content: bytes) -> bytes:
        if len(content) > self._limit:
            raise too_large(self._limit)
        if self._encoding or len(content) > FIRST_BYTES:
            self._look_at(content)
        if not self._encoding:
            return content
        found = unpack(content, self._encoding, self._limit)
        self._hold(len(found))
        return found

    async def _rest(self, content: bytes, receive: Receive) -> bytes:
        parts = [content]
        size = len(content)
        while size <= self._limit:
            self._wait.size = size
            if size >= FIRST_BYTES:
                self._look_at(b"".join(parts) if self._look else b"")
            message = await receive()
            if message["type"] == "http.disconnect":
                raise UserError("bad_body", "the client went away before its body ended")
            parts.append(message.get("body", b""))
            self._hold(len(parts[-1]))
            size += len(parts[-1])
            if not message.get("more_body"):
                break
        return b"".join(parts)

    def _look_at(self, content: bytes) -> None:
        """The first time only."""
        look, self._look = self._look, None
        if look is not None:
            look(beginning(content, self._encoding, FIRST_BYTES))

    def _hold(self, size: int) -> None:
        self._bodies.hold(self._key, size)
        self._held += size


def _key(client: str) -> bytes | str:
    raw = packed(client)
    return client if raw is None else raw[:8]
