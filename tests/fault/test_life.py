"""A server's life as its operator sees it: stops, refusals to start, and what it leaves open to others."""

from __future__ import annotations

import os
import random
import signal
import socket
import stat
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.fault.derived import Stored
from tests.fault.load import STORED, Book, Load, ways
from tests.fault.taken import Taken
from tests.fault.test_kill import check
from tests.support.forking import run
from tests.support.server import footfall, free_port, running, until

from footfall.runtime.turns import TURN_NANOS, attributes_of

SLACK = 20
"""Seconds granted where 10 are promised: this machine may be busy."""

_MINE = attributes_of()
_SHORT_TURNS = bool(_MINE and _MINE.runtime)


@pytest.mark.slow
def test_sigterm_under_load_ends_well_and_loses_nothing(tmp_path):
    book = Book()
    with running(tmp_path / "data") as server:
        access = server.default()
        for number in range(2):
            with Load(book, seed=number).running(access, f"t{number}"):
                time.sleep(1)
                assert server.stop(SLACK) == 0
            book.resend(server.start().default())
        assert until(server.queryable)
        assert server.stop(SLACK) == 0
        assert book.acknowledged
        check(Stored(server.data), book, Taken(server.data))


def test_sigterm_does_not_wait_for_half_open_clients(tmp_path):
    with running(tmp_path / "data") as server:
        head = (
            f"POST /api/v1/analytics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        ).encode()
        with ExitStack() as open_ones:
            for number in range(20):
                client = open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                client.sendall(head[: len(head) if number % 2 else 40])
            assert server.default().post("/api/v1/analytics", json={"event_name": "kept"}).status_code == 200
            assert server.stop(SLACK) == 0
        assert server.start().default().total(1) == 1


def test_sigint_ends_well(tmp_path):
    with running(tmp_path / "data") as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(SLACK) == 0


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """A server that nobody stops."""
    with running(tmp_path_factory.mktemp("life") / "data") as server:
        yield server


def test_the_load_of_kills_and_stops_has_every_way_in(standing):
    access = standing.default()
    for number, make in enumerate(ways(access)):
        path, request, names, _ = make(random.Random(number), f"way-{number}")
        assert names
        assert (path, access.post(path, **request).status_code in STORED) == (path, True)


def test_a_second_server_is_refused_and_the_first_goes_on(standing):
    for port in (free_port(), standing.port):
        done = footfall("serve", data=standing.data, port=str(port))
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert str(standing.process.pid) in line
        assert "FOOTFALL_DATA" in line
    assert standing.default().post("/api/v1/analytics", json={"event_name": "still here"}).status_code == 200


def refusal(data, *arguments: str, **settings: str) -> str:
    done = footfall("serve", *arguments, data=data, **settings)
    assert done.returncode not in {0, None}
    (line,) = done.stderr.splitlines()
    assert done.stdout == ""
    return line


def test_a_port_in_use_is_refused(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refusal(tmp_path / "data", port=str(port))
    assert str(port) in line
    assert "FOOTFALL_PORT" in line


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"auth": "off", "host": "0.0.0.0"}, "FOOTFALL_AUTH"),  # noqa: S104 - what must be refused
        ({"auth": "off", "host": "::"}, "FOOTFALL_AUTH"),
        ({"port": "http"}, "FOOTFALL_PORT"),
        ({"flush_interval": "0"}, "FOOTFALL_FLUSH_INTERVAL"),
        ({"retention_days": "-1"}, "FOOTFALL_RETENTION_DAYS"),
        ({"retention_days": "36501"}, "FOOTFALL_RETENTION_DAYS"),
        ({"trusted_proxies": "nobody"}, "FOOTFALL_TRUSTED_PROXIES"),
        ({"store_url": "mysql://x"}, "FOOTFALL_STORE_URL"),
        ({"host": "192.0.2.1"}, "FOOTFALL_HOST"),
    ],
)
def test_a_bad_setting_is_named_in_one_line(tmp_path, settings, named):
    assert named in refusal(tmp_path / "data", **settings)


def test_a_retention_that_deletes_most_of_a_table_wants_a_confirmation(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    command(
        data,
        "INSERT INTO events (project_id, timestamp) SELECT 1, now64(3) - toIntervalDay(number * 20) FROM numbers(5)",
    )
    line = refusal(data, port=str(free_port()), retention_days="30")
    assert "3 of the 5 rows of events" in line
    assert "FOOTFALL_CONFIRM_RETENTION_DAYS=30" in line
    with running(data, retention_days="50"):
        pass
    with running(data, retention_days="30", confirm_retention_days="30") as server:
        assert server.stop() == 0
    with running(data, retention_days="30"):
        pass


def test_a_data_directory_that_can_not_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    line = refusal(tmp_path / "file" / "data")
    assert "FOOTFALL_DATA" in line
    assert str(tmp_path / "file" / "data") in line


def test_a_store_newer_than_the_code_is_refused(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    command(data, "INSERT INTO schema_migrations (number, name) SELECT 9999, 'later'")
    assert "9999" in refusal(data, port=str(free_port()))


def command(data, sql: str) -> None:
    """A statement on a store with today's tables, in a process of its own."""
    script = (
        "import sys; from pathlib import Path; from footfall.settings import Settings;"
        "from footfall.store.clickhouse import open_store;"
        "store = open_store(Settings(data=Path(sys.argv[1]))); store.migrate();"
        "store.command(sys.argv[2]); store.close()"
    )
    done = run(script, ["", str(data), sql], os.environ, 60)
    assert done.returncode == 0, done.stderr


def test_what_it_leaves_open_to_others(standing):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (standing.data, *standing.data.iterdir())}
    assert modes.pop("data") == 0o700
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


@pytest.mark.skipif(not _SHORT_TURNS, reason="this system has no turns of different lengths (Linux before 6.12)")
def test_the_two_threads_that_acknowledge_take_short_turns_and_no_other(tmp_path):
    with running(tmp_path / "data") as server:
        access = server.default()
        assert access.post("/api/v1/analytics", json={"event_name": "kept"}).status_code == 200
        assert access.total(1) == 1  # an answer of the engine, whose threads have been started by now
        pid = server.process.pid
        threads = [attributes_of(int(task.name)) for task in Path(f"/proc/{pid}/task").iterdir()]
        assert attributes_of(pid).runtime == TURN_NANOS
        assert [thread.runtime for thread in threads if thread].count(TURN_NANOS) == 2
