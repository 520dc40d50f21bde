"""The wheel, installed where nothing else of this repository is, and the package for Debian that is made of it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import httpx
import pytest
from tests.support.server import free_port, until

ROOT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dist")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(directory), str(ROOT))
    (made,) = directory.glob("footfall-*.whl")
    return made


def run(*command: str, **environment: str) -> str:
    """A command of a test, far from the sources."""
    env = clean() | environment
    done = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - the test's own
    assert done.returncode == 0, done.stderr
    return done.stdout


def clean() -> dict[str, str]:
    """This environment without anything that leads to the sources."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("FOOTFALL_", "PYTHON"))}


def dependencies() -> str:
    """Where this environment has them: as a path, which leads to no editable install."""
    return sysconfig.get_paths()["purelib"]


def test_it_has_what_the_server_serves(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in ("t.js", "t-vitals.js", "web/index.html", "docs/swagger-ui.css", "geo/country.mmdb"):
        assert f"footfall/assets/{name}" in names
    assert any(name.startswith("footfall/meta/alembic/versions/v0001") for name in names)
    assert any(name.startswith("footfall/store/clickhouse/migrations/0001") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "node_modules/"))]


def test_a_fresh_environment_serves_by_it(wheel, tmp_path):
    run(sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv"))
    python = tmp_path / "venv" / "bin" / "python"
    run(*PIP, "--python", str(python), "install", "--no-deps", str(wheel))
    environment = clean() | {
        "PYTHONPATH": dependencies(),
        "FOOTFALL_PORT": str(free_port()),
        "FOOTFALL_DATA": str(tmp_path / "data"),
    }
    where = [python, "-c", "import footfall; print(footfall.__file__)"]
    found = subprocess.run(where, env=environment, cwd="/", capture_output=True, text=True, check=True)  # noqa: S603 - as above
    assert found.stdout.startswith(str(tmp_path / "venv"))
    url = f"http://127.0.0.1:{environment['FOOTFALL_PORT']}"
    footfall = tmp_path / "venv" / "bin" / "footfall"
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([footfall, "serve"], env=environment, cwd="/", stdout=log, stderr=log)  # noqa: S603 - as above
        try:
            assert until(lambda: answers(f"{url}/readyz")), (tmp_path / "log").read_text()
            for path in ("/", "/t.js", "/docs/swagger-ui.css", "/openapi.json"):
                assert httpx.get(url + path).status_code == 200, path
            # What the container's health check asks.
            check = [python, str(ROOT / "deploy" / "container" / "healthcheck.py")]
            assert subprocess.run(check, env=environment, check=False).returncode == 0  # noqa: S603 - as above
            elsewhere = environment | {"FOOTFALL_BASE_PATH": "/stats"}
            assert subprocess.run(check, env=elsewhere, stderr=log, check=False).returncode == 1  # noqa: S603 - as above
        finally:
            server.terminate()
            assert server.wait(30) == 0


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def test_the_package_for_debian(wheel, tmp_path):
    """Its dependencies are those of this environment: to install them again would take minutes."""
    copy = tmp_path / "checkout"
    for name in ("deploy", "requirements"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).symlink_to(ROOT / name)
    script = 'cd "$1" && sed \'s|^cd .*||\' deploy/deb/build.sh > build.sh && bash build.sh "$2"'
    environment = {"WITHOUT_DEPENDENCIES": "1", "PYTHON": sys.executable}
    run("bash", "-c", script, "-", str(copy), str(wheel), **environment)
    (package,) = (copy / "dist").glob("footfall_*.deb")
    listed = run("dpkg-deb", "--contents", str(package))
    for name in ("./opt/footfall/bin/footfall", "./usr/bin/footfall ->", "./usr/lib/systemd/system/footfall.service"):
        assert name in listed
    assert " root/root " in listed
    assert "footfall/cli/__pycache__/" in listed  # its user can write none
    run("dpkg-deb", "--extract", str(package), str(tmp_path / "root"))
    program = tmp_path / "root" / "opt" / "footfall" / "bin" / "footfall"
    program.write_text(program.read_text().replace("/opt/footfall/lib", f"{tmp_path}/root/opt/footfall/lib"))
    told = run(str(program), "--help", PYTHONPATH=dependencies(), PATH=f"{Path(sys.executable).parent}:/usr/bin:/bin")
    assert "serve" in told
    for script_name in ("postinst", "prerm"):
        run("dpkg-deb", "--control", str(package), str(tmp_path / script_name))
        run("sh", "-n", str(tmp_path / script_name / script_name))
