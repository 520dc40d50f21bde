"""The product from end to end in one process: requests in, the drain, queries out."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import polars as pl
from fastapi import APIRouter
from sqlalchemy import delete
from tests.oracle.facts import PLACES
from tests.oracle.intake import Receipt, Sent
from tests.support.asgi import TOKEN, Gate, querying, reading_app
from tests.support.draining import drain_all
from tests.support.history import History, Pairs, query_string

from footfall.api.query_limiter import STREAMS_OF_PROJECT
from footfall.catalog.rollups import SOURCES
from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, MINUTE
from footfall.collect.formats.events import submit_batch
from footfall.collect.identity import SaltedIdentity
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError
from footfall.collect.privacy import Place
from footfall.collect.schemas.events import read_batch
from footfall.collect.schemas.faults import SchemaError
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.ids import IdSource
from footfall.meta import Salts
from footfall.meta.database import Database
from footfall.meta.tables import SaltRow
from footfall.model.period import Bucket, to_millis
from footfall.model.project import Project
from footfall.rollups.jobs import Job
from footfall.rollups.roller import Roller
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.protocol import Store

WebCall = tuple[int, str, str, Pairs]  # now, slug, path below it, parameters
Answer = tuple[int, Any]


@dataclass(frozen=True)
class Call:
    """A request at a time; with a body it is a POST."""

    now: int
    path: str
    params: Pairs = ()
    headers: Pairs = ()
    body: bytes | None = None


def read_csv(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def read_parquet(body: bytes) -> list[dict[str, Any]]:
    frame = pl.read_parquet(io.BytesIO(body))
    rows = frame.with_columns(pl.col("timestamp").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")).to_dicts()
    return [row | {"properties": json.loads(row["properties"])} for row in rows]


DECODERS: dict[str, Callable[[bytes], Any]] = {
    "application/json": json.loads,
    "text/csv; charset=utf-8": read_csv,
    "application/x-ndjson": lambda body: [json.loads(line) for line in body.decode().split("\n") if line],
    "application/vnd.apache.parquet": read_parquet,
}


class Clock:
    """Each call has a time of its own: concurrent calls run in separate contexts."""

    def __init__(self) -> None:
        self._now: ContextVar[int] = ContextVar("now", default=0)

    def __call__(self) -> int:
        return self._now.get()

    def set(self, now: int) -> None:
        self._now.set(now)


class Watcher:
    def step(self, name: str, seconds: float) -> None:
        """Of no interest here."""

    def drained(self, table: str, rows: int) -> None:
        """Of no interest here."""

    def failed(self, stage: str) -> None:
        raise AssertionError(f"the drain failed at {stage}")

    def discarded(self, rows: int) -> None:
        """Of no interest here."""

    def crowded(self, events: int) -> None:
        raise AssertionError(f"{events} events joined sessions by time alone")


class TableLocator:
    """A `Locator` over the oracle's places."""

    def place(self, address: str) -> Place:
        known = {field.name for field in fields(Place)}
        found = {name: value for name, value in vars(PLACES[address]).items() if value is not None and name in known}
        return Place(**found)


