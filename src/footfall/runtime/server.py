"""The event loop's side: an application behind Granian, and an orderly end."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any

import structlog

from footfall.api.building import Application
from footfall.api.state import Collecting, Querying
from footfall.runtime.connections import connections
from footfall.runtime.ending import STOP_SECONDS
from footfall.runtime.memory import share_interpreter, tune_collector
from footfall.runtime.turns import take_short_turns
from footfall.settings import Settings

IDLE_SECONDS = 30
"""How long a connection may take to send the head of a request, its first one included."""

MAX_HEAD_BYTES = 64 << 10
"""Longest head of a request; also how much of a body is read ahead."""


class Server:
    """Answers requests until SIGTERM or SIGINT."""

    def __init__(
        self, settings: Settings, application: Application, collecting: Collecting, querying: Querying | None
    ) -> None:
        self._settings = settings
        self._application = application
        self._collecting = collecting
        self._querying = querying

    async def run(self, greeting: str) -> bool:
        """Whether every request under way came to its end."""
        tune_collector()
        share_interpreter()
        take_short_turns()
        granian = self._granian()
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        serving = loop.create_task(granian.serve())
        sys.stdout.write(greeting + "\n")
        sys.stdout.flush()
        waiting = loop.create_task(stopped.wait())
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        structlog.get_logger("server").info("server stops")
        await self._end_requests()
        if not serving.done():
            granian.stop()
        await self._finish(serving)
        return self._collecting.lifecycle.idle

    def _granian(self) -> Any:
        from granian.http import HTTP1Settings  # noqa: PLC0415 - loaded once the parts stand
        from granian.server.embed import Server as Granian  # noqa: PLC0415 - as above

        return Granian(
            self._application,
            address=self._settings.host,
            port=self._settings.port,
            interface="asgi",  # type: ignore[arg-type]  # an enum of strings
            # With `auto`, a client that sends nothing would have no time limit until its version of HTTP is known.
            http="1",  # type: ignore[arg-type]  # as above
            http1_settings=HTTP1Settings(header_read_timeout=IDLE_SECONDS * 1000, max_buffer_size=MAX_HEAD_BYTES),
            backlog=4096,
            backpressure=connections(),
            websockets=False,
            log_enabled=False,
        )

    async def _end_requests(self) -> None:
        """Refuse new writes, let requests under way end, then cancel their queries."""
        lifecycle = self._collecting.lifecycle
        lifecycle.stop()
        await lifecycle.wait_idle(STOP_SECONDS / 3)
        if self._querying is not None:
            self._querying.limiter.stop()
        await lifecycle.wait_idle(STOP_SECONDS / 12)

    async def _finish(self, serving: asyncio.Task[None]) -> None:
        """Commit what was taken. A client may keep its connection half open for ever: Granian would wait for it."""
        await self._collecting.committer.close()
        self._collecting.auth.close()
        done, _ = await asyncio.wait({serving}, timeout=STOP_SECONDS / 6)
        for ended in done:
            ended.result()
