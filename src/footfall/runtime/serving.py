"""A process that collects, drains and, in the role `all`, answers queries."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial

import structlog
import uvloop

from footfall.api.application import create_application
from footfall.api.auth import check_auth_off
from footfall.api.collector import create_collector
from footfall.api.metrics import Metrics
from footfall.catalog.rollups import SOURCES
from footfall.catalog.tables import Table
from footfall.clock import HOUR, MINUTE, SECOND, Clock, system_clock
from footfall.drain.session_facts import SessionEarnings, SessionFacts
from footfall.importers.inbox import Inbox
from footfall.meta import Drops, environment_over
from footfall.model.progress import FailingJob
from footfall.rollups.expiry import Expiry, facts_since
from footfall.rollups.jobs import zone_of
from footfall.rollups.roller import Roller
from footfall.runtime.address import check_address, published_address
from footfall.runtime.backup_requests import BackupWork, check_schedule
from footfall.runtime.backups import Backups
from footfall.runtime.collecting import make_collecting
from footfall.runtime.draining import Draining
from footfall.runtime.ending import STOP_SECONDS, leave, written_end
from footfall.runtime.greeting import greeting
from footfall.runtime.jobs import Jobs
from footfall.runtime.logs import configure_logging
from footfall.runtime.memory import trim_heap
from footfall.runtime.moved import check_not_moved
from footfall.runtime.moving import Mover, MoveWork, Quiet
from footfall.runtime.parts import Parts, make_data_directory, open_parts
from footfall.runtime.periodic import FLUSH_DROPS, Periodic
from footfall.runtime.querying import make_querying
from footfall.runtime.server import Server
from footfall.runtime.start_log import log_start
from footfall.runtime.tails import tails_behind
from footfall.runtime.upload_work import UploadWork
from footfall.settings import Settings
from footfall.spool.chunk import SECRET
from footfall.spool.receiving import Receiving
from footfall.spool.spools import Spools
from footfall.store.clickhouse import detached_parts, newest_migration

INTERRUPT = SECOND // 4
"""How often a stop interrupts what runs in the background of the store."""

LOOK_AT_TAILS = 10 * SECOND
"""How old the figures of tails in /metrics may be."""

Failing = Callable[[], list[FailingJob]]


def serve(settings: Settings, page: str = "/") -> None:
    """Run until SIGTERM or SIGINT, then commit what was taken and return. FatalError where it can't start.

    `page` is what the printed link shows.
    """
    check_auth_off(settings)
    configure_logging(settings.log_level)
    check_schedule(settings)
    make_data_directory(settings)
    clock, metrics = system_clock, Metrics()
    with written_end() as ending, ExitStack() as stack:
        parts = stack.enter_context(open_parts(settings, clock, environment_over))
        settings = parts.settings
        spools = stack.enter_context(closing(Spools(settings, clock)))
        draining, jobs = stack.enter_context(_filled_store(settings, spools, clock, metrics))
        check_address(settings)
        stack.enter_context(published_address(settings))
        parts.recorded.write(settings.texts())
        greeted = greeting(parts, page)
        drops = Drops(parts.meta.database, clock)
        stack.callback(drops.flush)
        backups = BackupWork(settings, _backups(parts, draining), clock)

        def failing() -> list[FailingJob]:
            return [*jobs.failing(), *backups.failing()]

        mover = Mover(settings, parts.meta, draining.store, _Quiet(draining, jobs), clock)
        receiving = Receiving(spools, parts.meta.secret(SECRET))
        for millis, work in (
            (HOUR, lambda: parts.salts.maintain(clock())),
            (HOUR, receiving.release_quiet),
            (MINUTE // 2, trim_heap),
            (FLUSH_DROPS, drops.flush),
            (SECOND, spools.refresh),
            (MINUTE, draining.tell_standstills),
            (LOOK_AT_TAILS, partial(_look_at_tails, spools, metrics)),
            (SECOND, backups),
            (SECOND, MoveWork(settings.data, mover)),
            (5 * MINUTE, partial(_look_at_parts, draining, metrics)),
            (FLUSH_DROPS, partial(_look_at_jobs, failing, metrics, clock)),
        ):
            stack.callback(Periodic(millis, work).stop, STOP_SECONDS / 6)  # a busy database must not delay the end
        stack.callback(mover.stop)
        uploads = UploadWork(parts, spools, Inbox(settings.data))
        stack.callback(Periodic(SECOND, uploads).stop, STOP_SECONDS / 6)
        stack.callback(uploads.stop)
        log_start(parts, spools.state(), newest_migration())
        uvloop.run(_run(parts, spools, receiving, draining, failing, metrics, drops, greeted))
        ending.begun = True
    structlog.get_logger("server").info("server stopped")


class _Quiet(Quiet):
    """While nothing is drained, rolled up or removed."""

    def __init__(self, draining: Draining, jobs: Jobs) -> None:
        self._draining = draining
        self._jobs = jobs

    @contextmanager
    def pause(self) -> Iterator[bool]:
        with self._jobs.alone(), self._draining.drain.quiesced() as quiesced:
            yield quiesced

    def end(self, reason: str) -> None:
        self._draining.drain.end(reason)
        self._jobs.end()


async def _run(
    parts: Parts,
    spools: Spools,
    receiving: Receiving,
    draining: Draining,
    failing: Failing,
    metrics: Metrics,
    drops: Drops,
    greeted: str,
) -> None:
    collecting = make_collecting(parts, spools, metrics, drops, draining.standstills, receiving)
    if parts.settings.role == "drain":
        server = Server(parts.settings, create_collector(collecting), collecting, None)
    else:
        querying = make_querying(parts, draining.store, collecting, lambda: draining.last_round, draining.gate, failing)
        server = Server(parts.settings, create_application(collecting, querying), collecting, querying)
    if not await server.run(greeted):
        # The loop would wait for the thread that answers, and a query may take its time.
        draining.drain.stop()
        leave("stopping in the middle of a request that takes too long")


def _backups(parts: Parts, draining: Draining) -> Backups:
    check_store = partial(check_not_moved, parts.settings, parts.meta)
    return Backups(parts.settings, draining.store, check_store, draining.drain.quiesced)


def _look_at_tails(spools: Spools, metrics: Metrics) -> None:
    metrics.tails_behind = tails_behind(spools)


def _look_at_parts(draining: Draining, metrics: Metrics) -> None:
    metrics.parts_set_aside = Counter(part.table for part in detached_parts(draining.store))
    lost = Counter[str]()
    for loss in draining.inventory.losses():
        lost[loss.table] += loss.amount
    metrics.rows_lost = lost


def _look_at_jobs(failing: Failing, metrics: Metrics, clock: Clock) -> None:
    metrics.jobs_failing = {one.name: (clock() - one.since) / SECOND for one in failing()}


def _roller(draining: Draining, clock: Clock, metrics: Metrics, source: Table) -> Roller:
    zones = draining.projects.zones
    return Roller(
        draining.store,
        lambda: {project: zone_of(source, zone) for project, zone in zones().items()},
        clock,
        draining.drain.begin_cells,
        report=partial(metrics.cells_waiting, source.value),
        facts_since=partial(facts_since, draining.projects, source),
        source=source,
    )


def _roll_up(roller: Roller, waits_for: SessionFacts | None) -> None:
    """A cell of events counts a session by its row only if that has its facts."""
    if waits_for is None or waits_for.done:
        roller()


def _add_work(jobs: Jobs, draining: Draining, clock: Clock, metrics: Metrics) -> None:
    facts, changing = draining.store.facts, draining.drain.changing_sessions
    session_facts = SessionFacts(facts, changing, metrics.sessions_without_facts)
    # No roll-up may be written of rows that are being removed.
    jobs.add("erasures", draining.erasure(), alone=True)
    expiry = Expiry(draining.projects, draining.store, draining.drain, draining.standstills, clock)
    jobs.add("retention of projects", expiry, alone=True)
    jobs.add("facts of sessions", session_facts, alone=True)
    jobs.add("earnings of sessions", SessionEarnings(facts, changing, metrics.sessions_without_earnings), alone=True)
    for source in SOURCES:
        roller = _roller(draining, clock, metrics, source)
        jobs.add(f"roll-ups of {source}", partial(_roll_up, roller, session_facts if source is Table.EVENTS else None))


@contextmanager
def _filled_store(
    settings: Settings, spools: Spools, clock: Clock, metrics: Metrics
) -> Iterator[tuple[Draining, Jobs]]:
    """The drain and the work in the background on the store; closed once all have stopped."""
    jobs = Jobs(clock)
    draining = Draining(settings, spools, clock, metrics, replaced=jobs.end)

    def stop() -> bool:
        until = time.monotonic() + STOP_SECONDS
        jobs.end()
        # Again and again: a statement may have been sent but not yet be in the engine's list.
        interrupting = Periodic(INTERRUPT, draining.store.interrupt_background)
        try:
            return draining.stop(STOP_SECONDS) and jobs.stop(max(until - time.monotonic(), 0))
        finally:
            interrupting.stop(STOP_SECONDS / 6)

    try:
        _add_work(jobs, draining, clock, metrics)
        jobs.begin()
        yield draining, jobs
    except BaseException:
        if stop():
            draining.close()
        raise
    if not stop():
        # The batch is recorded, with its plan, and goes on at the next start; the engine can't be closed under it.
        leave("stopping in the middle of a batch, the next start goes on with it")
    draining.close()
