"""A process that answers queries from a remote store, beside any number of others. It writes nothing to the store."""

from __future__ import annotations

from contextlib import ExitStack, closing

import structlog
import uvloop

from footfall.api.application import create_reader
from footfall.api.auth import check_auth_off
from footfall.api.metrics import Metrics
from footfall.clock import MINUTE, system_clock
from footfall.errors import FatalError
from footfall.meta import Drops
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
from footfall.store.clickhouse import applied_migration, is_embedded, newest_migration, open_store
from footfall.store.protocol import Store


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
        _check_schema(store)
        check_address(settings)
        metrics, drops = Metrics(), Drops(parts.meta.database, system_clock)
        stack.callback(drops.flush)
        for millis, work in ((MINUTE // 2, trim_heap), (FLUSH_DROPS, drops.flush)):
            stack.callback(Periodic(millis, work).stop, STOP_SECONDS / 6)
        log_start(parts, SpoolState(0, 0, 0, 0, 0, 0), applied_migration(store))
        uvloop.run(_run(parts, store, metrics, drops))
    structlog.get_logger("server").info("server stopped")


def _check_schema(store: Store) -> None:
    """FatalError where the store is older than this code: its drain migrates it. A newer one still has what is read."""
    found = applied_migration(store)
    if found < newest_migration():
        raise FatalError(
            f"the store has schema {found}, and this version of Footfall reads {newest_migration()}: "
            "start the drain of this version first"
        )


async def _run(parts: Parts, store: Store, metrics: Metrics, drops: Drops) -> None:
    shared = make_shared(parts, metrics, drops)
    querying = make_querying(parts, store, shared, parts.clock)
    server = Server(parts.settings, create_reader(shared, querying), shared, querying)
    if not await server.run(f"Footfall answers queries on {reachable(parts.settings)}\n"):
        leave("stopping in the middle of a request that takes too long")
