"""What only shows in a process of its own: reopening, a second server, another time zone, quiet output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.clickhouse.embedded import _server_options

START = """
import io, json, os, sys
from datetime import UTC, datetime
from pathlib import Path
import polars as pl
from footfall.errors import FatalError
from footfall.settings import Settings
from footfall.store.clickhouse import open_store

def events(*rows):
    file = io.BytesIO()
    days = [datetime(2026, month, 3, 10, tzinfo=UTC) for month, _ in rows]
    frame = pl.DataFrame({"timestamp": days, "path": [path for _, path in rows]})
    frame.with_columns(pl.col("timestamp").dt.cast_time_unit("ms"), project_id=pl.lit(1, pl.UInt32)).write_ipc(file)
    return file.getvalue()

def paths():
    return [list(row) for row in store.query("SELECT path, session FROM events ORDER BY path").rows]

assert "chdb" not in sys.modules
data = Path(sys.argv[1])
store = open_store(Settings(data=data, store_url=sys.argv[2]))
assert "chdb" not in sys.modules
store.migrate()
"""


def run(program: str, data: Path, url: str = "", *, cwd: Path | None = None, **environment: str) -> Any:
    """What the program printed as JSON; its standard error must stay empty."""
    done = subprocess.run(  # noqa: S603 -- our own text
        [sys.executable, "-c", START + program, data, url],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
        cwd=cwd,
        env={**os.environ, **environment},
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_tokens_and_updates_outlive_the_process(tmp_path: Path) -> None:
    first = """
store.insert("events", events((5, "/may")), token="1")
store.command("UPDATE events SET session = 7 WHERE project_id = 1 AND session IN (0)")
print(json.dumps(paths()), flush=True)
os._exit(0)  # as a kill would: nothing is closed
"""
    second = """
store.insert("events", events((5, "/may"), (6, "/june")), token="1")
store.insert("events", events((5, "/may"), (6, "/june")), token="1")
print(json.dumps(paths()))
store.close()
"""
    assert run(first, tmp_path) == [["/may", 7]]
    assert run(second, tmp_path) == [["/june", 0], ["/may", 7]]


def test_nothing_of_an_insert_is_left_outside_the_data_directory(tmp_path: Path) -> None:
    data = tmp_path / "data"
    scratch = data / "clickhouse-inserts"
    scratch.mkdir(parents=True, mode=0o755)
    (scratch / "left.arrow").touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o500)
    program = """
scratch = data / "clickhouse-inserts"
store.insert("events", events((5, "/may")), token="1")
print(json.dumps([paths(), os.listdir(scratch), scratch.stat().st_mode & 0o777]))
store.close()
"""
    assert run(program, data, TMPDIR=str(elsewhere)) == [[["/may", 0]], [], 0o700]
    assert list(elsewhere.iterdir()) == []


def test_files_of_others_in_the_data_directory_stay(tmp_path: Path) -> None:
    own = [tmp_path / "tmp" / "mine.arrow", tmp_path / "clickhouse-inserts" / "mine.txt"]
    for path in own:
        path.parent.mkdir()
        path.touch()
    open_store(Settings(data=tmp_path)).close()
    assert [path.exists() for path in own] == [True, True]


def test_the_data_directory_may_be_relative(tmp_path: Path) -> None:
    program = """
os.chdir("/")
store.insert("events", events((5, "/may")), token="1")
print(json.dumps(paths()))
store.close()
"""
    assert run(program, Path("data"), cwd=tmp_path) == [["/may", 0]]
    assert (tmp_path / "data" / "clickhouse").stat().st_mode & 0o777 == 0o700


def test_the_zone_of_the_host_changes_nothing(tmp_path: Path) -> None:
    program = """
at = datetime(2026, 5, 3, 10, tzinfo=UTC)
sql = "SELECT {a:DateTime64(3)}, {a:DateTime64(3, 'UTC')}, {a:DateTime64(3)}::DateTime, '2026-05-03 10:00:00'::DateTime"
print(json.dumps([value.isoformat() for value in store.query(sql, {"a": at}).rows[0]]))
store.close()
"""
    assert run(program, tmp_path, TZ="America/New_York") == ["2026-05-03T10:00:00+00:00"] * 4


def test_a_second_server_is_told_about_the_first(tmp_path: Path) -> None:
    program = """
import subprocess
child = '''
import sys
from pathlib import Path
from footfall.settings import Settings
from footfall.store.clickhouse import open_store
try: open_store(Settings(data=Path(sys.argv[1]), store_url=sys.argv[2])).migrate()
except Exception as error: print(type(error).__name__, error)
'''
def second(data, url):
    return subprocess.run([sys.executable, "-c", child, data, url], capture_output=True, text=True).stdout
print(json.dumps([os.getpid(), second(data, ""), second(data / "other", f"chdb://{data}/clickhouse")]))
store.close()
"""
    data = tmp_path / "data"
    pid, same_data, same_path = run(program, data)
    assert same_data == (
        f"FatalError another Footfall server (pid {pid}) uses the data directory {data};"
        " stop it or choose another with FOOTFALL_DATA\n"
    )
    assert same_path.startswith(f"FatalError the embedded engine can't open {data}/clickhouse")


def test_the_engine_keeps_to_its_memory(tmp_path: Path) -> None:
    program = """
from footfall.errors import TransientError, UserError
huge = "SELECT length(groupArray(number)) FROM numbers(50000000)"
met = []
for ask in (store.reading(1).query, store.query):
    try: ask(huge)
    except (TransientError, UserError) as error: met.append(getattr(error, "code", "transient"))
print(json.dumps(met))
caps = store.query("SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'").scalar
assert caps == "200000000", caps
store.close()
"""
    assert run(program, tmp_path, FOOTFALL_STORE_MEMORY="200000000") == ["query_limit", "transient"]


def test_a_store_that_is_not_used_starts_no_engine(tmp_path: Path) -> None:
    store = open_store(Settings(data=tmp_path / "data"))
    assert not (tmp_path / "data" / "clickhouse").exists()
    store.close()


@pytest.mark.parametrize("memory", [200_000_000, 64_000_000_000])
def test_caches_take_a_small_share(memory: int) -> None:
    caches = [int(value) for name, value in _server_options(memory).items() if name.endswith("cache_size")]
    assert 0 < sum(caches) <= min(memory // 4, 200 << 20)
