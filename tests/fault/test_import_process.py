"""An access log comes in once, with a server, without one, and whoever is killed meanwhile."""

from __future__ import annotations

import gzip
import re
import sqlite3
from collections import defaultdict
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.fault.derived import Stored
from tests.support.forking import Forked
from tests.support.server import Server, begin, footfall, running, until

LOG = Path(__file__).parents[1] / "fixtures" / "access-2015-05.log.gz"
LINE = re.compile(r'(\S+) \S+ \S+ \[([^]]+)\] "(\S+) (\S+) [^"]*" \d+ \S+ "[^"]*" "([^"]*)"?\s*$')
LINES = 10_000


def log_lines() -> list[str]:
    return gzip.decompress(LOG.read_bytes()).decode().splitlines()


def counted() -> list[dict[str, object]]:
    """`stats` of the log, by plain counting: a user is an address and agent on one UTC day."""
    hits, users, times = defaultdict(int), defaultdict(set), defaultdict(list)
    for line in log_lines():
        address, stamp, method, target, agent = LINE.match(line).groups()
        moment = datetime.strptime(stamp, "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC)
        key = (target.partition("#")[0].partition("?")[0], method)
        hits[key] += 1
        users[key].add((moment.date(), address, agent))
        times[key].append(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    rows = [
        {
            "endpoint": endpoint,
            "method": method,
            "hit_count": hits[endpoint, method],
            "unique_users": len(users[endpoint, method]),
            "last_access": max(times[endpoint, method]),
            "first_access": min(times[endpoint, method]),
        }
        for endpoint, method in hits
    ]
    return sorted(rows, key=lambda row: (-row["hit_count"], row["endpoint"], row["method"]))


def everyone() -> int:
    found = (LINE.match(line).groups() for line in log_lines())
    return len({(stamp[:11], address, agent) for address, stamp, _, _, agent in found})


def check(server: Server) -> None:
    """The tracking figures are the log's."""
    expected = counted()
    access = server.default()
    until(lambda: access.read("/api/tracking/summary", period="all")["total_hits"] >= LINES)
    summary = access.read("/api/tracking/summary", period="all")
    assert (summary["total_hits"], summary["total_unique_users"]) == (LINES, everyone())
    assert summary["total_endpoints"] == len({row["endpoint"] for row in expected})
    assert (summary["oldest_visit"], summary["newest_visit"]) == (
        min(row["first_access"] for row in expected),
        max(row["last_access"] for row in expected),
    )
    stats = access.read("/api/tracking/stats", period="all", limit="10000")
    assert stats["total_endpoints"] == len(expected)
    assert [{name: row[name] for name in expected[0]} for row in stats["stats"]] == expected


def command(data: Path) -> Forked:
    return begin("import", "access-log", str(LOG), "--project", "default", data=data, out=data.with_name("import.log"))


def test_with_a_server_and_again(tmp_path):
    with running(tmp_path / "data") as server:
        for said in ("10,000 lines", "imported before"):
            done = footfall("import", "access-log", str(LOG), "--project", "default", data=server.data)
            assert (done.returncode, said in done.stdout) == (0, True), done.stderr
        check(server)
        assert server.stop() == 0
        assert Stored(server.data).faults() == []


def test_without_a_server(tmp_path):
    data = tmp_path / "data"
    assert footfall("project", "create", "default", data=data).returncode == 0
    done = footfall("import", "access-log", str(LOG), "--project", "default", data=data)
    assert done.returncode == 0, done.stderr
    made = footfall("token", "create", "--project", "default", "--scope", "read", data=data)
    server = Server(data)
    server.token = re.search(r"ff_pat_\w+", made.stdout)[0]
    try:
        check(server.start())
    finally:
        server.close()


def kept(data: Path) -> bool:
    """Whether lines are in the import's buffer."""
    path = f"file:{data / 'spool' / 'import.db'}?mode=ro"
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path, uri=True)) as db:
        return bool(db.execute("SELECT count(*) FROM rows").fetchone()[0])
    return False


def begun(data: Path) -> bool:
    """Whether the log is claimed. Before, the import looks who drains: where the server ends that early, it does."""
    return any(data.glob("imports/*.lock")) or kept(data)


@pytest.mark.slow
@pytest.mark.parametrize("moment", [begun, kept])
def test_the_server_is_killed_in_the_middle(tmp_path, moment):
    with running(tmp_path / "data") as server:
        importing = command(server.data)
        assert until(lambda: moment(server.data))
        server.kill()
        server.start()
        assert importing.wait(60) == 0, (tmp_path / "import.log").read_text()
        check(server)


@pytest.mark.slow
@pytest.mark.parametrize("moment", [begun, kept])
def test_the_import_is_killed_and_run_again(tmp_path, moment):
    with running(tmp_path / "data") as server:
        importing = command(server.data)
        assert until(lambda: moment(server.data))
        importing.kill()
        importing.wait()
        done = footfall("import", "access-log", str(LOG), "--project", "default", data=server.data)
        assert done.returncode == 0, done.stderr
        check(server)
