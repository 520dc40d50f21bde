"""A real ClickHouse server, out of the `chdb-core` wheel, for tests of what runs against a remote store.

`running(path)` starts one in a process of its own; `cluster(path, shards)` starts one for each shard of the cluster
`footfall`, of one replica each. Both yield the ports of their HTTP interfaces on 127.0.0.1.

The wheel's extension module runs clickhouse-local, which reads `config.xml` from its working directory and knows
`SYSTEM START LISTEN`. The statement after that reads from a FIFO that nothing writes to, so the process stays until it
is killed. It knows neither ON CLUSTER nor Keeper, and so no replicas.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.machinery
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from xml.sax.saxutils import escape

_START_SECONDS = 60
_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG: the signal that a process gets when its parent ends."""


@dataclass(slots=True)
class Node:
    """A node, and its process while it runs."""

    path: Path
    http: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Returns once it answers."""
        with (self.path / "log").open("ab") as log:
            self.process = subprocess.Popen([sys.executable, __file__, str(self.path)], stdout=log, stderr=log)  # noqa: S603 -- our own file
        for _ in range(_START_SECONDS * 20):
            if _answers(self.http):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the node over {self.path} did not start: {(self.path / 'log').read_text()[-2000:]}")

    def command(self, sql: str) -> str:
        """As the user `default`."""
        with urlopen(f"http://127.0.0.1:{self.http}/", data=sql.encode()) as answer:
            return str(answer.read().decode())

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def running(path: Path, *, user: str = "default", password: str = "", port: int = 0) -> Iterator[int]:
    """A server over the directory, as long as the block lasts; yields its port."""
    (tcp,) = _free_ports(1)
    node = _configured(path, port or _free_ports(1)[0], tcp, user=user, password=password)
    try:
        node.start()
        yield node.http
    finally:
        node.kill()


@contextmanager
def cluster(path: Path, shards: int) -> Iterator[list[Node]]:
    """Nodes of one cluster, each of which knows all of them."""
    ports = _free_ports(2 * shards)
    https, tcps = ports[:shards], ports[shards:]
    with ExitStack() as ending:
        nodes = []
        for number, (http, tcp) in enumerate(zip(https, tcps, strict=True)):
            nodes.append(_configured(path / f"node{number}", http, tcp, shards=tcps))
            ending.callback(nodes[-1].kill)
            nodes[-1].start()
        yield nodes


def _configured(
    path: Path, http: int, tcp: int, *, shards: Sequence[int] = (), user: str = "default", password: str = ""
) -> Node:
    """`shards` are the native ports of the whole cluster."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "config.xml").write_text(_config(http, tcp, shards, path / "users.xml"))
    (path / "users.xml").write_text(_users(user, password))
    if not (path / "stop").exists():
        os.mkfifo(path / "stop")
    return Node(path, http)


def _answers(http: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{http}/ping", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _free_ports(count: int) -> list[int]:
    """Ports that nothing listens on; all are held until the last is found, so none is given twice."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _config(http: int, tcp: int, shards: Sequence[int], users: Path) -> str:
    replicas = "".join(
        f"<shard><replica><host>127.0.0.1</host><port>{port}</port></replica></shard>" for port in shards
    )
    return f"""<clickhouse>
        <listen_host>127.0.0.1</listen_host><http_port>{http}</http_port><tcp_port>{tcp}</tcp_port>
        <users_config>{escape(str(users.resolve()))}</users_config>
        <remote_servers><footfall>{replicas}</footfall></remote_servers>
    </clickhouse>"""


def _users(user: str, password: str) -> str:
    """The process itself runs as `default`, who has no password."""
    users = {"default": "", user: password}
    rows = "".join(
        f"<{name}><password>{escape(secret)}</password><networks><ip>127.0.0.1</ip></networks>"
        f"<profile>default</profile><quota>default</quota></{name}>"
        for name, secret in users.items()
    )
    return f"""<clickhouse>
        <profiles><default/></profiles><quotas><default/></quotas><users>{rows}</users>
    </clickhouse>"""


def _engine() -> Any:
    """The extension module alone: the package's own import starts more than is wanted here."""
    found = importlib.util.find_spec("chdb")
    assert found is not None
    assert found.submodule_search_locations
    path = next(Path(found.submodule_search_locations[0]).glob("_chdb*.so"))
    os.chdir(path.parent)  # it loads its companions from there
    loader = importlib.machinery.ExtensionFileLoader("_chdb", str(path))
    spec = importlib.util.spec_from_loader("_chdb", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def main() -> None:
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)  # no test that is killed leaves a node behind
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    path = parser.parse_args().path.resolve()
    query = _engine().query
    os.chdir(path)
    wait = "SELECT * FROM file('stop', 'LineAsString', 'line String')"
    query(f"SYSTEM START LISTEN QUERIES ALL; {wait}", "TabSeparated", path=str(path / "data"))


if __name__ == "__main__":
    main()
