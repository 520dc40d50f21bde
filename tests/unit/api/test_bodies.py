"""Request bodies: what is read of them, for how long, and how many bytes of them are held at once."""

from __future__ import annotations

import asyncio
import gzip
import os
import zlib
from collections.abc import Awaitable, Callable, Sequence

import pytest

from footfall import zstd
from footfall.api import bodies
from footfall.api.bodies import FIRST_BYTES, MAX_HELD, MAX_HELD_OF_CLIENT, Bodies
from footfall.errors import TransientError, UserError

LIMIT = 10 << 20
PIECE = b"x" * FIRST_BYTES


def pieces(*parts: bytes, ends: bool = True) -> Callable[[], Awaitable[dict[str, object]]]:
    """A receive of these parts; one that does not end waits for ever after them."""
    left = list(parts)

    async def receive() -> dict[str, object]:
        if not left:
            await asyncio.Event().wait()
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left) or not ends}

    return receive


async def refusal(reading: Awaitable[object]) -> tuple[type[Exception], str]:
    with pytest.raises((UserError, TransientError)) as caught:
        await reading
    return type(caught.value), getattr(caught.value, "code", "")


def test_a_small_body_is_read_and_holds_nothing():
    async def scene() -> None:
        found = await Bodies().read({}, pieces(b"{}"), LIMIT, "192.0.2.1")
        assert (found.content, found.held) == (b"{}", 0)

    asyncio.run(scene())


@pytest.mark.parametrize("parts", [(PIECE, PIECE, b"y"), (b"", b"a", b"", b"b"), (PIECE + b"y",)])
def test_a_body_in_parts_is_put_together_and_counted(parts: Sequence[bytes]):
    async def scene() -> None:
        found = await Bodies().read({}, pieces(*parts), LIMIT, "192.0.2.1")
        assert (found.content, found.held) == (b"".join(parts), len(b"".join(parts)))

    asyncio.run(scene())


def test_an_encoded_body_counts_as_sent_and_as_unpacked():
    async def scene() -> None:
        packed = gzip.compress(PIECE)
        found = await Bodies().read({b"content-encoding": b"gzip"}, pieces(packed), LIMIT, "192.0.2.1")
        assert (found.content, found.held) == (PIECE, len(packed) + len(PIECE))

    asyncio.run(scene())


def test_what_is_over_the_limit_is_refused_however_it_comes():
    async def scene() -> None:
        held = Bodies()
        for headers, receive in (
            ({b"content-length": b"101"}, pieces()),
            ({}, pieces(b"x" * 101)),
            ({}, pieces(b"x" * 60, b"x" * 60, ends=False)),
            ({b"content-encoding": b"gzip"}, pieces(gzip.compress(b"x" * 101))),
        ):
            assert await refusal(held.read(headers, receive, 100, "192.0.2.1")) == (UserError, "too_large")
        held.hold(b"\xc0\0\2\1", MAX_HELD_OF_CLIENT)  # nothing is left of the others

    asyncio.run(scene())


@pytest.mark.parametrize("parts", [(), (b"half",), (PIECE, b"and a half")])
def test_a_body_that_does_not_come_is_given_up(monkeypatch, parts):
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(bodies, "BYTES_A_SECOND", 1 << 30)

    async def scene() -> None:
        held = Bodies()
        reading = held.read({}, pieces(*parts, ends=False), LIMIT, "192.0.2.1")
        assert await refusal(reading) == (UserError, "timeout")
        held.hold(b"\xc0\0\2\1", MAX_HELD_OF_CLIENT)
        assert asyncio.current_task().cancelling() == 0

    asyncio.run(scene())


def test_a_body_that_comes_steadily_has_its_time(monkeypatch):
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(bodies, "BYTES_A_SECOND", 1)
    last = asyncio.Event()
    parts = iter([(PIECE, True), (b"end", False)])

    async def receive() -> dict[str, object]:
        part, more = next(parts)
        if not more:
            await last.wait()
        return {"type": "http.request", "body": part, "more_body": more}

    async def scene() -> None:
        reading = asyncio.create_task(Bodies().read({}, receive, LIMIT, "192.0.2.1"))
        await asyncio.sleep(1.2)
        last.set()
        assert (await reading).content == PIECE + b"end"

    asyncio.run(scene())


def test_a_request_that_is_cancelled_stays_so():
    async def scene() -> None:
        reading = asyncio.create_task(Bodies().read({}, pieces(b"half", ends=False), LIMIT, "192.0.2.1"))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(scene())


def test_bytes_under_way_are_bounded_for_an_address_and_for_all():
    async def scene() -> None:
        held = Bodies()
        size = 8 << 20
        for number in range(MAX_HELD_OF_CLIENT // size):
            assert (await held.read({}, pieces(b"x" * size), LIMIT, f"2001:db8::{number}")).held == size
        # One /64 is one client.
        assert await refusal(held.read({}, pieces(b"x" * size), LIMIT, "2001:db8::ffff")) == (TransientError, "")
        for number in range((MAX_HELD - MAX_HELD_OF_CLIENT) // size):
            assert (await held.read({}, pieces(b"x" * size), LIMIT, f"192.0.2.{number}")).held == size
        assert await refusal(held.read({}, pieces(b"x" * size), LIMIT, "198.51.100.1")) == (TransientError, "")
        assert (await held.read({}, pieces(b"{}"), LIMIT, "198.51.100.1")).content == b"{}"
        held.release("2001:db8::1", size)
        assert (await held.read({}, pieces(b"x" * size), LIMIT, "2001:db8::2")).held == size

    asyncio.run(scene())


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "zstd"])
def test_a_large_body_is_looked_at_before_its_rest_is_taken(encoding: str):
    pack = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstd.compress}[encoding]
    packed = pack(b"token" + os.urandom(3 * FIRST_BYTES))
    seen: list[bytes] = []

    def look(first: bytes) -> None:
        seen.append(first)
        raise UserError("unauthorized", "no")

    async def scene() -> None:
        headers = {b"content-encoding": encoding.encode()}
        receive = pieces(packed[: 2 * FIRST_BYTES], ends=False)
        reading = Bodies().read(headers, receive, LIMIT, "192.0.2.1", look)
        assert await refusal(reading) == (UserError, "unauthorized")
        assert [(first[:5], len(first)) for first in seen] == [(b"token", FIRST_BYTES)]

    asyncio.run(scene())
