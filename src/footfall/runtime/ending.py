"""How long a stop may take, and what ends the process when it takes longer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

import structlog
from sqlalchemy.exc import SQLAlchemyError

from footfall.errors import TransientError

STOP_SECONDS = 6.0
"""Time that requests, and then the drain, have to come to an end: together with the rest, under 10 seconds."""


@dataclass(slots=True)
class Ending:
    """`begun` once requests are no longer answered: what is acknowledged is on disk, and only tidying up is left."""

    begun: bool = False


@contextmanager
def written_end() -> Iterator[Ending]:
    """A disk that refuses while the server tidies up is told in one line, with exit status 1."""
    ending = Ending()
    try:
        yield ending
    except (OSError, SQLAlchemyError, TransientError) as error:
        if not ending.begun:
            raise
        reason = str(error).partition("\n")[0]
        structlog.get_logger("server").error("server stopped, but its disk refuses to be written", reason=reason)
        raise SystemExit(1) from error


def leave(reason: str) -> NoReturn:
    """End the process at once, with status 0: what was acknowledged is on disk, what still runs can't be ended."""
    structlog.get_logger("server").warning(reason)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
