"""Settings belong to the installation: what one process was told, the others go by."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.support.server import Server, begin, footfall, free_port, running, until


def log_line(days_ago: int) -> str:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    return f'198.51.100.77 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET /page HTTP/1.1" 200 12 "-" "curl/8.0"\n'


def addresses(access) -> set[str]:
    return {visit["ip_address"] for visit in access.read("/api/tracking/visits", period="all")["visits"]}


@pytest.fixture(scope="module")
def governed(tmp_path_factory):
    """A server that was told to shorten addresses and to keep data for 30 days."""
    path = tmp_path_factory.mktemp("governed") / "data"
    with running(path, store_ip="truncated", retention_days="30", flush_interval="0.2") as server:
        yield server


def test_an_import_from_a_plain_shell_goes_by_the_servers_settings(governed, tmp_path):
    access, log = governed.project(), tmp_path / "access.log"
    log.write_text(log_line(1) + log_line(40) + log_line(2))
    done = footfall("import", "access-log", str(log), "--project", access.slug, data=governed.data)
    assert done.returncode == 0, done.stderr
    assert "2 lines imported" in done.stdout
    assert "1 rejected" in done.stdout
    assert addresses(access) == {"198.51.100.0"}


def test_a_log_that_is_too_old_is_recognised_and_its_lines_are_counted(governed, tmp_path):
    access, log = governed.project(), tmp_path / "old.log"
    log.write_text(log_line(400) * 3)
    done = footfall("import", "access-log", str(log), "--project", access.slug, data=governed.data)
    assert done.returncode == 1
    assert "0 lines imported" in done.stdout
    assert "3 rejected" in done.stdout
    assert "no known format" not in done.stderr


@pytest.mark.parametrize("command", [("import", "access-log"), ("tail", "access-log", "--once")])
def test_a_command_told_otherwise_is_refused_by_name(governed, tmp_path, command):
    access, log = governed.project(), tmp_path / "access.log"
    log.write_text(log_line(1))
    done = footfall(*command, str(log), "--project", access.slug, data=governed.data, store_ip="full")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "footfall: FOOTFALL_STORE_IP is 'full' here, but the installation records 'truncated'"
    )


def test_a_second_server_that_is_refused_records_nothing(governed):
    done = footfall("serve", data=governed.data, port=str(free_port()), store_ip="none")
    assert done.returncode == 1
    assert footfall("config", "get", "store_ip", data=governed.data).stdout == "truncated\n"


def test_snippet_prints_the_running_servers_address(governed):
    access = governed.project()
    line = footfall("project", "snippet", access.slug, data=governed.data).stdout
    assert httpx.get(re.search(r'src="([^"]+)"', line)[1]).status_code == 200


def test_a_project_made_before_the_first_start_does_not_swallow_the_token(tmp_path):
    data = tmp_path / "data"
    assert footfall("project", "create", "shop", data=data).returncode == 0
    with running(data) as server:
        assert "Project:  shop" in server.log.read_text()
        assert server.default().post("/api/v1/analytics", json={"event_name": "hello"}).status_code == 200
        listed = footfall("project", "list", "--json", data=data).stdout
        assert '"default"' not in listed


def test_the_next_start_goes_by_the_record_and_its_environment_over_it(tmp_path):
    server = Server(tmp_path / "data", retention_days="30")
    try:
        server.start()
        assert server.stop() == 0
        footfall("config", "set", "store_ip", "none", data=server.data)
        server.settings.pop("retention_days")
        server.start(keep_query="plan")
        shown = footfall("config", "list", data=server.data).stdout
        assert re.search(r"^retention_days +30 +yes$", shown, re.MULTILINE)
        assert re.search(r"^store_ip +none +yes$", shown, re.MULTILINE)
        assert re.search(r"^keep_query +plan +yes$", shown, re.MULTILINE)
    finally:
        server.close()


def test_the_demo_listens_where_the_command_line_says(tmp_path):
    port, data = free_port(), tmp_path / "demo"
    command = ["demo", "--days", "1", "--visitors-per-day", "5", "--port", str(port), "--data", str(data)]
    demo = begin(*command, data=tmp_path / "elsewhere", out=tmp_path / "log")
    try:
        assert until(lambda: reachable(f"http://127.0.0.1:{port}/healthz"))
        assert f"http://127.0.0.1:{port}/api/web-events/demo/kpis" in (tmp_path / "log").read_text()
        assert (data / "meta.db").exists()
        assert not (tmp_path / "elsewhere").exists()
    finally:
        demo.terminate()
        demo.wait(30)


def reachable(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False
