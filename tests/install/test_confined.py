"""What our containers run, within what they allow: a user without a name, and nothing to write but volumes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from tests.support.server import environment, free_port, until

ROOT = Path(__file__).parents[2]
CHECK = ROOT / "deploy" / "container" / "healthcheck.py"
FOOTFALL = Path(sys.executable).with_name("footfall")
SCRIPT = Path(__file__).with_name("confined.sh")


def _may_confine() -> bool:
    return os.getuid() == 0 and subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0  # noqa: S607 - Debian's


pytestmark = pytest.mark.skipif(not _may_confine(), reason="needs root and mount namespaces")


@pytest.fixture
def directory() -> Iterator[Path]:
    """One that every user may enter."""
    made = Path(tempfile.mkdtemp(prefix="footfall-confined-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.parametrize(
    ("role", "user", "volume", "mode", "data"),
    [
        ("collect", "4321:0", "10001:0", "0770", "data"),  # `docker run --user 4321:0`, on a copy of the image's /data
        ("all", "10001:0", "0:10001", "2775", "data/footfall"),  # as Kubernetes gives a volume to `fsGroup`
    ],
)
def test_it_serves_and_leaves_nothing_outside_of_its_volume(directory, role, user, volume, mode, data):
    env = environment(directory / data, role=role, port=str(free_port())) | {"PYTHON": sys.executable}
    command = ["unshare", "-m", "bash", SCRIPT, directory, user, volume, mode]
    with (directory / "log").open("wb") as log:
        server = subprocess.Popen([*command, FOOTFALL, "serve"], env=env, stdout=log, stderr=log)  # noqa: S603 - the test's own
        try:
            assert until(lambda: server.poll() is not None or is_ready(env)), (directory / "log").read_text()
            assert server.poll() is None, (directory / "log").read_text()
            # The image's HEALTHCHECK.
            assert subprocess.run([sys.executable, CHECK], env=env, check=False).returncode == 0  # noqa: S603 - as above
            status = Path(f"/proc/{server.pid}/status").read_text()
            assert f"Uid:\t{user.partition(':')[0]}\t" in status
            assert "CapEff:\t0000000000000000" in status
        finally:
            server.terminate()
            assert server.wait(30) == 0
    assert [path.name for path in directory.rglob("*") if path.is_file()] == ["log"]


def is_ready(env: dict[str, str]) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{env['FOOTFALL_PORT']}/readyz").status_code == 200
    return False
