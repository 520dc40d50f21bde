"""The configurations of nginx that are shipped: each request goes where it is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute
from tests.support.helm import MISSING, render
from tests.support.nginx import nginx
from tests.support.server import free_port

from footfall.api.application import READING
from footfall.api.surfaces import SURFACES

ROOT = Path(__file__).parents[2]
COMPOSED = (ROOT / "deploy" / "nginx" / "cluster.conf").read_text(encoding="utf-8")
CHART = ROOT / "deploy" / "helm" / "footfall"
BASE = "/site.stats"


def charted() -> str:
    """The chart's, below a path; replicas as in the other."""
    if MISSING:
        pytest.skip("without Helm's engine")
    (found,) = render(CHART, {"existingSecret": "urls", "basePath": BASE})
    text: str = found.one("ConfigMap")["data"]["default.conf"]
    return text


@pytest.fixture(scope="module", params=["cluster.conf", "chart"])
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """An nginx that answers by the name of the server it chose, and the path below which it serves."""
    text, base = (COMPOSED, "") if request.param == "cluster.conf" else (charted(), BASE)
    stubs = ""
    for name in re.findall(r"server ([\w-]+):8000;", text):
        port = free_port()
        text = text.replace(f"server {name}:8000;", f"server 127.0.0.1:{port};")
        stubs += f'server {{ listen 127.0.0.1:{port}; location / {{ return 200 "{name}"; }} }}\n'
    around, _, block = text.partition("\nserver {")
    block = re.sub(r"listen \d+;", "", block.rstrip()[:-1])
    with nginx(tmp_path_factory.mktemp("front") / "nginx", block, around + stubs) as url:
        yield url, base


def written() -> set[tuple[str, str]]:
    """What readers refuse: methods and paths of the endpoints that store something, and of what pages load."""
    writing = {("POST", route.path) for surface in SURFACES for route in surface.writing}
    return writing | {(method, route.path) for one in SURFACES for route in one.public for method in route.methods}


def read() -> set[tuple[str, str]]:
    """Every other endpoint, with something in place of what its path leaves open."""
    routers = [*READING.values(), *(surface.router for surface in SURFACES)]
    routes = [one for router in routers for one in router.routes if isinstance(one, APIRoute)]
    return {(method, re.sub(r"{[^}]*}", "x", one.path)) for one in routes for method in one.methods} - written()


def test_what_is_written_goes_to_collectors_and_all_else_to_readers(front):
    url, base = front
    with httpx.Client(base_url=url + base) as http:
        asked = {
            one: http.request(*one) for one in written() | read() if one[0] != "HEAD"
        }  # whose answers have no text
    assert {answer.status_code for answer in asked.values()} == {200}
    assert {one for one, answer in asked.items() if "collect" in answer.text} == set(asked) & written()
    assert len(asked) > len(written()) > 10


def test_what_servers_say_to_each_other_is_not_passed_on(front):
    url, base = front
    assert httpx.post(f"{url}{base}/api/internal/chunks").status_code == 404


def test_a_client_stays_with_one_collector(front):
    url, base = front
    with httpx.Client(base_url=url + base) as http:
        chosen = {
            http.post("/api/collect", headers={"X-Forwarded-For": f"203.0.113.{n}"}).text for n in (7,) * 5 + (8,) * 5
        }
        assert 1 <= len(chosen) <= 2
        assert len({http.post("/api/collect").text for _ in range(5)}) == 1
