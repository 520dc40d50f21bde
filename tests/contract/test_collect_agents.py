"""What becomes of calls by the agent that sends them: all are stored with a class, none is left out without a word."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from tests.support.collecting import CHROME, Site
from tests.support.server import Server, running

_names = itertools.count(1)

SDKS = {
    "human": (
        "Mozilla/5.0 Umami/2.18.0",  # npm @umami/node
        "Mozilla/5.0 Node/v20.11.1",  # its first versions
        "umami-python v0.3.0 / Python 3.12",
        CHROME,  # libraries that pass the visitor's agent on
    ),
    "bot": (
        "node",  # fetch of Node.js
        "undici",
        "node-fetch",
        "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
        "axios/1.7.2",
        "got (https://github.com/sindresorhus/got)",
        "Deno/1.44.0",
        "Bun/1.1.13",
        "python-requests/2.32.3",
        "python-httpx/0.27.0",
        "Python/3.12 aiohttp/3.9.5",
        "Python-urllib/3.12",
        "Go-http-client/1.1",
        "Go-http-client/2.0",
        "GuzzleHttp/7",
        "Symfony HttpClient (Curl)",
        "Ruby",
        "Faraday v2.9.0",
        "rest-client/2.1.0 (linux x86_64) ruby/3.3.0p0",
        "Java/17.0.2",
        "Apache-HttpClient/5.3 (Java/17.0.2)",
        "okhttp/4.12.0",
        "reqwest/0.12.4",
        "Dart/3.4 (dart:io)",
        "hackney/1.20.1",
        "Cloudflare-Workers",
        "curl/8.7.1",
        "",
    ),
}
"""What server SDKs of the drop-ins, and the HTTP libraries that they are made of, send unless told otherwise."""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("agents") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture
def site(server) -> Site:
    number = next(_names)
    return Site.of(server, f"agents{number}", f"agents{number}.example")


def umami(site: Site, agent: str):
    payload = {"website": site.id, "hostname": site.domains[0], "url": "/"}
    return site.call("POST", "/api/send", json={"type": "event", "payload": payload}, agent=agent)


def plausible(site: Site, agent: str):
    host = site.domains[0]
    return site.call("POST", "/api/event", json={"n": "pageview", "u": f"https://{host}/", "d": host}, agent=agent)


@pytest.mark.parametrize("send", [umami, plausible])
def test_default_agents_of_server_sdks_are_stored_with_a_class(site, send):
    for agent in itertools.chain(*SDKS.values()):
        answer = send(site, agent)
        assert answer.status_code in {200, 202}, agent
        assert not {"x-footfall-dropped", "x-plausible-dropped"} & set(answer.headers), agent
    assert len(site.rows(len(SDKS["human"]))) == len(SDKS["human"])
    for traffic, agents in SDKS.items():
        site.rows(len(agents), filter=f"traffic:{traffic}")
    shown = site.access.read(f"/api/web-events/{site.access.slug}/dropped")
    assert shown["dropped"] == []
    assert shown["programs"] == [{"class": "bot", "count": len(SDKS["bot"]), "engagements": 0}]


@pytest.mark.parametrize("brands", ["", '"Brave";v="126", "Chromium";v="126"'])
def test_a_browsers_call_without_an_agent_is_no_person(site, brands):
    site.beacon(agent="", headers={"Sec-CH-UA": brands} if brands else {})
    site.call("GET", "/p.gif", params={"k": site.key, "u": f"https://{site.domains[0]}/"}, agent="")
    site.rows(2, filter="traffic:bot")
    assert site.rows(0) == []


def test_a_servers_event_without_an_agent_is_a_persons(site):
    events = "/api/v1/analytics"
    headers = {"Authorization": f"Bearer {site.access.token}"}
    bulk = {"events": [{"type": "custom", "name": "renewed"}]}
    assert site.call("POST", events, json={"event_name": "paid"}, headers=headers, agent="node").status_code == 200
    assert site.call("POST", "/api/collect/bulk", json=bulk, headers=headers, agent="node").status_code == 202
    assert {row["custom_event_name"] for row in site.rows(2)} == {"paid", "renewed"}


def test_a_headless_browser_is_named_by_its_brands(site):
    brands = '"Not/A)Brand";v="8", "Chromium";v="126", "HeadlessChrome";v="126"'
    site.beacon(headers={"Sec-CH-UA": brands})
    (row,) = site.rows(1, filter="traffic:bot")
    assert row["browser_family"] == "HeadlessChrome"
