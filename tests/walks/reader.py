"""Somebody who reads the docs and types what stands there, at a shell beside a server."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.support.server import FOOTFALL, Server, environment

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:8000"
SECONDS = 60
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def command(page: str, start: str) -> str:
    """The one command of the page that starts so: in a shell block, with its indented lines, or within a sentence."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL)
    written = [line for block in blocks for line in re.split(r"\n(?=\S)", block.strip())]
    written += re.findall(r"`(footfall [^`\n]+)`", text(page))
    found = {line for line in written if line.startswith(start)}
    assert len(found) == 1, f"{page} has {len(found)} commands that start with {start!r}"
    return str(found.pop())


class Reader:
    """A plain shell: it knows the data directory and the token, and none of the server's settings."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.token = server.token
        self.home = server.data.parent

    def types(
        self, page: str, start: str, replaced: dict[str, str] | None = None, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command of the page, with the reader's own values for the page's examples."""
        line = command(page, start)
        for example, own in (replaced or {}).items():
            assert example in line, f"{example!r} is not in {line!r}"
            line = line.replace(example, own)
        return self.runs(line, **settings)

    def runs(self, line: str, **settings: str) -> subprocess.CompletedProcess[str]:
        line = line.replace(ADDRESS, self.server.url).replace(".venv/bin/", "")
        shell = environment(self.server.data, **settings) | {
            "PATH": f"{FOOTFALL.parent}:{os.environ['PATH']}",
            "TOKEN": self.token,
            "NO_PROXY": "127.0.0.1",
        }
        return subprocess.run(  # noqa: S603 - the docs' command line
            ["/bin/bash", "-c", line],
            env=shell,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def answer(self, page: str, start: str, replaced: dict[str, str] | None = None) -> Any:
        """The JSON that a command of the page prints."""
        return parsed(self.types(page, start, replaced))

    def get(self, path: str, **params: str) -> Any:
        answer = self.server.http.get(path, params=params, headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()


def parsed(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def snippet(page: str, start: str) -> str:
    """The one Python block of the page that starts so."""
    blocks = re.findall(r"^```python\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if block.startswith(start)]
    return str(found)
