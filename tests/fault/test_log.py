"""What a server's log and /metrics say about its life."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.support.server import Server, footfall, free_port, running, until

LINE = '192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1" 200 1\n'


def entries(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def entry(text: str, event: str) -> dict[str, Any]:
    return next(one for one in entries(text) if one["event"] == event)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "data"
    with running(path, log_level="debug", retention_days="9999", flush_interval="0.2", service_host="x") as started:
        yield started


def metric(server: Server, pattern: str) -> float | None:
    found = re.search(rf"^{pattern} (\S+)$", server.http.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else None


def test_a_start_says_what_runs_and_by_which_settings(server):
    started = entry(server.log.read_text(), "server started")
    assert started["url"] == server.url
    assert started["data"] == str(server.data)
    assert started["settings"]["retention_days"] == "9999"
    assert started["settings"]["store_ip"] == ""
    assert started["settings"]["log_level"] == "debug"
    assert started["projects"] == 1
    assert started["tokens"] == 2, "the one that is shown, and that of the links that sign in"
    assert {"version", "metadata_schema", "store_schema", "waiting", "pid"} <= started.keys()
    assert entry(server.log.read_text(), "unknown variable")["variable"] == "FOOTFALL_SERVICE_HOST"


def test_requests_are_logged_and_counted_by_route(server):
    access = server.default()
    answer = access.post("/api/v1/analytics?q=hidden", json={"event_name": "a"}, headers={"X-Request-Id": "one"})
    assert answer.headers["x-request-id"] == "one"
    access.get("/api/web-events/default/kpis", params={"range": "24h"})
    access.get("/api/web-events/nobody/kpis")
    server.http.get("/made/up")
    lines = [one for one in entries(server.log.read_text()) if one["event"] == "request"]
    assert next(one for one in lines if one["request_id"] == "one")["path"] == "/api/v1/analytics"
    assert not any("hidden" in json.dumps(one) for one in lines)
    count = "footfall_http_request_seconds_count"
    for labels in (
        'method="POST",route="/api/v1/analytics",status="200"',
        'method="GET",route="/api/web-events/{slug}/kpis",status="200"',
        'method="GET",route="/api/web-events/{slug}/kpis",status="404"',
        'method="GET",route="none",status="404"',
    ):
        assert metric(server, rf"{count}\{{{re.escape(labels)}\}}") == 1, labels
    assert "/made/up" not in server.http.get("/metrics").text


def test_metrics_of_the_process_and_the_disk(server):
    for name in ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"):
        assert metric(server, name), name
    assert 0 < metric(server, "footfall_disk_free_bytes") < metric(server, "footfall_disk_bytes")


def test_how_far_a_tail_is_behind(server, tmp_path):
    log = tmp_path / "access.log"
    log.write_text(LINE)
    done = footfall("tail", "access-log", str(log), "--project", "default", "--once", data=server.data)
    assert done.returncode == 0, done.stderr
    log.write_text(LINE * 3)
    behind = rf'footfall_tail_behind_bytes\{{file="{re.escape(str(log))}"\}}'
    assert until(lambda: metric(server, behind)) == 2 * len(LINE)


def test_imports_are_logged(server, tmp_path):
    log = tmp_path / "access.log"
    log.write_text(LINE * 2 + "bad\n")
    done = footfall("import", "access-log", str(log), "--project", "default", data=server.data)
    finished = entry(done.stderr, "import finished")
    assert (finished["file"], finished["accepted"], finished["rejected"]) == (str(log), 2, 1)


def test_a_refused_start_is_logged(server):
    done = footfall("serve", data=server.data, port=str(free_port()))
    assert done.returncode == 1
    assert str(server.process.pid) in entry(done.stderr, "the server can't run")["reason"]


def test_passwords_in_urls_are_not_logged(tmp_path):
    url = "clickhouse://me:hidden@127.0.0.1:9/footfall"
    assert "hidden" not in footfall("serve", data=tmp_path / "data", port=str(free_port()), store_url=url).stderr


def test_a_stop_is_logged(tmp_path):
    with running(tmp_path / "data") as server:
        assert server.stop() == 0
        events = [one["event"] for one in entries(server.log.read_text()) if one.get("logger") != "audit"]
    assert events == ["server started", "server stops", "server stopped"]
