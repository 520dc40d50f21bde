"""A real `footfall serve` in a process of its own, on a free loopback port and a data directory of its own."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from tests.support.forking import Forked, fork, run

from footfall.clock import system_clock
from footfall.meta import Meta, open_meta
from footfall.runtime.greeting import FIRST_TOKEN
from footfall.settings import Settings

FOOTFALL = Path(sys.executable).with_name("footfall")
START_SECONDS = 60
WAIT_SECONDS = 60

_COMMAND = "from footfall.cli import main; main()"
_ASK = """
import json, sys
from pathlib import Path
from footfall.settings import Settings
from footfall.store.clickhouse import open_store

store = open_store(Settings(data=Path(sys.argv[1])))
print(json.dumps([store.query(sql).dicts() for sql in sys.argv[2:]], default=str))
store.close()
"""

# A block for each process, below the ports that the system gives to whoever asks for any.
_FIRST_PORT = 10_000 + os.getpid() % 200 * 100
_ports = itertools.cycle(range(_FIRST_PORT, _FIRST_PORT + 100))
_numbers = itertools.count(1)
T = TypeVar("T")


def free_port() -> int:
    """A port that stays free while nothing listens on it, whatever other processes of the tests do."""
    return next(port for port in _ports if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


def until(look: Callable[[], T], seconds: float = WAIT_SECONDS) -> T:
    """What `look` gives once it is true, or what it gave last."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def environment(data: Path, **settings: str) -> dict[str, str]:
    """This process's environment with no settings but the given ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}
    return kept | {"FOOTFALL_DATA": str(data)} | {f"FOOTFALL_{name.upper()}": value for name, value in settings.items()}


def footfall(*arguments: str, data: Path, seconds: float = 60, **settings: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return run(_COMMAND, [str(FOOTFALL), *arguments], environment(data, **settings), seconds)


def begin(*arguments: str, data: Path, out: Path, **settings: str) -> Forked:
    """One command that goes on; what it prints is added to the file `out`."""
    return fork(_COMMAND, [str(FOOTFALL), *arguments], environment(data, **settings), out)


def ask(data: Path, *queries: str) -> list[list[dict[str, Any]]]:
    """Rows of SQL queries of a stopped server's store: the engine opens one directory per process."""
    done = run(_ASK, ["", str(data), *queries], environment(data), 120)
    assert done.returncode == 0, done.stderr
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


class Server:
    """`start` and `stop` may alternate: the directory, the port and the project `default` stay."""

    def __init__(self, data: Path, **settings: str) -> None:
        data.parent.mkdir(parents=True, exist_ok=True)
        self.data = data
        self.settings = settings
        self.environment: dict[str, str] = {}  # what it gets besides settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{settings.get('base_path', '').rstrip('/')}"
        self.log = data.with_name(data.name + ".log")
        self.token = ""
        self.http = httpx.Client(base_url=self.url, timeout=30)
        self.process: subprocess.Popen[bytes] | Forked | None = None
        self.code: Path | None = None
        """The folder of another version's package, which the next start runs."""

    def start(self, **settings: str) -> Server:
        """Returns once the server is ready; `settings` are added to those given at first."""
        self.launch(**settings)
        if not until(self._ready, START_SECONDS):
            self.kill()
            raise AssertionError(f"the server is not ready:\n{self.log.read_text()}")
        if not self.token:
            file = self.data / FIRST_TOKEN
            self.token = file.read_text().strip() if file.exists() else ""
        return self

    def launch(self, **settings: str) -> None:
        self.settings |= settings
        env = environment(self.data, port=str(self.port), host="127.0.0.1") | environment(self.data, **self.settings)
        if not (self.code or self.environment or self.settings.get("role")):
            self.process = fork(_COMMAND, [str(FOOTFALL), "serve"], env, self.log)
            return
        # What is about the start itself: other code, other libraries, what a role has loaded.
        if self.code:
            env["PYTHONPATH"] = str(self.code)
        env |= self.environment
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - the test's own command line
                [FOOTFALL, "serve"], env=env, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self, seconds: float = 30) -> int:
        """SIGTERM; the exit code."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL. Does nothing where the server has ended."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)

    def close(self) -> None:
        self.kill()
        self.http.close()

    def meta(self) -> Meta:
        """The installation's metadata, to be closed."""
        return open_meta(Settings(data=self.data, meta_url=self.settings.get("meta_url", "")), system_clock)

    def project(self, *scopes: str, slug: str = "", also: Sequence[str] = ()) -> Access:
        """A project of its own and a token for it (`read` and `ingest` unless others are named), made at once."""
        slug = slug or f"p{next(_numbers)}"
        meta = self.meta()
        try:
            project = meta.create_project(slug)
            token, _ = meta.create_token("test", list(scopes or ("read", "ingest")), [slug, *also], None)
        finally:
            meta.close()
        return Access(self, slug, project.number, project.id, token)

    def admin(self) -> Access:
        """A token for the whole installation."""
        meta = self.meta()
        try:
            token, _ = meta.create_token("test", ["admin"], None)
        finally:
            meta.close()
        return Access(self, "default", 1, "", token)

    def default(self) -> Access:
        return Access(self, "default", 1, "", self.token)

    def queryable(self) -> bool:
        """Whether nothing waits any more."""
        pending = re.search(r"^footfall_spool_waiting (\S+)", self.http.get("/metrics").text, re.MULTILINE)
        return pending is not None and float(pending[1]) == 0

    def _ready(self) -> bool:
        if self.process and self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log.read_text()}")
        with suppress(httpx.TransportError):
            return self.http.get("/readyz").status_code == 200
        return False


@dataclass(frozen=True)
class Access:
    """A project of a server, and a token for it."""

    server: Server
    slug: str
    number: int
    id: str
    token: str

    def post(self, path: str, *, headers: dict[str, str] | None = None, **what: Any) -> httpx.Response:
        return self.server.http.post(path, headers={**self._bearer(), **(headers or {})}, **what)

    def get(self, path: str, *, headers: dict[str, str] | None = None, **what: Any) -> httpx.Response:
        return self.server.http.get(path, headers={**self._bearer(), **(headers or {})}, **what)

    def read(self, path: str, **params: str) -> Any:
        """The JSON of a reading surface; anything but 200 fails."""
        answer = self.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = self.read("/api/v1/analytics/stats")
        return found

    def total(self, wanted: int) -> int:
        """The project's events, once there are `wanted` and their sessions, or the patience is over."""
        until(lambda: self.stats()["total_events"] >= wanted)
        until(self.server.queryable)
        total: int = self.stats()["total_events"]
        return total

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Server]:
    """A server that is ready, and gone afterwards."""
    server = Server(data, **settings)
    try:
        yield server.start()
    finally:
        server.close()
