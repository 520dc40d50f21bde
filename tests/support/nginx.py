"""Debian's nginx in front of servers, without privileges and with every file in a directory of its own."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from tests.support.server import free_port, until

from footfall.filelock import try_lock

NGINX = Path("/usr/sbin/nginx")
_INSTALL = Path(__file__).with_name("install.sh")

_CONFIGURATION = """
daemon off; master_process off; pid {root}/pid; error_log {root}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {root}/body; proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/fastcgi;
  uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
{http}
  server {{
    listen 127.0.0.1:{port};
    location = /is-up {{ return 204; }}
{server}
  }}
}}
"""


def installed(program: Path) -> None:
    """Has Debian's package of a program, by apt where it is missing; one process of the tests at a time."""
    while not program.exists():
        held = try_lock(Path(tempfile.gettempdir()) / "footfall-tests-install.lock")
        if held is not None:
            with held:
                subprocess.run(["bash", _INSTALL], check=True)  # noqa: S603, S607 - the project's own script


@contextmanager
def nginx(root: Path, server: str, http: str = "") -> Iterator[str]:
    """The URL of an nginx that answers; `server` and `http` are more of its configuration, for these blocks."""
    root.mkdir(parents=True)
    installed(NGINX)
    port = free_port()
    file = root / "nginx.conf"
    file.write_text(_CONFIGURATION.format(root=root, port=port, server=server, http=http), encoding="utf-8")
    command = [NGINX, "-e", root / "error.log", "-c", file]
    process = subprocess.Popen(command)  # noqa: S603 - as above
    url = f"http://127.0.0.1:{port}"
    try:
        assert until(lambda: _is_up(url)), (root / "error.log").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/is-up").status_code == 204
    except httpx.TransportError:
        return False