class Product:
    """Each history is a project of its own in one store, so that nothing is torn down between histories.

    `parts` take the place of what reading endpoints lean on else.
    """

    def __init__(self, store: Store, directory: Path, router: APIRouter, **parts: Any) -> None:
        self.clock = Clock()
        self._spool = MemorySpool(clock=self.clock)
        self._spools: tuple[MemorySpool, ...] = (self._spool,)
        self.store = store
        self._drain = Drain(lambda: [("histories", self._spool)], store, Journal(directory), Watcher())
        directory.mkdir(parents=True, exist_ok=True)
        self._salts = Database(f"sqlite:///{directory}/salts.db")  # large bodies are read on other threads
        self._salts.migrate()
        self._gate = Gate()
        self._app: Any = reading_app(replace(querying(store, self.clock, self._gate), **parts), router)
        self._loop = asyncio.Runner()
        self._projects = 0
        self._rolled_up: dict[tuple[str, Table], dict[tuple[int, int], int]] = {}

    def close(self) -> None:
        self._loop.close()
        self._salts.close()

    def project(self) -> Project:
        self._projects += 1
        found = Project(self._projects, f"p{self._projects}", f"h{self._projects}", "")
        self._gate.projects[found.slug] = found
        return found

    def intake(self, retention_days: int | None) -> Intake:
        """As in a new installation: there are no salts yet."""
        with self._salts.write() as session:
            session.execute(delete(SaltRow))
        identity = SaltedIdentity(Salts(self._salts), self.clock)
        return Intake(IdSource(self.clock), identity, TableLocator(), retention_days)

    def receive(self, project: Project, intake: Intake, sent: Sent) -> tuple[Receipt, list[Submission]]:
        """One request, up to its submission to the spool."""
        self.clock.set(sent.at)
        sender = Sender(project.number, sent.at, sent.address, sent.agent)
        try:
            batch, _ = read_batch(json.dumps(sent.body).encode())
            submissions, failures = submit_batch(batch, sender, intake)
        except (SchemaError, RefusedError):
            return Receipt(422), []
        errors = tuple((failure.index, failure.code) for failure in failures)
        return Receipt(200, len(batch.events) - len(failures), errors), submissions

    def spool(self, at: int, submissions: list[Submission]) -> None:
        self.clock.set(at)
        if submissions:
            self._spool.append(submissions)

    def drain(self) -> None:
        drain_all(self._drain, *self._spools)
        assert not self._spool.rejected, self._spool.rejected

    def roll_up(self, zone: str, source: Table = Table.EVENTS, *, everything: bool = False) -> None:
        """Make cells, cut by this zone, of all times, over or not, whose facts are others than last time.

        `everything` makes the others again, too.
        """
        statement = f"SELECT project_id, toStartOfHour(timestamp) AS hour, count() FROM {source} GROUP BY ALL"  # noqa: S608 - of the catalogue
        facts = {(project, to_millis(hour)): count for project, hour, count in self.store.query(statement).rows}
        before = {} if everything else self._rolled_up.get((zone, source), {})
        changed = [cell for cell, count in facts.items() if before.get(cell) != count]
        self._rolled_up[zone, source] = facts
        projects, hours = tuple(sorted({one for one, _ in changed})), [hour for _, hour in changed]
        roller = Roller(self.store, dict, self.clock, self._drain.begin_cells, least={}, source=source)
        for grain in sorted({grain for rollup in SOURCES[source] for grain in rollup.counted}):
            for job in jobs_of(grain, hours, zone, projects):
                assert roller.make(job)

    def ask(self, calls: Iterable[WebCall]) -> list[Answer]:
        """The answers of the web surface, concurrently."""
        return self.call(Call(now, f"/api/web-events/{slug}{path}", params) for now, slug, path, params in calls)

    def call(self, calls: Iterable[Call]) -> list[Answer]:
        """The answers, concurrently."""
        return self._loop.run(self._together(list(calls)))

    async def _together(self, calls: list[Call]) -> list[Answer]:
        exports = asyncio.Semaphore(STREAMS_OF_PROJECT)  # more at once would be refused

        async def answer(call: Call) -> Answer:
            async with exports if call.path.endswith("/export") else nullcontext():
                return await self._answer(call)

        return await asyncio.gather(*map(answer, calls))

    async def _answer(self, call: Call) -> Answer:
        """Without a client library, which would take longer than the query."""
        self.clock.set(call.now)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET" if call.body is None else "POST",
            "scheme": "http",
            "path": call.path,
            "raw_path": quote(call.path).encode(),
            "query_string": query_string(call.params).encode(),
            "root_path": "",
            "headers": [
                (name.encode(), value.encode()) for name, value in (("authorization", f"Bearer {TOKEN}"), *call.headers)
            ],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
        }
        messages: list[dict[str, Any]] = []
        asked = iter([{"type": "http.request", "body": call.body or b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in asked:
                return message
            await asyncio.Event().wait()  # the client stays
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        try:
            await self._app(scope, receive, send)
        except Exception:
            if not messages:  # otherwise it was answered, and the server raises the error as well
                raise
        body = b"".join(message.get("body", b"") for message in messages[1:])
        kind = dict(messages[0]["headers"]).get(b"content-type", b"").decode()
        return messages[0]["status"], DECODERS[kind](body) if kind else body


def jobs_of(grain: Bucket, instants: list[int], zone: str, projects: tuple[int, ...]) -> list[Job]:
    """Neighbouring cells that hold these instants, and those around them (of months, where a day leads to another)."""
    clocks, near = ZoneInfo(zone), {Bucket.QUARTER_HOUR: 15 * MINUTE, Bucket.HOUR: HOUR}.get(grain, DAY)
    starts = sorted({grain.floor(at + shift * near, clocks) for at in instants for shift in (-1, 0, 1)})
    jobs: list[Job] = []
    for start in starts:
        end = grain.next(start, clocks)
        if jobs and jobs[-1].end == start:
            jobs[-1] = replace(jobs[-1], starts=(*jobs[-1].starts, start), end=end)
        else:
            jobs.append(Job(grain, (start,), end, projects, zone))
    return jobs


def take_in(product: Product, histories: list[History]) -> tuple[list[str], list[list[Receipt]]]:
    """Sends everything, round by round; returns the projects' slugs and the answers to the senders."""
    arrivals = Arrivals(product, histories)
    for number in range(arrivals.rounds):
        arrivals.take_in(number)
    return arrivals.slugs, arrivals.receipts


class Arrivals:
    """The requests of several histories, a project each, round by round; each round of all of them is drained."""

    def __init__(self, product: Product, histories: list[History]) -> None:
        self._product = product
        self.rounds = max(len(history.rounds) for history in histories)
        self.slugs: list[str] = []
        self.receipts: list[list[Receipt]] = []
        self._rounds: list[list[tuple[int, list[Submission]]]] = [[] for _ in range(self.rounds)]
        for history in histories:
            self._read(history)

    def take_in(self, number: int) -> None:
        for at, submissions in self._rounds[number]:
            self._product.spool(at, submissions)
        self._product.drain()

    def _read(self, history: History) -> None:
        """One history after the other: each has its own salts."""
        project, intake = self._product.project(), self._product.intake(history.retention_days)
        receipts = []
        for number, sent in enumerate(history.rounds):
            for each in sent:
                receipt, submissions = self._product.receive(project, intake, each)
                receipts.append(receipt)
                self._rounds[number].append((each.at, submissions))
        self.slugs.append(project.slug)
        self.receipts.append(receipts)
