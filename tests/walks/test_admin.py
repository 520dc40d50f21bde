"""The first hour of a system administrator: settings that hold for every command, logs brought in, a restart."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.support.server import begin, footfall, free_port, running, until
from tests.walks.reader import Reader, text

CLI, IMPORT, SETTINGS, OPERATIONS = "docs/cli.md", "docs/import.md", "docs/settings.md", "docs/operations.md"
LOG = "/var/log/nginx/access.log"

pytestmark = pytest.mark.slow


def line(days_ago: int, path: str = "/page", address: str = "198.51.100.77") -> str:
    at = datetime.now(UTC) - timedelta(days=days_ago, minutes=1)
    return f'{address} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" 200 12 "-" "curl/8.0"\n'


@pytest.fixture(scope="module")
def admin(tmp_path_factory):
    """A server that keeps data for 30 days and shortens addresses; the administrator's shell knows nothing of it."""
    path = tmp_path_factory.mktemp("admin") / "data"
    with running(path, store_ip="truncated", retention_days="30", flush_interval="0.2") as server:
        reader = Reader(server)
        for name in ("access.log", "access.log.1"):
            (reader.home / name).write_text(line(1, f"/{name}") + line(2, f"/{name}") + line(40, f"/{name}"))
        yield reader


@pytest.fixture(scope="module")
def imported(admin):
    """What the README's import printed."""
    done = admin.types("README.md", ".venv/bin/footfall import access-log", {LOG: "access.log"})
    assert done.returncode == 0, done.stderr
    until(admin.server.queryable)
    return done


def logged(server) -> list[dict]:
    """The server's log lines; what it prints for people is passed over."""
    return [json.loads(entry) for entry in server.log.read_text().splitlines() if entry.startswith("{")]


def test_an_import_from_a_plain_shell_goes_by_what_the_server_was_told(admin, imported):
    assert "2 lines imported" in imported.stdout
    assert "1 rejected" in imported.stdout
    visits = admin.get("/api/tracking/visits", endpoint="/access.log.1")["visits"]
    assert [visit["ip_address"] for visit in visits] == ["198.51.100.0"] * 2


def test_rejected_lines_are_listed_without_their_addresses(admin, imported):
    (report,) = (admin.server.data / "imports").glob("rejected-*.tsv")
    (rejected,) = report.read_text().splitlines()
    assert rejected.split("\t")[1] == "3"
    assert "198.51.100" not in rejected


def test_a_second_import_adds_nothing(admin, imported):
    done = admin.types("README.md", ".venv/bin/footfall import access-log", {LOG: "access.log"})
    assert done.returncode == 0
    assert "imported before" in done.stdout
    assert admin.get("/api/tracking/summary", endpoint="/access.log.1")["total_hits"] == 2


def test_explain_shows_fields_and_imports_nothing(admin):
    before = admin.get("/api/tracking/summary")["total_hits"]
    done = admin.types(IMPORT, "footfall import access-log --explain FILE", {"FILE": "access.log"})
    assert done.returncode == 0, done.stderr
    assert "combined" in done.stdout
    assert "/access.log" in done.stdout
    assert admin.get("/api/tracking/summary")["total_hits"] == before


def test_one_missing_file_of_two_is_status_2(admin):
    (admin.home / "good.log").write_text(line(1, "/good"))
    assert "2 where some file failed and another did not" in text(IMPORT)
    done = admin.runs("footfall import access-log missing.log good.log --project default")
    assert done.returncode == 2
    assert "missing.log" in done.stderr
    assert admin.get("/api/tracking/summary", endpoint="/good")["total_hits"] == 1


def test_a_differing_variable_is_refused_by_name(admin):
    done = admin.runs("footfall import access-log access.log --project default", store_ip="full")
    assert done.returncode == 1
    assert "FOOTFALL_STORE_IP" in done.stderr
    assert "truncated" in done.stderr


