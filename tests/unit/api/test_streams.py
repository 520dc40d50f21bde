from __future__ import annotations

import asyncio

import pytest

from footfall.api.streams import Streams
from footfall.errors import UserError
from footfall.query.live import Moment


def refused(streams: Streams, project: int) -> bool:
    try:
        with streams.opened(project, project):
            return False
    except UserError as error:
        return error.code == "too_many_streams"


def test_a_project_and_the_process_have_their_bounds():
    streams = Streams(per_process=3, per_project=2)
    with streams.opened(1, "a"), streams.opened(1, "a"):
        assert refused(streams, 1)
        with streams.opened(2, "b"):
            assert refused(streams, 3)
    assert not refused(streams, 1)


def test_streams_that_show_the_same_share_what_is_read():
    reads = []

    async def read() -> Moment:
        reads.append(1)
        number = len(reads)
        await asyncio.sleep(0)
        return Moment(number, 0, [], [], [])

    async def scene() -> list[int]:
        streams = Streams()
        with streams.opened(1, "a"), streams.opened(1, "a"), streams.opened(1, "b"):
            same = await asyncio.gather(*(streams.latest(key, read) for key in ("a", "a", "b")))
        with streams.opened(1, "a"):
            again = await streams.latest("a", read)
        return [moment.at for moment in (*same, again)]

    one, same, other, again = asyncio.run(scene())
    assert one == same
    assert len({one, other, again}) == 3


def test_a_read_that_fails_is_tried_again():
    outcomes = iter([UserError("too_many_queries", "later"), Moment(1, 0, [], [], [])])

    async def read() -> Moment:
        found = next(outcomes)
        if isinstance(found, UserError):
            raise found
        return found

    async def scene() -> int:
        streams = Streams()
        with streams.opened(1, "a"):
            with pytest.raises(UserError):
                await streams.latest("a", read)
            return (await streams.latest("a", read)).at

    assert asyncio.run(scene()) == 1
