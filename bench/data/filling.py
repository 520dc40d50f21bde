"""`python -m bench data DIR`: fills a data directory month by month and says in a manifest what it holds.

Every insert has a token, and a month is drawn from a seed of its own: one that was interrupted is made again, and the
store leaves out the rows that it has already.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.data import draws
from bench.data.calendar import Month, months, shares
from bench.data.facts import EventBlock, ipc
from bench.data.logs import proxy_logs
from bench.data.requests import Calls, RequestBlock
from bench.data.rollups import roll_up
from bench.data.sessions import SessionRows
from bench.data.visits import Drawn, Events, People, draw_sessions
from bench.data.world import World
from footfall.catalog.tables import Table
from footfall.clock import DAY, system_clock
from footfall.meta import open_meta
from footfall.pipeline.steps import Tools
from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.protocol import Store

MANIFEST = "bench.json"
LARGE_SLUG = "large"
UNTIL = 1_795_824_000_000
"""2026-11-28T00:00:00Z: a fixed instant, so that the same rows are made whenever that is."""

_SEED = 13
_BLOCK = 3_500_000
"""Most facts of one insert: a month of the full size becomes three parts, and needs no merging."""

_GROUPS = ((1, 1), (2, 1 + draws.SMALL))

Manifest = dict[str, Any]
Blocks = Iterator[tuple[Table, pa.Table]]
Make = Callable[[Month, int], Blocks]
"""The blocks of a month with so many facts."""


@dataclass(frozen=True)
class Wanted:
    """How many rows of each surface, up to an instant (Unix milliseconds, a midnight in UTC)."""

    until: int
    events: int = 0
    requests: int = 0
    logs: int = 0


def fill(settings: Settings, wanted: Wanted) -> Manifest:
    """Make what is missing; ValueError where the directory holds other rows than those wanted."""
    data = settings.data
    manifest = read_manifest(data)
    _check(manifest, wanted)
    missing = [name for name in _MAKERS if getattr(wanted, name) and not _complete(manifest, name)]
    if not missing:
        return manifest
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if "token" not in manifest:
        manifest |= {"until": wanted.until, "token": _projects(settings), "surfaces": {}}
        _write(data, manifest)
    with closing(open_store(settings)) as store:
        store.migrate()
        for name in missing:
            _surface(data, store, manifest, name, getattr(wanted, name))
    return manifest


def read_manifest(data: Path) -> Manifest:
    """What the directory holds; empty where it is not one of these."""
    path = data / MANIFEST
    found: Manifest = json.loads(path.read_text()) if path.exists() else {}
    return found


def _check(manifest: Manifest, wanted: Wanted) -> None:
    if manifest and manifest["until"] != wanted.until:
        raise ValueError(f"the directory holds rows until {manifest['until']}, not {wanted.until}")
    for name, found in manifest.get("surfaces", {}).items():
        rows = getattr(wanted, name)
        if rows and rows != found["rows"]:
            raise ValueError(f"the directory holds {found['rows']:,} {name}, not {rows:,}: choose another one")


def _complete(manifest: Manifest, name: str) -> bool:
    return bool(manifest.get("surfaces", {}).get(name, {}).get("complete"))


def _write(data: Path, manifest: Manifest) -> None:
    path = data / MANIFEST
    torn = path.with_suffix(".writing")
    torn.write_text(json.dumps(manifest, indent=1) + "\n")
    torn.replace(path)


def _projects(settings: Settings) -> str:
    """A project with most of the rows and the small ones; the text of a token for all of them."""
    with closing(open_meta(settings, system_clock)) as meta:
        if not meta.projects():
            meta.create_project(LARGE_SLUG)
            for number in range(1, draws.SMALL + 1):
                meta.create_project(f"small-{number}")
        token, _ = meta.create_token("bench", ["ingest", "read"], [LARGE_SLUG])
    return token


def _surface(data: Path, store: Store, manifest: Manifest, name: str, rows: int) -> None:
    """All months of one surface that are missing."""
    found = manifest["surfaces"].setdefault(name, {"rows": rows, "months": [], "seconds": 0.0, "complete": False})
    make = _MAKERS[name](rows)
    parts = months(manifest["until"])
    started = time.perf_counter()
    with ThreadPoolExecutor(1) as inserting:
        for month, count in zip(parts, shares(rows, parts), strict=True):
            if month.name in found["months"]:
                continue
            _insert(store, inserting, f"bench:{name}:{month.name}", make(month, count))
            found["months"].append(month.name)
            found["seconds"] += round(time.perf_counter() - started, 1)
            started = time.perf_counter()
            _write(data, manifest)
    roll_up(store, manifest["until"], _TABLES[name])
    found["seconds"] = round(found["seconds"] + time.perf_counter() - started, 1)
    found |= {"complete": True, "rows_per_second": round(rows / max(0.1, found["seconds"]))}
    _write(data, manifest)


def _insert(store: Store, inserting: ThreadPoolExecutor, token: str, blocks: Blocks) -> None:
    """The next block is made while one is inserted."""
    waiting: Future[None] | None = None
    for number, (table, rows) in enumerate(blocks):
        arrow = ipc(rows)
        if waiting is not None:
            waiting.result()
        waiting = inserting.submit(store.insert, table.value, arrow, token=f"{token}:{number}")
    if waiting is not None:
        waiting.result()


def event_blocks(total: int) -> Callable[[Month, int], Iterator[tuple[EventBlock, np.random.Generator]]]:
    """What makes the events of a month: those of the large project first, then of the small ones."""
    world = World(Tools.default())
    drawing = Events(world)
    large = round(total * draws.LARGE_SHARE)
    groups = (People.of(1, 1, large), People.of(2, 1 + draws.SMALL, total - large))

    def make(month: Month, count: int) -> Iterator[tuple[EventBlock, np.random.Generator]]:
        number = 0
        in_large = round(count * draws.LARGE_SHARE)
        for people, own in zip(groups, (in_large, count - in_large), strict=True):
            random = _random(people, month)
            for part in draw_sessions(people, month, own, random).parts(_BLOCK):
                drawn, batch = Drawn.of(part), _batch(month, number)
                yield EventBlock(world, people, drawn, batch, number, drawing.draw(drawn, random)), random
                number += len(part.gaps)

    return make


def _events(total: int) -> Make:
    blocks = event_blocks(total)

    def make(month: Month, count: int) -> Blocks:
        for block, random in blocks(month, count):
            yield block.table, block.rows()
            yield Table.SESSIONS, SessionRows(block).rows()
            yield Table.ENGAGEMENTS, block.engagements(random, month.period.end)

    return make


def _requests(total: int) -> Make:
    """All of one project."""
    world = World(Tools.default())
    drawing = Calls(world)
    people = People.of(1, 1, total)

    def make(month: Month, count: int) -> Blocks:
        number = 0
        random = _random(people, month, 1)
        for part in draw_sessions(people, month, count, random).parts(_BLOCK):
            drawn = Drawn.of(part)
            block = RequestBlock(
                world, people, drawn, _batch(month, number), number, drawing, drawing.draw(drawn, random)
            )
            yield block.table, block.rows()
            yield Table.SESSIONS, SessionRows(block).rows()
            number += len(part.gaps)

    return make


def _logs(_: int) -> Make:
    """All of one project."""

    def make(month: Month, count: int) -> Blocks:
        random = np.random.default_rng([_SEED, 2, month.period.start // DAY])
        for first in range(0, count, _BLOCK):
            rows = proxy_logs(month, min(_BLOCK, count - first), _batch(month, first), random)
            yield Table.PROXY_LOGS, rows

    return make


def _random(people: People, month: Month, kind: int = 0) -> np.random.Generator:
    return np.random.default_rng([_SEED, kind, people.first, month.period.start // DAY])


def _batch(month: Month, number: int) -> int:
    """Numbers of batches are microseconds of the time when they are begun."""
    return month.period.end * 1000 + number


_MAKERS: dict[str, Callable[[int], Make]] = {"events": _events, "requests": _requests, "logs": _logs}
_TABLES = {
    "events": (Table.EVENTS, Table.SESSIONS, Table.ENGAGEMENTS),
    "requests": (Table.REQUESTS, Table.SESSIONS),
    "logs": (Table.PROXY_LOGS,),
}
