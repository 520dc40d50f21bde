"""A process that answers queries from a remote store, beside any number of others. It writes nothing to the store."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing

import structlog
import uvloop

from footfall.api.application import create_reader
from footfall.api.auth import check_auth_off
from footfall.api.metrics import Metrics
from footfall.clock import MINUTE, SECOND, system_clock
from footfall.errors import FatalError, StoreError
from footfall.meta import Drops, StoredFence
from footfall.runtime.address import check_address, reachable
from footfall.runtime.collecting import make_shared
from footfall.runtime.ending import STOP_SECONDS, leave
from footfall.runtime.logs import configure_logging
from footfall.runtime.memory import trim_heap
from footfall.runtime.moved import check_not_moved
from footfall.runtime.parts import Parts, make_data_directory, open_parts
from footfall.runtime.periodic import FLUSH_DROPS, Periodic
from footfall.runtime.querying import make_querying
from footfall.runtime.server import Server
from footfall.runtime.start_log import log_start
from footfall.settings import Settings
from footfall.spool.protocol import SpoolState
from footfall.store.clickhouse import (
    applied_migration,
    breaking_migrations,
    is_embedded,
    newest_migration,
    open_store,
)
from footfall.store.fence import FenceReader
from footfall.store.protocol import Store

_ROUNDS_PER_MINUTE = MINUTE // SECOND


def query(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. FatalError where it can't start."""
    if is_embedded(settings):
        raise FatalError(
            "FOOTFALL_ROLE=query needs a remote store (FOOTFALL_STORE_URL=clickhouse://…): the embedded one belongs to "
            "a single process, which answers queries itself in the role `all`"
        )
    check_auth_off(settings)
    configure_logging(settings.log_level)
    make_data_directory(settings)
    with ExitStack() as stack:
        parts = stack.enter_context(open_parts(settings, system_clock))
        check_not_moved(parts.settings, parts.meta)
        store = stack.enter_context(closing(open_store(parts.settings)))
        _await_schema(store)
        check_address(settings)
        metrics, drops = Metrics(), Drops(parts.meta.database, system_clock)
        stack.callback(drops.flush)
        for millis, work in ((MINUTE // 2, trim_heap), (FLUSH_DROPS, drops.flush)):
            stack.callback(Periodic(millis, work).stop, STOP_SECONDS / 6)
        log_start(parts, SpoolState(0, 0, 0, 0, 0, 0), applied_migration(store))
        uvloop.run(_run(parts, store, metrics, drops))
    structlog.get_logger("server").info("server stopped")


def _await_schema(store: Store) -> None:
    """Returns once the drain has made or migrated the store. FatalError where it is too new for this version.

    Most migrations only add, so an older version still has what it reads.
    """
    needed, rounds = newest_migration(), 0
    while (found := _schema(store)) < needed:
        if rounds % _ROUNDS_PER_MINUTE == 0:
            structlog.get_logger("server").warning("waiting for the drain", store_schema=found, needed=needed)
        rounds += 1
        time.sleep(1)
    if found > needed and (breaking := breaking_migrations(store)):
        raise FatalError(
            f"the store has schema {found}, which this version of Footfall can't read ({', '.join(breaking)}): "
            "install the version of its drain"
        )


def _schema(store: Store) -> int:
    """0 where nothing is made yet."""
    try:
        return applied_migration(store)
    except StoreError:
        return 0


async def _run(parts: Parts, store: Store, metrics: Metrics, drops: Drops) -> None:
    shared = make_shared(parts, metrics, drops)
    querying = make_querying(parts, store, shared, parts.clock, FenceReader(StoredFence(parts.meta.database).look))
    server = Server(parts.settings, create_reader(shared, querying), shared, querying)
    if not await server.run(f"Footfall answers queries on {reachable(parts.settings)}\n"):
        leave("stopping in the middle of a request that takes too long")
