"""Processes that follow a log, one after the other: `tail_crashing.py DATA LOG`.

Before the n-th starts, the n-th line is written; it kills itself before the n-th statement on its spool. Once there is
no such statement, all of the log is in the spool, and the number of lines is printed.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

from footfall.clock import system_clock
from footfall.collect.geo import GeoLocator
from footfall.collect.identity import SaltedIdentity
from footfall.ids import IdSource
from footfall.importers.ledger import MemoryLedger
from footfall.importers.report import Report
from footfall.importers.tail.follow import Tail
from footfall.importers.target import Target
from footfall.meta import Salts, open_meta
from footfall.settings import Settings
from footfall.spool.spools import Spools


class Counted:
    """A connection that the process does not outlive."""

    def __init__(self, connection: Any, left: int) -> None:
        self._connection = connection
        self._left = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: Any) -> Any:
        if not statement.startswith("SELECT"):
            self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._connection.execute(statement, *values)


def follow(data: Path, log: Path, number: int) -> None:
    settings = Settings(data=data)
    meta = open_meta(settings, system_clock)
    spool: Any = Spools(settings, system_clock).only("tail-test")
    spool._writer = Counted(spool._writer, number)
    target = Target(
        project_id=1,
        spool=spool,
        ids=IdSource(system_clock),
        identity=SaltedIdentity(Salts(meta.database), system_clock),
        locator=GeoLocator(data),
        ledger=MemoryLedger(),
        clock=system_clock,
        scratch=data,
        block_bytes=100,
    )
    Tail(log, target, Report(data / "rejected.tsv"), once=True).follow()


def main(data: Path, log: Path) -> None:
    """Forks, to load everything once: nothing here has started a thread yet."""
    for number in count(1):
        with log.open("a") as file:
            file.write(line(number))
        child = os.fork()
        if child == 0:
            follow(data, log, number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            print(number)  # noqa: T201 - the answer
            return
        assert os.WIFSIGNALED(status), status
        assert os.WTERMSIG(status) == signal.SIGKILL


def line(number: int) -> str:
    return f'192.0.2.{number % 200} - - [10/Oct/2024:13:55:36 +0000] "GET /{number} HTTP/1.1" 200 1 "-" "agent"\n'


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
