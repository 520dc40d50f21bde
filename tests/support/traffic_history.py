"""What was sent to two projects of one installation, round by round, and what is asked in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.oracle.moments import iso
from tests.support.history import Pairs
from tests.support.history_shrink import fewer, put

Json = dict[str, Any]

PROJECTS = 2


@dataclass(frozen=True)
class Post:
    """A request that brings rows; `at` is when it is received. `spool` says into which of two it goes."""

    at: int
    project: int
    body: Json
    key: str = ""
    spool: int = 0
    agent: str = ""


@dataclass(frozen=True)
class Ask:
    """A question to a project, at `now`, once the rows of the round `after` are in the store."""

    after: int
    now: int
    project: int
    path: str
    params: Pairs


@dataclass(frozen=True)
class TrafficHistory:
    """After each round what has come in is drained; after those in `upkeep` the store does what it does in time."""

    rounds: tuple[tuple[Post, ...], ...]
    asks: tuple[Ask, ...]
    upkeep: tuple[int, ...] = ()

    def __str__(self) -> str:
        lines = [f"History: upkeep after {self.upkeep}"]
        for number, posts in enumerate(self.rounds):
            lines += [f"  round {number}", *(f"    {told(post)}" for post in posts)]
        return "\n".join(lines + [f"  {ask} ({iso(ask.now)})" for ask in self.asks])

    def latest(self) -> int:
        """When its last question is asked."""
        return max(ask.now for ask in self.asks)

    def asked_after(self, number: int) -> list[Ask]:
        """Asked once this round is in; of rounds that there are not, once the last one is."""
        return [ask for ask in self.asks if min(ask.after, len(self.rounds) - 1) == number]


def told(post: Post) -> str:
    where = f"{iso(post.at)} project {post.project}, spool {post.spool}, key {post.key!r}, agent {post.agent!r}"
    return f"{where} {json.dumps(post.body, ensure_ascii=False):.2000}"


def simpler(history: TrafficHistory) -> Iterator[TrafficHistory]:
    """Histories with a little less in them."""
    for ask in history.asks if len(history.asks) > 1 else ():
        yield replace(history, asks=(ask,))
    if len(history.rounds) > 1:
        yield replace(history, rounds=(tuple(post for posts in history.rounds for post in posts),))
    for upkeep in fewer(history.upkeep):
        yield replace(history, upkeep=upkeep)
    for number, posts in enumerate(history.rounds):
        for smaller in fewer(posts):
            yield replace(history, rounds=put(history.rounds, number, smaller))
        for place, post in enumerate(posts):
            for less in simpler_post(post):
                yield replace(history, rounds=put(history.rounds, number, put(posts, place, less)))
    for ask in history.asks if len(history.asks) == 1 else ():
        for params in fewer(ask.params):
            yield replace(history, asks=(replace(ask, params=params),))


def simpler_post(post: Post) -> Iterator[Post]:
    """Fewer rows, then fewer fields."""
    ((name, rows),) = post.body.items()
    for less in fewer(tuple(rows)) if len(rows) > 1 else ():
        yield replace(post, body={name: list(less)})
    for place, row in enumerate(rows):
        for field in row:
            less_said = {key: value for key, value in row.items() if key != field}
            yield replace(post, body={name: [*rows[:place], less_said, *rows[place + 1 :]]})
    if post.key or post.spool:
        yield replace(post, key="", spool=0)
