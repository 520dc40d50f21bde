"""How long a stop may take, and what ends the process when it takes longer."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import structlog

STOP_SECONDS = 6.0
"""Time that requests, and then the drain, have to come to an end: together with the rest, under 10 seconds."""


def leave(reason: str) -> NoReturn:
    """End the process at once, with status 0: what was acknowledged is on disk, what still runs can't be ended."""
    structlog.get_logger("server").warning(reason)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
