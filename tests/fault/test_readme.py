"""The commands of the README, pasted into a shell next to a server that was just started for the first time."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.support.server import free_port

ROOT = Path(__file__).parents[2]
ADDRESS = "127.0.0.1:8000"
START_SECONDS = 60

pytestmark = pytest.mark.slow


def curls() -> list[str]:
    blocks = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    lines = [re.sub(r"^TOKEN=.*", "", block) for block in blocks if "curl" in block]
    return [
        command.strip() for block in lines for command in re.split(r"^(?=curl )", block, flags=re.MULTILINE) if command
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """(port, token) of a first start."""
    port = free_port()
    environment = os.environ | {
        "FOOTFALL_DATA": str(tmp_path_factory.mktemp("readme") / "data"),
        "FOOTFALL_PORT": str(port),
        "FOOTFALL_FLUSH_INTERVAL": "0.2",
    }
    command = [str(Path(sys.executable).with_name("footfall")), "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        watchdog = threading.Timer(START_SECONDS, process.kill)
        watchdog.start()
        try:
            told = ""
            while "/docs" not in told:
                line = process.stdout.readline()
                assert line, f"the server ended: {told}"
                told += line
            yield port, Path(re.search(r"Token:\s+in (\S+)", told)[1]).read_text().strip()
        finally:
            watchdog.cancel()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


@pytest.fixture(scope="module")
def answers(server):
    """(command, the JSON it printed) of each, in the README's order."""
    port, token = server
    until = time.monotonic() + START_SECONDS
    while not ready(port) and time.monotonic() < until:
        time.sleep(0.05)
    return [(command, json.loads(run(command, port, token) or "{}")) for command in curls()]


def run(command: str, port: int, token: str) -> str:
    shell = ["bash", "-c", command.replace(ADDRESS, f"127.0.0.1:{port}")]
    environment = os.environ | {"TOKEN": token, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(shell, env=environment, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - the README's
    assert done.returncode == 0, done.stderr
    return done.stdout


def ready(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_readme_has_commands_for_writing_and_reading():
    assert sum(" -X POST " in command for command in curls()) >= 3
    assert sum(" -X POST " not in command for command in curls()) >= 4


def test_commands_work_as_they_stand(answers):
    for command, answer in answers:
        assert not {"error", "detail"} & answer.keys(), (command, answer)
        assert answer.get("success", True) is True
        assert not answer.get("rejected"), (command, answer)


def test_what_was_sent_is_counted(server, answers):
    port, token = server
    kpis = next(command for command in curls() if "/kpis" in command)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        current = json.loads(run(kpis, port, token))["current"]
        if current["pageviews"] >= 2:
            break
        time.sleep(0.1)
    assert (current["pageviews"], current["visitors"]) == (2, 2)
    domains = next(command for command in curls() if "/analytics/domains" in command)
    (found,) = json.loads(run(domains, port, token))["data"]
    assert (found["domain"], found["total_count"], found["bytes_total"]) == ("example.org", "12", "524800")
    network = next(command for command in curls() if "/network/analytics" in command)
    until = time.monotonic() + START_SECONDS
    while not (seen := json.loads(run(network, port, token))["response"]["visits"]) and time.monotonic() < until:
        time.sleep(0.5)  # an answer holds for ten seconds
    assert [(point["visits"], point["requests"], point["bytes"]) for point in seen] == [(1, 1, 512)]
