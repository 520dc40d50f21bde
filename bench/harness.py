"""What every bar uses: the real server in a process of its own, the load generator, memory, medians."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from footfall.clock import system_clock
from footfall.meta import Meta, open_meta
from footfall.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
Result = dict[str, Any]

_START_SECONDS = 120.0
_DRAIN_SECONDS = 900.0
_BUSY_SHARE = 0.15  # of all cores, from which the machine is not quiet


def environment() -> dict[str, str]:
    """The environment without any of Footfall's settings: the defaults are measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}


def run(*command: str | Path, **options: Any) -> str:
    """Standard output of a command that must succeed; the error that it raises quotes the error output."""
    done = subprocess.run(
        [str(part) for part in command], check=False, capture_output=True, text=True, env=environment(), cwd=ROOT,
        **options,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    output: str = done.stdout
    return output


def footfall(*arguments: str | Path) -> str:
    return run(Path(sys.executable).with_name("footfall"), *arguments)


def engine(command: str, *arguments: str | Path | int) -> Result:
    """A command of bench/engine.py: the embedded engine runs once per process, so each gets a process."""
    found: Result = json.loads(
        run(sys.executable, "-m", "bench.engine", command, *map(str, arguments)).splitlines()[-1]
    )
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Process:
    """A server that answers; `start_seconds` from the start of its process to its first 200."""

    pid: int
    url: str
    start_seconds: float


@contextmanager
def serving(command: Sequence[str | Path], port: int, log: Path, ready: str) -> Iterator[Process]:
    """A server process until it has answered `ready` with 200, ended by SIGTERM."""
    url = f"http://127.0.0.1:{port}"
    with log.open("ab") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command], stdout=output, stderr=output, env=environment(), cwd=ROOT
        )
        try:
            _wait_ready(process, url + ready, log)
            yield Process(process.pid, url, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _wait_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < until:
            if process.poll() is not None:
                break
            try:
                if client.get(url).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.005)
    raise RuntimeError(f"no server at {url}:\n{log.read_text()[-4000:]}")


