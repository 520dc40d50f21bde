from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Response
from pydantic import ValidationError

from footfall.api.cors import CrossOrigin
from footfall.settings import Settings

APP = "https://app.example"


def call(method: str, path: str = "/", **headers: str) -> httpx.Response:
    inner = FastAPI()
    inner.get("/")(lambda: {"a": 1})
    inner.post("/")(lambda: {"a": 1})
    inner.get("/open")(lambda: Response(headers={"Access-Control-Allow-Origin": "*"}))
    transport = httpx.ASGITransport(CrossOrigin(inner, [APP]))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


def cors(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def test_a_listed_origin_may_read():
    answer = call("GET", origin=APP)
    assert (answer.status_code, answer.json(), answer.headers["vary"]) == (200, {"a": 1}, "Origin")
    assert cors(answer) == {"access-control-allow-origin": APP, "access-control-expose-headers": "*"}
    assert cors(call("GET", "/missing", origin=APP))["access-control-allow-origin"] == APP


@pytest.mark.parametrize("origin", ["https://other.example", "https://app.example.evil", "null", "http://app.example"])
def test_no_other_origin_may(origin):
    assert cors(call("GET", origin=origin)) == {}
    assert call("GET", origin=origin).headers["vary"] == "Origin"
    assert cors(call("OPTIONS", origin=origin, **{"access-control-request-method": "GET"})) == {}


def test_a_preflight_allows_tokens_but_no_credentials_and_no_writing():
    found = cors(call("OPTIONS", origin=APP, **{"access-control-request-method": "GET"}))
    assert found["access-control-allow-headers"] == "Authorization, X-API-Key, X-Project"
    assert found["access-control-allow-methods"] == "GET"
    assert "access-control-allow-credentials" not in found
    assert cors(call("OPTIONS", origin=APP, **{"access-control-request-method": "DELETE"})) == {}
    assert cors(call("POST", origin=APP)) == {}


def test_what_is_open_to_all_stays_so():
    assert cors(call("GET", "/open", origin=APP)) == {"access-control-allow-origin": "*"}


@pytest.mark.parametrize("origin", ["*", "app.example", "https://app.example/", "https://app.example/path", "null"])
def test_a_setting_that_is_no_origin_is_refused(monkeypatch, origin):
    monkeypatch.setenv("FOOTFALL_CORS_ORIGINS", f"https://a.example, {origin}")
    with pytest.raises(ValidationError):
        Settings()


def test_origins_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("FOOTFALL_CORS_ORIGINS", "https://a.example, http://localhost:3000")
    assert Settings().cors_origins == ("https://a.example", "http://localhost:3000")
