"""The process's log."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logging(least: str) -> None:
    """Lines for a person on a terminal, JSON elsewhere; always on standard error. `least` is the least level."""
    level = logging.getLevelNamesMapping()[least.upper()]
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if terminal else [structlog.processors.format_exc_info]),
            # Not the renderer's own tracebacks: they print local variables, and tokens are among them.
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
            if terminal
            else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Their warnings quote URLs, and a store's URL may carry a password.
    for name in ("urllib3", "clickhouse_connect"):
        logging.getLogger(name).setLevel(logging.ERROR)
