"""Answers to bodies that are refused before their end."""

from __future__ import annotations

import asyncio

import pytest

from footfall.api import unread_bodies
from footfall.api.unread_bodies import MAX_DISCARDED, Pace, UnreadBodies

MIB = 1 << 20
SMALL = [(b"content-length", b"30")]
LARGE = [(b"content-length", b"17000000")]
CHUNKED = [(b"transfer-encoding", b"chunked")]


async def refuses(_, __, send):
    await send({"type": "http.response.start", "status": 401, "headers": []})
    await send({"type": "http.response.body", "body": b"no"})


async def reads(_, receive, send):
    while (await receive())["more_body"]:
        pass
    await refuses(_, receive, send)


def talk(app, headers, pieces, *, ends=True):
    """The order in which pieces are read and messages are sent; a body that does not end keeps its reader waiting."""
    happened = []
    left = list(pieces)

    async def receive():
        if not left:
            await asyncio.Event().wait()
        part = left.pop(0)
        happened.append(len(part))
        return {"type": "http.request", "body": part, "more_body": bool(left) or not ends}

    async def send(message):
        happened.append(message.get("status", message["type"]))
        if (b"connection", b"close") in message.get("headers", ()):
            happened.append("closes")

    answering = UnreadBodies(app)({"type": "http", "headers": headers}, receive, send)
    asyncio.run(asyncio.wait_for(answering, 60))  # what is awaited in vain fails, and does not hang
    return happened


@pytest.mark.parametrize("headers", [SMALL, LARGE, CHUNKED])
def test_a_refusal_waits_for_the_end_of_the_body(headers):
    assert talk(refuses, headers, [b"x" * 10, b"x" * 20]) == [10, 20, 401, "http.response.body"]


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"0")], [(b"content-length", b"-x-x-x-")]])
def test_without_a_body_there_is_nothing_to_wait_for(headers):
    assert talk(refuses, headers, [b"x"]) == [401, "http.response.body"]


@pytest.mark.parametrize("pieces", [[b"x" * 30], [b"x" * 10, b"x" * 20]])
def test_nothing_is_awaited_after_as_many_bytes_as_the_head_says(pieces):
    """Though the server says that more follows: this would wait for ever."""
    assert talk(reads, SMALL, pieces, ends=False) == [*map(len, pieces), 401, "http.response.body"]


def test_a_body_that_was_read_is_not_waited_for():
    assert talk(reads, LARGE, [b"x", b"y"]) == [1, 1, 401, "http.response.body"]


def test_no_more_is_thrown_away_than_the_bound():
    pieces = [b"x" * MIB] * (MAX_DISCARDED // MIB + 5)
    assert talk(refuses, LARGE, pieces) == [MIB] * (MAX_DISCARDED // MIB) + [401, "closes", "http.response.body"]


def test_a_client_that_stops_sending_is_answered(monkeypatch):
    monkeypatch.setattr(unread_bodies, "QUIET_SECONDS", 0.01)
    assert talk(refuses, LARGE, [b"x"], ends=False) == [1, 401, "closes", "http.response.body"]


def test_a_whole_body_is_not_waited_for_where_the_server_says_that_more_comes():
    async def reads_once(_, receive, send):
        await receive()
        await refuses(_, receive, send)

    assert talk(reads_once, SMALL, [b"x" * 30], ends=False) == [30, 401, "http.response.body"]


@pytest.mark.parametrize("headers", [SMALL, LARGE, CHUNKED])
def test_a_body_that_nobody_asked_for_is_not_asked_for(headers):
    expecting = [*headers, (b"expect", b"100-continue")]
    assert talk(refuses, expecting, [b"x"], ends=False) == [401, "closes", "http.response.body"]


def test_a_body_that_was_asked_for_is_read_to_its_end():
    async def reads_some(_, receive, send):
        await receive()
        await refuses(_, receive, send)

    expecting = [*LARGE, (b"expect", b"100-continue")]
    assert talk(reads_some, expecting, [b"x", b"yz"]) == [1, 2, 401, "http.response.body"]


def test_small_bodies_do_not_wait_for_large_ones(monkeypatch):
    paced = []

    async def keep(_, size):
        paced.append(size)

    monkeypatch.setattr(Pace, "keep", keep)
    talk(refuses, SMALL, [b"x" * 30])
    talk(reads, LARGE, [b"x" * 30])
    talk(refuses, LARGE, [b"x" * 10, b"x" * 20])
    assert paced == [10, 20]


def test_all_that_is_thrown_away_shares_a_pace(monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(round(seconds, 1))

    async def keep():
        pace = Pace(MIB, 2 * MIB)
        for _ in range(4):
            await pace.keep(MIB)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asyncio.run(keep())
    assert slept == [1.0, 2.0]