def test_config_shows_and_changes_what_is_recorded(admin):
    assert re.search(r"^store_ip +truncated +yes$", admin.types(SETTINGS, "footfall config list").stdout, re.MULTILINE)
    assert admin.runs("footfall config get store_ip").stdout == "truncated\n"
    change = {"retention_days 90": "keep_query plan"}
    assert admin.types(SETTINGS, "footfall config set", change).returncode == 0
    assert admin.runs("footfall config get keep_query").stdout == "plan\n"


def test_a_listing_of_a_mistyped_directory_makes_nothing(admin):
    done = admin.runs("footfall project list --data typo")
    assert done.returncode == 1
    assert "typo" in done.stderr
    assert not (admin.home / "typo").exists()


def test_a_followed_log_goes_on_after_a_rotation(admin):
    (admin.home / "live.log").write_text(line(0, "/live"))
    follow = "footfall tail access-log"
    once = {LOG: "live.log", "--project default": "--project default --once"}
    assert admin.types(IMPORT, follow, once).returncode == 0
    assert admin.get("/api/tracking/summary", endpoint="/live")["total_hits"] == 1
    (admin.home / "live.log").rename(admin.home / "live.log.1")
    (admin.home / "live.log").write_text(line(0, "/live") * 2)
    assert admin.types(IMPORT, follow, once).returncode == 0
    assert admin.get("/api/tracking/summary", endpoint="/live")["total_hits"] == 3


def test_metrics_have_what_operations_names(admin, imported):
    admin.get("/api/tracking/summary")
    metrics = admin.server.http.get("/metrics").text
    named = re.findall(r"`(footfall_\w+)", text(OPERATIONS).partition("| metric |")[2].partition("\n\n")[0])
    seen = set(re.findall(r"^# TYPE (\w+)", metrics, re.MULTILINE))
    assert len(named) > 10
    assert set(named) - seen == set()
    assert re.search(
        r'^footfall_http_request_seconds_count\{.*route="/api/tracking/summary".*\} [1-9]', metrics, re.MULTILINE
    )


def test_a_restart_keeps_data_and_settings_and_the_log_says_so(admin, imported):
    server, before = admin.server, admin.get("/api/tracking/summary", endpoint="/access.log.1")
    assert server.stop() == 0
    for name in ("store_ip", "retention_days"):
        server.settings.pop(name, None)
    server.start()
    assert admin.get("/api/tracking/summary", endpoint="/access.log.1") == before
    assert admin.runs("footfall config get retention_days").stdout == "30\n"
    entries = logged(server)
    assert [entry["event"] for entry in entries if entry["event"].startswith("server")] == [
        "server started",
        "server stops",
        "server stopped",
        "server started",
    ]
    assert all("truncated" in json.dumps(entry) for entry in entries if entry["event"] == "server started")


def answers(url: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(url).status_code == 200
    return False


def test_the_demo_takes_a_port_and_a_directory(tmp_path):
    port, data = free_port(), tmp_path / "demo"
    page = text(CLI).partition("## `footfall demo`")[2].partition("\n## ")[0]
    words = ["demo", "--days", "3", "--visitors-per-day", "20", "--port", str(port), "--data", str(data)]
    assert all(f"`{word} " in page for word in words if word.startswith("--"))
    demo = begin(*words, data=tmp_path / "other", out=tmp_path / "log")
    try:
        assert until(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
        told = (tmp_path / "log").read_text()
        token = re.search(r"Token:\s+(ff_pat_\w+)", told)[1]
        curl = re.search(r'curl "(\S+/api/web-events/demo/kpis\S+)"', told)[1]
        figures = httpx.get(curl, headers={"Authorization": f"Bearer {token}"}).json()
        assert figures["current"]["visitors"] > 0
    finally:
        demo.terminate()
        assert demo.wait(30) == 0
    assert "demo" in footfall("project", "list", data=data).stdout
    assert not (tmp_path / "other").exists()
