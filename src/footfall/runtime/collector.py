"""A process that collects into its spool, for a drain on this machine or on another. It imports no engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing

import structlog
import uvloop

from footfall.api.auth import check_auth_off
from footfall.api.collector import create_collector
from footfall.api.metrics import Metrics
from footfall.clock import HOUR, MINUTE, SECOND, system_clock
from footfall.errors import FatalError
from footfall.meta import Drops
from footfall.model.progress import Standstill
from footfall.runtime.address import check_address, reachable
from footfall.runtime.collecting import make_collecting
from footfall.runtime.ending import STOP_SECONDS, leave, written_end
from footfall.runtime.forwarding import Forwarding
from footfall.runtime.logs import configure_logging
from footfall.runtime.memory import trim_heap
from footfall.runtime.parts import Parts, make_data_directory, open_parts
from footfall.runtime.periodic import FLUSH_DROPS, Periodic
from footfall.runtime.server import Server
from footfall.runtime.start_log import log_start
from footfall.settings import Settings
from footfall.spool.chunk import SECRET
from footfall.spool.spools import Spools
from footfall.store.lock import holder


def collect(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. FatalError where it can't start."""
    _check(settings)
    check_auth_off(settings)
    configure_logging(settings.log_level)
    make_data_directory(settings)
    clock, metrics = system_clock, Metrics()
    with written_end() as ending, ExitStack() as stack:
        parts = stack.enter_context(open_parts(settings, clock))
        spools = stack.enter_context(closing(Spools(_kept_until_sent(parts.settings), clock)))
        check_address(settings)
        standstills: Callable[[], Sequence[Standstill]] = tuple
        if settings.drain_url:
            forwarding = Forwarding(parts.settings, spools, parts.meta.secret(SECRET), clock)
            stack.callback(forwarding.stop, STOP_SECONDS / 2)
            standstills = forwarding.standstills
        drops = Drops(parts.meta.database, clock)
        stack.callback(drops.flush)
        for millis, work in (
            (HOUR, lambda: parts.salts.maintain(clock())),
            (MINUTE // 2, trim_heap),
            (FLUSH_DROPS, drops.flush),
            (SECOND, spools.refresh),
        ):
            stack.callback(Periodic(millis, work).stop, STOP_SECONDS / 6)
        log_start(parts, spools.state(), None)
        uvloop.run(_run(parts, spools, metrics, drops, standstills))
        ending.begun = True
    structlog.get_logger("server").info("server stopped")


def _check(settings: Settings) -> None:
    """FatalError where what it is to forward could not be received, or is drained here as well."""
    if not settings.drain_url:
        return
    if not settings.meta_url:
        raise FatalError(
            "a collector that forwards (FOOTFALL_DRAIN_URL) shares the drain's metadata: FOOTFALL_META_URL"
        )
    if holder(settings.data) is not None:
        raise FatalError(
            f"a server drains the data directory {settings.data}: leave FOOTFALL_DRAIN_URL out, "
            "or choose another directory"
        )


def _kept_until_sent(settings: Settings) -> Settings:
    """The drain keeps what it was sent, to replay it after a power cut; without one elsewhere, this spool keeps it."""
    return settings.model_copy(update={"spool_keep_seconds": 0}) if settings.drain_url else settings


async def _run(
    parts: Parts, spools: Spools, metrics: Metrics, drops: Drops, standstills: Callable[[], Sequence[Standstill]]
) -> None:
    collecting = make_collecting(parts, spools, metrics, drops, standstills)
    server = Server(parts.settings, create_collector(collecting), collecting, None)
    if not await server.run(f"Footfall collects on {reachable(parts.settings)}\n"):
        leave("stopping in the middle of a request that takes too long")
