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

    asyncio.run(UnreadBodies(app)({"type": "http", "headers": headers}, receive, send))
    return happened


@pytest.mark.parametrize("headers", [SMALL, LARGE, CHUNKED])
def test_a_refusal_waits_for_the_end_of_the_body(headers):
    assert talk(refuses, headers, [b"x" * 10, b"x" * 20]) == [10, 20, 401, "http.response.body"]


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"0")], [(b"content-length", b"-x-x-x-")]])
def test_without_a_body_there_is_nothing_to_wait_for(headers):
    assert talk(refuses, headers, [b"x"]) == [401, "http.response.body"]


def test_a_body_that_was_read_is_not_waited_for():
    assert talk(reads, LARGE, [b"x", b"y"]) == [1, 1, 401, "http.response.body"]


def test_no_more_is_thrown_away_than_the_bound():
    pieces = [b"x" * MIB] * (MAX_DISCARDED // MIB + 5)
    assert talk(refuses, LARGE, pieces) == [MIB] * (MAX_DISCARDED // MIB) + [401, "http.response.body"]


def test_a_client_that_stops_sending_is_answered(monkeypatch):
    monkeypatch.setattr(unread_bodies, "QUIET_SECONDS", 0.01)
    assert talk(refuses, LARGE, [b"x"], ends=False) == [1, 401, "http.response.body"]


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
