"""A process that drains and rolls up, and ends at once, without a word, at the n-th step: `rolling.py DATA N`.

It first looks at what the process before it left: wherever that ended, cells must give the figures of their facts.
Exit code 9: it crashed there; 0: there is no n-th step; 1: figures differ. Events are of project N.
"""

from __future__ import annotations

import sys
from functools import partial
from itertools import count
from pathlib import Path

from tests.fault.crashing import Countdown, Silent
from tests.support.draining import drain_all
from tests.support.few_rollups import few_rollups

from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, MINUTE, system_clock
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.model.period import Bucket, Period
from footfall.model.raw import EventRows, RawEvent
from footfall.query import build, fetch, rankings, run
from footfall.query.ast import Query
from footfall.query.sources import Source, choose
from footfall.rollups import roller
from footfall.rollups.roller import Roller
from footfall.settings import Settings
from footfall.spool.protocol import Submission
from footfall.spool.sqlite import SqliteSpool
from footfall.store.clickhouse import open_store
from footfall.store.protocol import Store

MAY = 1_777_593_600_000  # 2026-05-01
NOW = MAY + 9 * DAY
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
FIRST = (HOUR, DAY + HOUR, 2 * DAY - 10 * MINUTE, 3 * DAY, 3 * DAY + 50 * MINUTE)
LATE = (HOUR + 10 * MINUTE, 2 * DAY + 10 * MINUTE, 3 * DAY + 25 * MINUTE)
"""One goes on with a session, one over midnight, one joins two: days in a row, which are made together."""
ROLLED_UP = ("events", "sessions", "pages")
"""One of each kind: every other roll-up would be one more start of this process."""


def batch(project: int, times: tuple[int, ...]) -> list[Submission]:
    events = [
        RawEvent(
            MAY + at,
            1,
            at,
            event_type="pageview",
            visitor=7,
            url=f"https://a.test/{at}",
            path=f"/{at}",
            user_agent=CHROME,
        )
        for at in times
    ]
    return [Submission(EventRows(project, NOW, events))]


def check(store: Store, project: int, *, settled: bool) -> None:
    """End here where cells and facts differ: once this process crashes, it says nothing.

    While a batch is partly written, sessions and their events do not agree.
    """
    allowed = fetch.choose
    sources = {Source.SESSIONS, Source.ROLLUPS} if settled else {Source.ROLLUPS}
    fetch.choose = partial(choose, allowed=sources)
    by_cells = figures(store, project, settled=settled)
    fetch.choose = partial(choose, allowed={Source.FACTS})
    by_facts = figures(store, project, settled=settled)
    fetch.choose = allowed
    if by_cells != by_facts:
        sys.exit(f"project {project}: {by_cells} in cells, {by_facts} in facts")


def figures(store: Store, project: int, *, settled: bool) -> list[object]:
    base = Query(project=project, table=Table.EVENTS, period=Period(MAY, NOW))
    found: list[object] = [run.count(store, base), rankings.top(store, base, build.TOP_PAGES, 20)]
    return [*found, run.kpis(store, base, None)] if settled else found


def roll_up(store: Store, drain: Drain, projects: int) -> None:
    seconds = count(0, 4_000)
    zones = dict.fromkeys(range(1, projects + 1), "UTC")
    made = Roller(store, lambda: zones, lambda: NOW, drain.begin_cells, lambda: next(seconds), least={})
    while made():
        pass


def main(data: Path, number: int) -> None:
    few_rollups({Table.EVENTS: ROLLED_UP}).start()
    roller.AGAIN_AFTER = dict.fromkeys(Bucket, -NOW)  # at once: stamps are of today
    (data / "spool").mkdir(parents=True, exist_ok=True)
    spool = SqliteSpool(data / "spool" / "serve.db", clock=system_clock, capacity=10_000, keep_seconds=3600)
    store, journal = open_store(Settings(data=data)), Journal(data / "drain")
    store.migrate()
    healthy = Drain(lambda: [("serve", spool)], store, journal, Silent())
    if number > 1:
        check(store, number - 1, settled=False)
    healthy.drain_once()
    drain_all(healthy, spool)
    if number > 1:
        check(store, number - 1, settled=True)
    spool.append(batch(number, FIRST))
    drain_all(healthy, spool)
    roll_up(store, healthy, number)
    if number > 1:  # that of its own batch, like every one before it, is looked at by the process after it
        check(store, number - 1, settled=True)
    steps = Countdown(number)
    spool.append(batch(number, LATE))
    crashing = Drain(lambda: [("serve", steps.wrap(spool))], steps.wrap(store), steps.wrap(journal), Silent())
    crashing.drain_once()
    check(store, number, settled=True)
    roll_up(steps.wrap(store), crashing, number)
    check(store, number, settled=True)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
