"""A process that only collects: it stores what it is sent, and loads nothing that queries or drains."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.support.server import environment

FORBIDDEN = (
    "chdb",
    "clickhouse_connect",
    "footfall.drain",
    "footfall.pipeline",
    "footfall.query",
    "footfall.store.clickhouse",
    "polars",
)

COLLECT = """
import asyncio, json, sys
from contextlib import closing

import httpx

from footfall.api.collector import create_collector
from footfall.api.metrics import Metrics
from footfall.api.proxy.examples import INGEST
from footfall.meta import Drops
import footfall.runtime.collector
from footfall.runtime.collecting import make_collecting
from footfall.runtime.parts import make_data_directory, open_parts
from footfall.settings import Settings
from footfall.spool.spools import Spools

SENT = (
    ("POST", "/api/v1/analytics", {"event_name": "hello"}),
    ("POST", "/api/v1/analytics/batch", {"events": [{"event_name": "a"}, {"event_name": "b"}]}),
    ("POST", "/api/collect/bulk", {"events": [{"path": "/"}]}),
    ("POST", "/api/tracking/visits", {"visits": [{"endpoint": "/"}]}),
    ("POST", "/analytics/ingest", INGEST.request),
    ("POST", "/api/collect", {"k": None, "u": "https://shop.example/"}),
    ("GET", "/api/v1/analytics/health", None),
    ("GET", "/healthz", None),
    ("GET", "/readyz", None),
    ("GET", "/metrics", None),
    ("GET", "/openapi.json", None),
    ("GET", "/api/web-events/shop/kpis", None),
)


async def statuses(parts, spools):
    collecting = make_collecting(parts, spools, Metrics(), Drops(parts.meta.database, parts.clock))
    project = parts.meta.create_project("shop")
    token, _ = parts.meta.create_token("test", ["ingest"], ["shop"], None)
    transport = httpx.ASGITransport(create_collector(collecting), client=("127.0.0.1", 1))
    headers = {"Authorization": f"Bearer {token}"}
    found = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://collector", headers=headers) as client:
        for method, path, body in SENT:
            if body and "k" in body:
                body = body | {"k": project.site_key}
            answer = await client.request(method, path, json=body)
            found[path] = answer.status_code
    await collecting.committer.close()
    collecting.auth.close()
    return found


settings = Settings()
make_data_directory(settings)
with open_parts(settings) as parts, closing(Spools(settings, parts.clock)) as spools:
    found = asyncio.run(statuses(parts, spools))
    waiting = spools.state().waiting
print(json.dumps({"statuses": found, "waiting": waiting, "modules": sorted(sys.modules)}))
"""


def test_it_stores_events_and_loads_nothing_that_queries(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - the test's own program
        [sys.executable, "-c", COLLECT],
        env=environment(tmp_path / "data"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])  # above it, what the log says of the project
    assert found["statuses"] == {
        "/api/v1/analytics": 200,
        "/api/v1/analytics/batch": 200,
        "/api/collect/bulk": 202,
        "/api/tracking/visits": 202,
        "/analytics/ingest": 204,
        "/api/collect": 202,
        "/api/v1/analytics/health": 200,
        "/healthz": 200,
        "/readyz": 200,
        "/metrics": 200,
        "/openapi.json": 200,
        "/api/web-events/shop/kpis": 404,
    }
    assert found["waiting"] == 7
    loaded = {name for name in found["modules"] for kind in FORBIDDEN if name == kind or name.startswith(f"{kind}.")}
    assert loaded == set()
