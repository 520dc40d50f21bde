"""The product from end to end for histories of requests and proxy logs, and where it differs from the oracle."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from tests.oracle.facts import PLACES
from tests.oracle.network import NETWORKS
from tests.support.asgi import DropCounts
from tests.support.history_check import differing
from tests.support.history_product import Answer, Call, Product, Watcher
from tests.support.log_history import PROJECTS, LogHistory, Post, TimedQuery

from footfall.api.answer_cache import CachedAnswer, Compute
from footfall.api.bodies import Bodies
from footfall.api.ingest.fast_paths import FastPaths
from footfall.api.lifecycle import Lifecycle
from footfall.api.metrics import Metrics
from footfall.api.state import Collecting
from footfall.api.surface import Surface as ApiSurface
from footfall.collect.intake import Intake
from footfall.collect.privacy import Place
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.model.project import Project
from footfall.settings import Settings
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import SpoolState, Submission
from footfall.store.protocol import Store

Arrival = tuple[int, int, list[Submission]]  # when, into which spool, what
Upkeep = Callable[[list[tuple[int, list[int]]]], None]
"""The store's background work, given for each history the latest time and the projects."""


@dataclass(frozen=True)
class Surface:
    """A surface and its oracle.

    `told` gives what each sender is told, and what is known after each round: for each project what `answer` goes by.
    """

    writing: str
    told: Callable[[LogHistory], tuple[list[Any], list[list[Any]]]]
    receipt: Callable[[Answer], Any]
    answer: Callable[[Any, TimedQuery], tuple[int, Any]]
    headed: bool = True  # the project is named by a header, else in the path


class LogProduct(Product):
    """Two spools, drained into one store in batches of about `batch_events`."""

    def __init__(
        self, store: Store, directory: Path, router: APIRouter, surface: ApiSurface, batch_events: int = 100_000
    ) -> None:
        super().__init__(store, directory, router, answers=Uncached())
        self.store = store
        self._spools = (self._spool, MemorySpool(clock=self.clock, after=1 << 40))
        names = ("histories", "others")
        journal = Journal(directory)
        self._drain = Drain(
            lambda: zip(names, self._spools, strict=True), store, journal, Watcher(), batch_events=batch_events
        )
        self._reading = self._app
        self._surface = surface

    def post(self, path: str, project: Project, intake: Intake, post: Post) -> tuple[Answer, list[Submission]]:
        """The answer to the sender, and the submissions to the spool."""
        committer = Taking()
        self._app = FastPaths(self._reading, self._collecting(intake, committer), self._surface.writing, ())
        headers = (("x-project", project.slug), ("idempotency-key", post.key), ("user-agent", post.agent))
        (answer,) = self.call([Call(post.at, path, headers=headers, body=json.dumps(post.body).encode())])
        return answer, committer.taken

    def _collecting(self, intake: Intake, committer: Taking) -> Collecting:
        return Collecting(
            settings=Settings(),
            clock=self.clock,
            auth=self._gate,
            intake=intake,
            committer=committer,
            bodies=Bodies(),
            metrics=Metrics(),
            drops=DropCounts(),
            buffer=lambda: SpoolState(0, 0, 0, 0, 0, 0),
            lifecycle=Lifecycle(),
        )

    def put(self, arrival: Arrival) -> None:
        at, spool, submissions = arrival
        self.clock.set(at)
        if submissions:
            self._spools[spool].append(submissions)


class Taking:
    """In place of the committer: what a request wants stored, which is stored later."""

    def __init__(self) -> None:
        self.taken: list[Submission] = []

    async def submit(self, submissions: list[Submission]) -> list[bytes]:
        self.taken = submissions
        return [submission.answer for submission in submissions]


@contextmanager
def opened(
    store: Store, directory: Path, router: APIRouter, surface: ApiSurface, batch_events: int
) -> Iterator[LogProduct]:
    product = LogProduct(store, directory, router, surface, batch_events)
    try:
        yield product
    finally:
        product.close()


def differences(product: LogProduct, surface: Surface, upkeep: Upkeep, group: list[LogHistory]) -> list[str]:
    """One text per history: the first difference found, `''` if there is none."""
    run = _Run(product, surface, group)
    for number in range(max(len(history.rounds) for history in group)):
        run.take_in(number)
        due = run.due(number)
        if due:
            upkeep(due)
        run.ask(number)
    return run.found


class _Run:
    def __init__(self, product: LogProduct, surface: Surface, group: list[LogHistory]) -> None:
        self._product = product
        self._surface = surface
        self._group = group
        self._projects = [[product.project() for _ in range(PROJECTS)] for _ in group]
        self._told = [surface.told(history) for history in group]
        self._arrivals: list[list[Arrival]] = [[] for _ in range(max(len(history.rounds) for history in group))]
        self.found = [self._read(place) for place in range(len(group))]

    def take_in(self, number: int) -> None:
        for arrival in self._arrivals[number]:
            self._product.put(arrival)
        self._product.drain()

    def due(self, number: int) -> list[tuple[int, list[int]]]:
        """The histories with background work after a round: the latest time and the projects."""
        return [
            (history.latest(), [project.number for project in projects])
            for history, projects in zip(self._group, self._projects, strict=True)
            if number in history.upkeep
        ]

    def ask(self, number: int) -> None:
        asked = [(place, query) for place, history in enumerate(self._group) for query in history.queries_after(number)]
        answers = self._product.call(self._call(place, query) for place, query in asked)
        for (place, query), answer in zip(asked, answers, strict=True):
            known = self._told[place][1][number][query.project]
            self.found[place] = self.found[place] or compare(query, self._surface.answer(known, query), answer)

    def _read(self, place: int) -> str:
        """One history after the other, since each has its own salts; notes wrong answers to senders."""
        intake = self._intake()
        told = []
        for number, posts in enumerate(self._group[place].rounds):
            for post in posts:
                project = self._projects[place][post.project]
                answer, submissions = self._product.post(self._surface.writing, project, intake, post)
                told.append(self._surface.receipt(answer))
                self._arrivals[number].append((post.at, post.spool, submissions))
        return differing("receipts", self._told[place][0], told)

    def _intake(self) -> Intake:
        return replace(self._product.intake(None), locator=Places())

    def _call(self, place: int, query: TimedQuery) -> Call:
        project = self._projects[place][query.project]
        headers = (("x-project", project.slug),) if self._surface.headed else ()
        return Call(query.now, query.path.replace("{app_id}", project.slug), query.params, headers)


class Places:
    """A `Locator` over the oracle's places and networks."""

    def place(self, address: str) -> Place:
        known = PLACES.get(address)
        country = known.country if known else None
        return Place(country=country or "", network=NETWORKS.get(address, ""))


class Uncached:
    """In place of the cache of answers: every answer is computed."""

    seconds = 10

    async def get(self, _request: object, _key: str, compute: Compute) -> CachedAnswer:
        return CachedAnswer(await compute(), 0, hit=False)


def compare(query: TimedQuery, expected: tuple[int, Any], given: Answer) -> str:
    """For a refusal, the expectation is a text that its message must contain."""
    if expected[0] == 400 == given[0]:
        message = given[1]["error"]["message"]
        return "" if expected[1] in message else f"{query}: {expected[1]!r} is not told in {message!r}"
    return differing(str(query), expected, given)
