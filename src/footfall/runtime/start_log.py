"""What the log says of a start: enough to tell later what ran, on which data, and by which settings."""

from __future__ import annotations

import os

import structlog

from footfall import __version__
from footfall.meta.database import SCHEMA
from footfall.runtime.address import reachable
from footfall.runtime.parts import Parts
from footfall.settings import Settings, unknown_variables
from footfall.spool.protocol import SpoolState

_URLS = ("store_url", "meta_url", "drain_url")


def log_start(parts: Parts, buffer: SpoolState, store_schema: int | None) -> None:
    """Once everything stands; `store_schema` where the process has a store.

    The settings are those in effect, wherever they come from.
    """
    log = structlog.get_logger("server")
    for name in unknown_variables():
        log.warning("unknown variable", variable=name)
    settings = parts.settings
    log.info(
        "server started",
        version=__version__,
        pid=os.getpid(),
        url=reachable(settings),
        data=str(settings.data.resolve()),
        metadata_schema=SCHEMA,
        store_schema=store_schema,
        projects=len(parts.meta.projects()),
        tokens=len(parts.meta.tokens()),
        waiting=buffer.waiting,
        rejected=buffer.rejected,
        damaged=buffer.damaged,
        lost=buffer.lost,
        geography=[database.path for database in parts.locator.status()],
        settings=shown(settings),
    )


def shown(settings: Settings) -> dict[str, str]:
    """Every setting as text; of a URL that may hold a password, only its scheme."""
    plain = {name: str(getattr(settings, name)) for name in Settings.model_fields} | settings.texts()
    return plain | {name: _without_secrets(plain[name]) for name in _URLS}


def _without_secrets(url: str) -> str:
    return url.partition("://")[0] + "://…" if "@" in url or "?" in url else url
