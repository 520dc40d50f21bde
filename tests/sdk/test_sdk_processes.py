"""The end of processes, and forks: what waits is sent once, by the process that was given it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.sdk.stub import PATIENCE, Stub, client_of

from footfall_client import _worker


@pytest.fixture
def stub():
    return Stub()


def test_threads_of_an_untold_fork_wait_for_the_new_queue(stub, monkeypatch):
    """One thread finds another process id and begins anew; a second comes before the new queue is there."""
    client = client_of(stub)
    inherited = client._worker._queue
    beginning, go_on = threading.Event(), threading.Event()

    def slowly(*given):
        beginning.set()
        go_on.wait(PATIENCE)
        return deque(*given)

    here = os.getpid()
    monkeypatch.setattr(_worker.os, "getpid", lambda: here + 1)
    monkeypatch.setattr(_worker, "deque", slowly)
    threads = [threading.Thread(target=client.track, args=(name,)) for name in "ab"]
    threads[0].start()
    assert beginning.wait(PATIENCE)
    threads[1].start()
    threads[1].join(0.1)
    assert (len(inherited), threads[1].is_alive()) == (0, True)
    go_on.set()
    for thread in threads:
        thread.join()
    assert client.close(PATIENCE)
    assert sorted(event["name"] for event in stub.events()) == ["a", "b"]


class Handler(BaseHTTPRequestHandler):
    """A server of a process of its own: one line per row."""

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        body = json.loads(gzip.decompress(content) if packed else content)
        self.server.names += [row["name"] for row in body.get("events", [])]
        self.server.names += [row["endpoint"] for row in body.get("visits", [])]
        answer = b'{"accepted": 1, "rejected": []}'
        self.send_response(202)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def loopback():
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.names = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


SCRIPTS = {
    "exit": ("client.track('a')", ["a"]),
    "exit of others that fail": (
        """
others = [Footfall("http://127.0.0.1:9", "t") for _ in range(9)]
for other in others:
    other._worker.limits = None
client.track("a")
""",
        ["a"],
    ),
    "raised": ("client.track('a'); raise SystemExit(3)", ["a"]),
    "late": ("import atexit; atexit.register(lambda: client.track('late'))\nclient.track('a')", ["a", "late"]),
    "stop of an ASGI server that raises its signal again (uvicorn)": (
        """
import asyncio, signal
from starlette.applications import Starlette
from footfall_client.starlette import FootfallMiddleware
app = Starlette()
app.add_middleware(FootfallMiddleware, client=client, unmatched="path")
messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
async def receive():
    return next(messages)
async def send(message):
    if message["type"] == "lifespan.startup.complete":
        await app({"type": "http", "method": "GET", "path": "/a", "headers": []}, receive, send)
asyncio.run(app({"type": "lifespan"}, receive, send))
signal.raise_signal(signal.SIGTERM)
""",
        ["/a"],
    ),
    "fork": (
        """
client.track("parent before")
pid = os.fork()
if pid == 0:
    assert client.flush(10)
    assert client.accepted == 0
    client.track("child")
    assert client.flush(10) and client.accepted == 1
    os._exit(0)
client.track("parent after")
assert os.waitpid(pid, 0)[1] == 0
assert client.flush(10) and client.accepted == 2
""",
        ["child", "parent after", "parent before"],
    ),
    "fork that Python is not told of": (
        """
import ctypes
client.track("parent")
pid = ctypes.PyDLL(None).fork()
client.track("child" if pid == 0 else "parent after")
assert client.flush(10)
if pid == 0:
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
""",
        ["child", "parent", "parent after"],
    ),
    "fork of a sender": (
        """
client.track("parent")
assert client.flush(10)
children = []
for number in range(3):
    pid = os.fork()
    if pid == 0:
        client.track(f"child {number}")
        raise SystemExit
    children.append(pid)
assert all(os.waitpid(pid, 0)[1] == 0 for pid in children)
""",
        ["child 0", "child 1", "child 2", "parent"],
    ),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("name", SCRIPTS)
def test_processes_end_and_fork_without_loss(loopback, name):
    script, events = SCRIPTS[name]
    url = f"http://127.0.0.1:{loopback.server_port}"
    head = f"import os\nfrom footfall_client import Footfall\nclient = Footfall({url!r}, 't', flush_interval=60)\n"
    done = run(head + script)
    assert done.returncode == (-15 if "SIGTERM" in script else 3 if name == "raised" else 0), done.stderr
    assert sorted(loopback.names) == events


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the test's own words
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_server_that_is_not_there_does_not_keep_the_process():
    """The connection is refused and tried again until the two seconds are over; the test's limit is far above."""
    done = run("from footfall_client import Footfall\nFootfall('http://127.0.0.1:9', 't').track('a')")
    assert done.returncode == 0
    assert "1 rows" in done.stderr
