"""The only place that wires: which parts there are, in what order they start, and in what order they stop."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

import structlog
import uvloop

from footfall.api.application import Application, create_application
from footfall.api.auth import Authenticator, check_auth_off
from footfall.api.metrics import Metrics
from footfall.api.reading import Questions
from footfall.api.services import Services
from footfall.api.window import Window
from footfall.clock import HOUR, MINUTE, SECOND, Clock, system_clock
from footfall.collect.geo import GeoLocator
from footfall.collect.identity import SaltedIdentity
from footfall.collect.intake import Intake
from footfall.collect.kept_urls import NAMES
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import FatalError
from footfall.ids import IdSource
from footfall.meta import Drops, Ledger, Meta, Salts, StoredAnswers, open_meta
from footfall.pipeline.referrers import Channels
from footfall.query.rollup import Rollup
from footfall.settings import Settings
from footfall.spool.group import GroupCommitter
from footfall.spool.spools import SERVER, Spools
from footfall.spool.sqlite import SqliteSpool
from footfall.store.clickhouse import detached_parts, open_store
from footfall.store.lock import holder
from footfall.store.protocol import Store

STOP_SECONDS = 6.0
"""Time that requests, and then the drain, have to come to an end: together with the rest, under 10 seconds."""

WINDOW_SECONDS = 10
"""How long an answer of the network surface holds."""

FLUSH_DROPS = 10 * SECOND
"""How often counts of what was left out are written down."""

IMPORTS = "import"

AWAIT_SERVER_SECONDS = 30.0
"""How long an import waits for a server that ended meanwhile before it drains its lines itself."""


@dataclass(frozen=True)
class Parts:
    """What the server and the offline tools share."""

    settings: Settings
    clock: Clock
    meta: Meta
    salts: Salts
    ledger: Ledger
    identity: SaltedIdentity
    locator: GeoLocator
    ids: IdSource


@contextmanager
def open_parts(settings: Settings, clock: Clock = system_clock) -> Iterator[Parts]:
    """Metadata, identity and places, in a data directory that exists."""
    meta = open_meta(settings, clock)
    try:
        salts = Salts(meta.database)
        yield Parts(
            settings=settings,
            clock=clock,
            meta=meta,
            salts=salts,
            ledger=Ledger(meta.database, clock),
            identity=SaltedIdentity(salts, clock),
            locator=GeoLocator(settings.data),
            ids=IdSource(clock),
        )
    finally:
        meta.close()


def make_data_directory(settings: Settings) -> None:
    """Closed to others where it is new; FatalError where it can't be made."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FatalError(f"FOOTFALL_DATA {str(settings.data)!r} can't be used: {error.strerror}") from error


class Draining:
    """A store and the thread that fills it: open together, and for one process at a time."""

    def __init__(self, settings: Settings, spools: Spools, clock: Clock, metrics: Metrics) -> None:
        self.store = open_store(settings)
        try:
            self.store.migrate()
            self.store.keep(settings.retention_days)
            report_damage(self.store)
        except BaseException:
            self.store.close()
            raise
        self.last_round = clock()
        self._clock = clock
        self._spools = spools
        self.drain = Drain(
            self._round,
            self.store,
            Journal(settings.data / "drain"),
            metrics,
            batch_events=settings.batch_events,
            flush_interval=settings.flush_interval,
        )
        self._thread = threading.Thread(target=self.drain.run, name="drain", daemon=True)
        self._thread.start()
        self._upkeep = _Every(SECOND, Rollup(self.store, clock, self.drain.whole))

    def _round(self) -> list[tuple[str, SqliteSpool]]:
        self.last_round = self._clock()
        self._spools.sweep()
        return list(self._spools)

    def close(self, seconds: float) -> bool:
        """Stop after the batch under way; False where it takes longer, and then nothing may be closed under it."""
        self.drain.stop()
        ends = time.monotonic() + seconds
        self._thread.join(seconds)
        if self._thread.is_alive() or not self._upkeep.stop(max(ends - time.monotonic(), 0)):
            return False
        self.store.close()
        return True


def report_damage(store: Store) -> None:
    """Parts that the engine set aside since the last start: their rows are missing from every answer."""
    for part in detached_parts(store):
        structlog.get_logger("store").error(
            "the store set a damaged part aside", table=part.table, part=part.name, reason=part.reason
        )


