"""Requests or proxy logs sent to two projects of one installation, round by round, and the queries in between."""

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
    """A request with rows; `at` is the time of receipt, `spool` the number of the spool that takes it."""

    at: int
    project: int
    body: Json
    key: str = ""
    spool: int = 0
    agent: str = ""


@dataclass(frozen=True)
class TimedQuery:
    """A query of a project, at `now`, once the rows of the round `after` are in the store."""

    after: int
    now: int
    project: int
    path: str
    params: Pairs


@dataclass(frozen=True)
class LogHistory:
    """Each round is drained; after the rounds in `upkeep`, the store's background work runs."""

    rounds: tuple[tuple[Post, ...], ...]
    queries: tuple[TimedQuery, ...]
    upkeep: tuple[int, ...] = ()

    def __str__(self) -> str:
        lines = [f"History: upkeep after {self.upkeep}"]
        for number, posts in enumerate(self.rounds):
            lines += [f"  round {number}", *(f"    {told(post)}" for post in posts)]
        return "\n".join(lines + [f"  {query} ({iso(query.now)})" for query in self.queries])

    def latest(self) -> int:
        """The time of its last query."""
        return max(query.now for query in self.queries)

    def queries_after(self, number: int) -> list[TimedQuery]:
        """The queries to run after this round; those of missing rounds run after the last one."""
        return [query for query in self.queries if min(query.after, len(self.rounds) - 1) == number]


def told(post: Post) -> str:
    where = f"{iso(post.at)} project {post.project}, spool {post.spool}, key {post.key!r}, agent {post.agent!r}"
    return f"{where} {json.dumps(post.body, ensure_ascii=False):.2000}"


def simpler(history: LogHistory) -> Iterator[LogHistory]:
    """Histories with a little less in them."""
    for query in history.queries if len(history.queries) > 1 else ():
        yield replace(history, queries=(query,))
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
    for query in history.queries if len(history.queries) == 1 else ():
        for params in fewer(query.params):
            yield replace(history, queries=(replace(query, params=params),))


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
