"""Python processes that start with the package imported, which is most of a start: forked off one that has done so.

A forked process is a process like any other: its own environment, session, signals, exit status and files. It becomes a
child of the tests' process, which adopts orphans. What is about the start of the interpreter (LD_PRELOAD, the code of
another version, which modules a role loads) starts a program instead.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import functools
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class Forked:
    """A process, with what the tests need of `subprocess.Popen`."""

    def __init__(self, pid: int, arguments: Sequence[str]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._arguments = arguments
        self._waiting = threading.Lock()

    def poll(self) -> int | None:
        with self._waiting:
            if self.returncode is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self.returncode = os.waitstatus_to_exitcode(status) if pid else None
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if (found := self.poll()) is None:
            ends = os.pidfd_open(self.pid)
            try:
                waiting = select.poll()  # `select` takes no more than 1,024 descriptors
                waiting.register(ends, select.POLLIN)
                waiting.poll(None if timeout is None else 1000 * timeout)
            finally:
                os.close(ends)
            found = self.poll()
        if found is None:
            raise subprocess.TimeoutExpired([*self._arguments], timeout or 0)
        return found

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Forker:
    """The process that has imported the package; it forks when it is told to, one line an order."""

    def __init__(self) -> None:
        adopting = ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        assert adopting == 0, os.strerror(ctypes.get_errno())
        self._process = subprocess.Popen(  # noqa: S603 -- our own file
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # else its threads are lost at the fork
        )
        self._one_at_a_time = threading.Lock()
        atexit.register(self._end)

    def fork(self, order: dict[str, Any]) -> int:
        """The number of the new process."""
        assert self._process.stdin
        assert self._process.stdout
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())

    def _end(self) -> None:
        self._process.communicate()


@functools.cache
def _forker() -> _Forker:
    return _Forker()


def fork(code: str, arguments: Sequence[str], env: Mapping[str, str], out: Path, errors: Path | None = None) -> Forked:
    """Begins a program, as `python -c` does. What it prints is added to `out`, errors to `errors` if that is given."""
    order = {
        "code": code,
        "arguments": [*arguments],
        "env": dict(env),
        "folder": str(Path.cwd()),
        "outputs": [str(out), str(errors or out)],
    }
    return Forked(_forker().fork(order), arguments)


def run(
    code: str, arguments: Sequence[str], env: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """The same to its end."""
    with tempfile.TemporaryDirectory() as folder:
        out, errors = Path(folder) / "out", Path(folder) / "errors"
        process = fork(code, arguments, env, out, errors)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        return subprocess.CompletedProcess([*arguments], status, out.read_text(), errors.read_text())


def run_module(name: str, *arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """As `python -m` does, in the environment of the tests."""
    code = f"import runpy; runpy.run_module({name!r}, run_name='__main__', alter_sys=True)"
    return run(code, [name, *arguments], os.environ, seconds)


def _serve() -> None:
    """The forker's life: until the tests' process closes the pipe."""
    for name in ("alembic.command", "clickhouse_connect.driver", "footfall.cli", "footfall.runtime.serving"):
        importlib.import_module(name)
    assert "chdb" not in sys.modules, "the engine does not outlive a fork"
    threads = {(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()}
    assert "polars-0" not in threads, "a module computes with polars at its import, whose threads no fork has"
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        os.write(1, f"{_orphan(json.loads(line))}\n".encode())


def _orphan(order: dict[str, Any]) -> int:
    """The number of a process whose parent has ended, so that the tests' process has adopted it."""
    reading, writing = os.pipe()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of threads: those of polars are idle
        between = os.fork()
    if between == 0:
        if child := os.fork():
            os.write(writing, str(child).encode())
            os._exit(0)
        os.close(reading)
        os.close(writing)
        _become(order)
    os.waitpid(between, 0)
    os.close(writing)
    with open(reading, "rb") as told:  # noqa: PTH123 -- a number, no path
        return int(told.read())


def _become(order: dict[str, Any]) -> NoReturn:
    os.setsid()
    for number, path in ((0, os.devnull), *enumerate(order["outputs"], start=1)):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    os.chdir(order["folder"])
    sys.argv = [*order["arguments"]]
    sys.path.insert(0, "")
    exec(compile(order["code"], "<test>", "exec"), {"__name__": "__main__"})  # noqa: S102 -- the test's own words
    sys.exit(0)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        _serve()