# The server.


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT, then commit what was taken and return. FatalError where it can't start."""
    check_auth_off(settings)
    configure_logging(settings)
    with ExitStack() as stack:
        clock = system_clock
        make_data_directory(settings)
        spools = Spools(settings, clock)
        metrics = Metrics()
        draining = Draining(settings, spools, clock, metrics)
        stack.callback(draining.close, STOP_SECONDS)
        check_address(settings)
        parts = stack.enter_context(open_parts(settings, clock))
        greeting = first_start(parts)
        stack.callback(_Every(HOUR, lambda: parts.salts.sweep(clock())).stop)
        stack.callback(_Every(MINUTE // 2, give_memory_back).stop)
        drops = Drops(parts.meta.database, clock)
        stack.callback(drops.flush)
        stack.callback(_Every(FLUSH_DROPS, drops.flush).stop)
        server = Server(settings, parts, spools, draining, metrics, drops)
        uvloop.run(server.run(greeting))
        if not draining.close(STOP_SECONDS):
            # The batch is recorded, with its plan, and goes on at the next start; the engine can't be closed under it.
            leave("stopping in the middle of a batch, the next start goes on with it")
        spools.close()


def leave(reason: str) -> NoReturn:
    """End the process at once, with status 0: what was acknowledged is on disk, what still runs can't be ended."""
    structlog.get_logger("server").warning(reason)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class Server:
    """The event loop's side: the application behind Granian, and an orderly end."""

    def __init__(
        self, settings: Settings, parts: Parts, spools: Spools, draining: Draining, metrics: Metrics, drops: Drops
    ) -> None:
        self._settings = settings
        self._parts = parts
        self._spools = spools
        self._draining = draining
        self._metrics = metrics
        self._drops = drops

    async def run(self, greeting: str) -> None:
        from granian.server.embed import Server as Granian  # noqa: PLC0415 - loaded once the parts stand

        services = self._services()
        tune_interpreter()
        application = create_application(lambda: services)
        granian = Granian(
            application,
            address=self._settings.host,
            port=self._settings.port,
            interface="asgi",  # type: ignore[arg-type]  # an enum of strings
            backlog=4096,
            backpressure=4096,
            websockets=False,
            log_enabled=False,
        )
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        serving = loop.create_task(granian.serve())
        sys.stdout.write(greeting + "\n")
        sys.stdout.flush()
        waiting = loop.create_task(stopped.wait())
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        services.stopping = True
        await _quiet(application, STOP_SECONDS / 3)
        services.questions.stop()
        await _quiet(application, STOP_SECONDS / 12)
        if not serving.done():
            granian.stop()  # type: ignore[no-untyped-call]  # Granian leaves it unannotated
        await self._finish(services, serving)
        if not application.idle.is_set():
            # The loop would wait for the thread that answers, and a query may take its time.
            self._draining.drain.stop()
            leave("stopping in the middle of a request that takes too long")

    @staticmethod
    async def _finish(services: Services, serving: asyncio.Task[None]) -> None:
        """Commit what was taken. A client may keep its connection half open for ever: Granian would wait for it."""
        await services.committer.close()
        services.auth.close()
        done, _ = await asyncio.wait({serving}, timeout=STOP_SECONDS / 6)
        for ended in done:
            ended.result()

    def _services(self) -> Services:
        parts, settings = self._parts, self._settings
        return Services(
            settings=settings,
            clock=parts.clock,
            auth=Authenticator(parts.meta, settings, parts.clock),
            intake=Intake(
                parts.ids,
                parts.identity,
                parts.locator,
                settings.retention_days,
                settings.request_ip,
                kept_parameters(settings),
            ),
            committer=GroupCommitter(self._spools.own(SERVER)),
            store=self._draining.store,
            questions=Questions(self._draining.store, settings.queries_per_project),
            window=Window(
                StoredAnswers(parts.meta.database, parts.clock),
                parts.clock,
                seconds=WINDOW_SECONDS,
                patience=settings.query_seconds + 5,
            ),
            metrics=self._metrics,
            drops=self._drops,
            buffer=self._spools.state,
            last_flush=lambda: self._draining.last_round,
        )


def kept_parameters(settings: Settings) -> frozenset[str]:
    """Names of query parameters that are kept of browsers' URLs, beside `utm_*`."""
    clicks = (name for group in Channels().click_ids for name in group)
    return NAMES.union(clicks, settings.keep_query)


def give_memory_back() -> None:
    """What a busy time left free in the C library's heap goes back to the system; the engine sees to its own."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only the GNU C library has it
    if trim is not None:
        trim(0)


def tune_interpreter() -> None:
    """What stands now stays: without this, every full collection walks through all of it while requests wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def check_address(settings: Settings) -> None:
    """FatalError where nothing can listen there. The HTTP server itself would share a port with another process."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, number) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise FatalError(
            f"can't listen on {settings.host} port {settings.port}: {error.strerror}; "
            "choose others with FOOTFALL_HOST and FOOTFALL_PORT"
        ) from error


async def _quiet(application: Application, seconds: float) -> None:
    """Until no request is under way, or the time is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(application.idle.wait(), seconds)


class _Every:
    """Calls a function at once and then again and again, on a thread, until stopped."""

    def __init__(self, millis: int, work: Any) -> None:
        self._stop = threading.Event()
        self._seconds = millis / SECOND
        self._work = work
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                self._work()
            except Exception:  # noqa: BLE001 - it is tried again
                structlog.get_logger("sweep").exception("a periodic task failed")
            if self._stop.wait(self._seconds):
                return

    def stop(self, seconds: float | None = None) -> bool:
        """Whether it has come to its end within the time."""
        self._stop.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()


def reachable(host: str, port: int) -> str:
    """A URL that works on this machine, also where the server listens on every address."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104 - as above
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def first_start(parts: Parts) -> str:
    """What is printed at the start; the first one makes the project `default` and a token, shown this once."""
    settings = parts.settings
    url = reachable(settings.host, settings.port)
    if parts.meta.projects():
        return f"Footfall serves on {url}"
    parts.meta.create_project("default")
    token, _ = parts.meta.create_token("first start", ["read", "ingest"], ["default"], None)
    event = '{"event_name": "hello", "category": "page_view", "page_url": "https://example.org/"}'
    return f"""
Footfall serves on {url}

Project:  default
Token:    {token}    (read and ingest; it is not shown again)

Send an event, read the key figures, open the documentation:

  curl -X POST {url}/api/v1/analytics -H "Authorization: Bearer {token}" -d '{event}'
  curl "{url}/api/web-events/default/kpis?range=24h" -H "Authorization: Bearer {token}"
  curl {url}/docs
"""


# Offline tools: imports and the like, with or without a running server.


@dataclass(frozen=True)
class Offline(Parts):
    """Parts with a spool of this process's own; `wait_drained` returns once all of it can be queried."""

    spool: SqliteSpool
    filler: _Filler

    def wait_drained(self) -> None:
        self.filler.wait()


class _Filler:
    """Drains in this process while no server does, and leaves it to a server that has the data directory."""

    def __init__(self, settings: Settings, spools: Spools, spool: SqliteSpool) -> None:
        self._settings = settings
        self._spools = spools
        self._spool = spool
        self._draining: Draining | None = None

    def wait(self) -> None:
        """A server that ends meanwhile is expected back for a while: who takes its directory keeps it from starting."""
        served = time.monotonic()
        while self._spool.state().waiting:
            if holder(self._settings.data) is not None:
                served = time.monotonic()
            elif time.monotonic() - served > AWAIT_SERVER_SECONDS:
                self.take_over()
            time.sleep(0.1)

    def close(self) -> None:
        if self._draining is not None:
            self._draining.close(seconds=3600)

    def take_over(self) -> None:
        """Drain here, unless a server does."""
        if self._draining is not None or holder(self._settings.data) is not None:
            return
        try:
            self._draining = Draining(self._settings, self._spools, system_clock, Metrics())
        except FatalError:
            if holder(self._settings.data) is None:
                raise  # not a server that was quicker


@contextmanager
def offline(settings: Settings, *, only: str = "", drains: bool = True) -> Iterator[Offline]:
    """Parts for a command line tool that writes; the spool keeps its file, so that keys hold over several runs.

    `only` names a spool that the tool shares with none. What runs for ever leaves draining to servers (`drains` False):
    it would keep them from the store.
    """
    configure_logging(settings)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_parts(settings) as parts:
        spools = Spools(settings, parts.clock)
        spool = spools.only(only) if only else spools.own(IMPORTS)
        filler = _Filler(settings, spools, spool)
        if drains:
            filler.take_over()
        try:
            yield Offline(
                **{name: getattr(parts, name) for name in Parts.__dataclass_fields__}, spool=spool, filler=filler
            )
        finally:
            filler.close()
            spools.close()


def configure_logging(settings: Settings) -> None:
    """Lines for a person on a terminal, JSON elsewhere; always on standard error."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if terminal else [structlog.processors.format_exc_info]),
            # Not the renderer's own tracebacks: they print local variables, and tokens are among them.
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
            if terminal
            else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Their warnings quote URLs, and a store's URL may carry a password.
    for name in ("urllib3", "clickhouse_connect"):
        logging.getLogger(name).setLevel(logging.ERROR)
