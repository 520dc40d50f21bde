"""Who may read /metrics, by the setting of that name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from footfall.api.collector import create_collector
from footfall.api.metrics import Metrics
from footfall.clock import system_clock
from footfall.meta import Drops
from footfall.runtime.collecting import make_collecting
from footfall.runtime.parts import make_data_directory, open_parts
from footfall.settings import Settings
from footfall.spool.spools import Spools


def status(data: Path, client: str, headers: Mapping[str, str], scope: str, **settings: Any) -> int:
    """Of one call from an address, with a token of that scope."""
    found = Settings(data=data, **settings)
    make_data_directory(found)
    spools = Spools(found, system_clock)
    with open_parts(found) as parts:
        parts.meta.create_project("shop")
        token = parts.meta.create_token("test", [scope], ["shop"], None)[0] if scope else ""

        async def call() -> int:
            collecting = make_collecting(parts, spools, Metrics(), Drops(parts.meta.database, parts.clock))
            transport = httpx.ASGITransport(create_collector(collecting), client=(client, 1))
            bearer = {"Authorization": f"Bearer {token}"} if token else {}
            async with httpx.AsyncClient(transport=transport, base_url="http://metrics") as http:
                answer = await http.get("/metrics", headers={**headers, **bearer})
            await collecting.committer.close()
            collecting.auth.close()
            return answer.status_code

        answered = asyncio.run(call())
    spools.close()
    return answered


@pytest.mark.parametrize(
    ("readers", "client", "scope", "expected"),
    [
        ("loopback", "127.0.0.1", "", 200),
        ("loopback", "::1", "", 200),
        ("loopback", "192.0.2.1", "read", 403),
        ("token", "127.0.0.1", "", 401),
        ("token", "192.0.2.1", "ingest", 403),
        ("token", "192.0.2.1", "read", 200),
        ("open", "192.0.2.1", "", 200),
    ],
)
def test_the_setting_says_who_may_read(tmp_path: Path, readers: str, client: str, scope: str, expected: int) -> None:
    assert status(tmp_path / "data", client, {}, scope, metrics=readers) == expected


def test_what_a_proxy_of_this_machine_passes_on_is_not_of_this_machine(tmp_path: Path) -> None:
    assert status(tmp_path / "data", "127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, "") == 403
