"""An upload that a kill interrupts goes on: its bytes, and its import, each line once."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import httpx
from tests.support.server import Server, running, until

LOG = gzip.decompress((Path(__file__).parents[1] / "fixtures" / "access-2015-05.log.gz").read_bytes())
CONTENT = LOG * 12
LINES = CONTENT.count(b"\n")


def request(server: Server, method: str, path: str = "", **options: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.admin().token}"} | options.pop("headers", {})
    return server.http.request(method, f"/api/projects/default/uploads{path}", headers=headers, **options)


def found(server: Server, id_: str) -> Any:
    return request(server, "GET", f"/{id_}").json()


def kill(server: Server) -> None:
    server.kill()
    server.start()


def test_a_kill_while_bytes_come_and_one_while_they_are_imported(tmp_path):
    said = {"name": "access.log", "size": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}
    with running(tmp_path / "data") as server:
        id_ = request(server, "POST", json=said).json()["id"]
        half = len(CONTENT) // 2
        assert request(server, "PATCH", f"/{id_}", content=CONTENT[:half], headers={"Upload-Offset": "0"}).is_success
        kill(server)
        assert (again := request(server, "POST", json=said)).json()["offset"] == half, again.text
        rest = {"content": CONTENT[half:], "headers": {"Upload-Offset": str(half)}}
        assert request(server, "PATCH", f"/{id_}", **rest).is_success
        begun = until(lambda: (one := found(server, id_))["accepted"] and one)
        assert begun["state"] == "importing", begun
        kill(server)
        assert until(lambda: found(server, id_)["state"] == "finished"), found(server, id_)
        assert found(server, id_)["accepted"] == LINES
        access = server.default()
        assert until(lambda: access.read("/api/tracking/summary", period="all")["total_hits"] >= LINES)
        assert until(server.queryable)  # rows can be read before the spool has let go of them
        assert access.read("/api/tracking/summary", period="all")["total_hits"] == LINES