@dataclass(frozen=True)
class Server:
    """A running Footfall with a project and a token for it."""

    process: Process
    token: str
    site_key: str

    def get(self, path: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        answer = httpx.get(self.process.url + path, headers=headers, timeout=60, trust_env=False)
        return answer.raise_for_status()

    def total_events(self) -> int:
        return int(self.get("/api/v1/analytics/stats").json()["total_events"])

    def wait_total(self, expected: int, every: float = 0.05) -> None:
        """Until `total_events` is what it should be; RuntimeError where it gets beyond that or never arrives."""
        until = time.monotonic() + _DRAIN_SECONDS
        while (total := self.total_events()) != expected:
            if total > expected or time.monotonic() > until:
                raise RuntimeError(f"{total} events can be queried, {expected} were acknowledged")
            time.sleep(every)

    def metrics(self) -> dict[str, float]:
        """Samples of /metrics by name and labels, as written."""
        lines = (line.rsplit(" ", 1) for line in self.get("/metrics").text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in lines}

    def steps(self) -> dict[str, float]:
        """Seconds that the drain spent, by step, longest first."""
        found = {
            match[1]: value
            for name, value in self.metrics().items()
            if (match := re.fullmatch(r'footfall_drain_step_seconds_sum\{step="(\w+)"\}', name))
        }
        return dict(sorted(((name, round(value, 2)) for name, value in found.items()), key=lambda item: -item[1]))


@contextmanager
def footfall_server(data: Path, *, profile: Path | None = None) -> Iterator[Server]:
    """A server over a data directory; `profile` is where cProfile writes what the main thread did."""
    make_project(data)
    with opened_meta(data) as meta:
        token, _ = meta.create_token("bench", ["ingest", "read"], ["bench"], None)
        (project,) = meta.projects()
    with start(data, profile=profile) as process:
        yield Server(process, token, project.site_key)


def make_project(data: Path) -> None:
    """The project `bench`, the first of a new data directory."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened_meta(data) as meta:
        meta.create_project("bench")


@contextmanager
def opened_meta(data: Path) -> Iterator[Meta]:
    meta = open_meta(Settings(data=data, meta_url=""), system_clock)
    try:
        yield meta
    finally:
        meta.close()


@contextmanager
def start(data: Path, *, profile: Path | None = None) -> Iterator[Process]:
    """`footfall serve` over a data directory that may be missing."""
    port = free_port()
    program: list[str | Path] = [Path(sys.executable).with_name("footfall")]
    if profile is not None:
        program = [Path(sys.executable), "-m", "cProfile", "-o", profile, *program]
    command = [*program, "serve", "--port", str(port), "--data", data]
    with serving(command, port, data.with_suffix(".log"), "/readyz") as process:
        yield process


# Processor time and memory.


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its threads so far: unlike a rate, it hardly depends on what else is running."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_clock(pid: int) -> int:
    """The clock of a process's processor time, to the nanosecond, as clock_getcpuclockid(3) makes it on Linux."""
    return ~pid << 3 | 2


def anonymous_bytes(pid: int) -> int:
    """Private anonymous memory, from the kernel's own walk of the page tables."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return _kib(text, "Anonymous")


def _kib(text: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"no {name} in {text!r:.200}")
    return int(found[1]) << 10


class Peak:
    """The most anonymous memory that a process had while this was open, sampled ten times a second.

    Reads the kernel's counter (RssAnon): a walk of the page tables would slow down what is measured.
    """

    def __init__(self, pid: int) -> None:
        self._path = Path(f"/proc/{pid}/status")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.bytes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self.bytes = max(self.bytes, _kib(self._path.read_text(), "RssAnon"))
            if self._stop.wait(0.1):
                return


# Load.


def wrk(url: str, script: str, *arguments: str | Path | int, connections: int, seconds: int, token: str) -> Result:
    """The result line that a script of this directory prints. RuntimeError where a request failed."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", str(BENCH / script)]
    command += ["-H", f"Authorization: Bearer {token}", url, "--", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(), cwd=BENCH)
    found: Result | None = None
    failed = ""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    for line in process.stdout:
        if line.startswith("RESULT "):
            found = json.loads(line.removeprefix("RESULT "))
        elif line.startswith("FINISHED"):
            # wrk's main thread sleeps for its whole duration, however early the work is done.
            process.send_signal(signal.SIGINT)
        elif line.startswith("FAILED"):
            failed = line
            process.send_signal(signal.SIGINT)
    if process.wait() or found is None or failed:
        raise RuntimeError(f"{script} at {url} ended with {process.returncode}: {failed:.1000}")
    if found["errors"]:
        raise RuntimeError(f"{found['errors']} of {found['requests']} requests to {url} failed")
    return found


# Numbers.


def median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def paired(
    runs: int, quiet: float, first: Callable[[int], float], second: Callable[[int], float], *, swap: bool = True
) -> Result:
    """Rates of both sides, measured in turn; `swap` lets every other pair begin with the second.

    The ratio is the median of the pairs' ratios.
    """
    rates: tuple[list[float], list[float]] = ([], [])
    calm = 0
    for number in range(runs):
        calm += wait_quiet(quiet)
        sides = [(first, rates[0]), (second, rates[1])]
        for side, values in reversed(sides) if swap and number % 2 else sides:
            values.append(side(number))
    return {
        "values": [round(value) for value in rates[0]],
        "against": [round(value) for value in rates[1]],
        "median": round(median(rates[0])),
        "against_median": round(median(rates[1])),
        "ratio": round(median([a / b for a, b in zip(*rates, strict=True)]), 4),
        "quiet_starts": calm,
    }


def wait_quiet(seconds: float) -> bool:
    """Wait until the machine is idle, at most `seconds`; whether it is."""
    until = time.monotonic() + seconds
    while seconds:
        if _busy_share() < _BUSY_SHARE:
            return True
        if time.monotonic() > until:
            return False
    return False


def wait_idle(pid: int, seconds: float, share: float = 0.05) -> bool:
    """Wait until a process takes less than this share of a processor, at most `seconds`; whether it does."""
    clock = cpu_clock(pid)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began, spent = time.monotonic(), time.clock_gettime(clock)
        time.sleep(2)
        if time.clock_gettime(clock) - spent < share * (time.monotonic() - began):
            return True
    return False


def _busy_share() -> float:
    def now() -> tuple[int, int]:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        return fields[3] + fields[4], sum(fields)

    idle, total = now()
    time.sleep(1)
    idle_after, total_after = now()
    return 1 - (idle_after - idle) / max(1, total_after - total)
