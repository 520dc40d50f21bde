"""Bodies of the events surface: what is read, and that a refusal is what FastAPI with Pydantic 2 would have said."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
import pytest
from fastapi import FastAPI
from msgspec.structs import asdict
from pydantic import BaseModel, Field

from footfall.collect.fields import parse_time
from footfall.collect.formats.events import RefusedEvent
from footfall.collect.schemas.events import read_batch, read_event
from footfall.collect.schemas.faults import SchemaError
from footfall.model.period import to_millis


class Event(BaseModel):
    """The documented contract, written down once more."""

    event_name: str = Field(min_length=1, max_length=100)
    category: Literal["page_view", "user_action", "trading", "auth", "error", "performance", "feature", "system"] = (
        "user_action"
    )
    priority: Literal["low", "medium", "high", "critical"] = "medium"
    properties: dict[str, Any] | None = None
    timestamp: datetime | None = None
    session_id: str | None = None
    page_url: str | None = None
    referrer: str | None = None
    user_agent: str | None = None


class Batch(BaseModel):
    events: list[Event] = Field(min_length=1, max_length=100)
    client_id: str | None = None


oracle = FastAPI()


@oracle.post("/single")
async def _single(event: Event) -> None:
    """Only validates."""


@oracle.post("/batch")
async def _batch(batch: Batch) -> None:
    """Only validates."""


def ask_oracle(path: str, body: bytes) -> Any:
    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(oracle)
        async with httpx.AsyncClient(transport=transport, base_url="http://oracle") as client:
            return await client.post(path, content=body, headers={"content-type": "application/json"})

    answer = asyncio.run(call())
    assert answer.status_code == 422, answer.text
    return answer.json()["detail"]


def faults_of(read, body: bytes) -> Any:
    with pytest.raises(SchemaError) as caught:
        read(body)
    return json.loads(json.dumps(caught.value.faults, allow_nan=False))


BAD_EVENTS = [
    b"",
    b" ",
    b"null",
    b"[]",
    b"1",
    b'"text"',
    b"true",
    b"{}",
    b"{",
    b"{]",
    b'{"event_name"}',
    b'{"event_name": "a",}',
    b"{'event_name': 'a'}",
    b'{"event_name": "a"} x',
    b'{"event_name": "a\nb"}',
    b'{"event_name": "\\x"}',
    b'{"event_name": nul}',
    b'{"event_name": null}',
    b'{"event_name": ""}',
    b'{"event_name": 1}',
    b'{"event_name": ["a"]}',
    b'{"event_name": {"a": 1}}',
    b'{"event_name": true}',
    b'{"event_name": "' + b"n" * 101 + b'"}',
    b'{"event_name": "a", "event_name": ""}',
    b'{"category": "system"}',
    b'{"event_name": "a", "category": "nope"}',
    b'{"event_name": "a", "category": null}',
    b'{"event_name": "a", "category": 5}',
    b'{"event_name": "a", "category": "Page_View"}',
    b'{"event_name": "a", "priority": "urgent"}',
    b'{"event_name": "a", "priority": []}',
    b'{"event_name": "a", "properties": []}',
    b'{"event_name": "a", "properties": "{}"}',
    b'{"event_name": "a", "properties": 1.5}',
    b'{"event_name": "a", "properties": [["k", "v"]]}',
    b'{"event_name": "a", "timestamp": "yesterday"}',
    b'{"event_name": "a", "timestamp": ""}',
    b'{"event_name": "a", "timestamp": true}',
    b'{"event_name": "a", "timestamp": []}',
    b'{"event_name": "a", "timestamp": {}}',
    b'{"event_name": "a", "timestamp": "2026-13-01T00:00:00Z"}',
    b'{"event_name": "a", "timestamp": "2026-02-30"}',
    b'{"event_name": "a", "timestamp": "2026-06-11T25:00:00Z"}',
    b'{"event_name": "a", "timestamp": "2026-06-11T10:00:00+99:00"}',
    b'{"event_name": "a", "timestamp": "12:00"}',
    b'{"event_name": "a", "session_id": 7}',
    b'{"event_name": "a", "page_url": false}',
    b'{"event_name": "a", "referrer": {}}',
    b'{"event_name": "a", "user_agent": ["x"]}',
    b'{"event_name": "", "category": "x", "priority": "y", "properties": 1, "timestamp": "z", "session_id": 2}',
]

BAD_BATCHES = [
    b"",
    b"[]",
    b"{}",
    b'{"events": null}',
    b'{"events": []}',
    b'{"events": {}}',
    b'{"events": "a"}',
    b'{"events": [null]}',
    b'{"events": [1]}',
    b'{"events": [[]]}',
    b'{"events": [{}]}',
    b'{"events": [{"event_name": "a"}], "client_id": 1}',
    b'{"events": [{"event_name": "a"}], "client_id": {"a": []}}',
    b'{"events": [{"event_name": "a"}, {"event_name": ""}, {"event_name": "b", "category": "?"}]}',
    b'{"events": [{"event_name": "a"}, {"event_name": "b", "timestamp": "soon"}], "client_id": []}',
    json.dumps({"events": [{"event_name": "a"}] * 101}).encode(),
    json.dumps({"events": [{"event_name": "a"}] * 17 + [{"event_name": "a", "category": "nope"}]}).encode(),
    json.dumps({"events": [{"event_name": "x" * 200, "priority": i} for i in range(3)]}).encode(),
]


@pytest.mark.parametrize("body", BAD_EVENTS)
def test_a_refused_event_is_explained_as_fastapi_does(body):
    assert faults_of(read_event, body) == ask_oracle("/single", body)


@pytest.mark.parametrize("body", BAD_BATCHES)
def test_a_refused_batch_is_explained_as_fastapi_does(body):
    assert faults_of(read_batch, body) == ask_oracle("/batch", body)


def test_the_place_of_a_fault_in_a_batch():
    (fault,) = faults_of(read_batch, BAD_BATCHES[16])
    assert fault["loc"] == ["body", "events", 17, "category"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"event_name": "a", "properties": {"x": NaN}}',
        b'{"event_name": "a", "properties": {"x": Infinity}}',
        b'{"event_name": "a", "properties": {"x": -Infinity}}',
        b'{"event_name": "a", "timestamp": NaN}',
        b'{"event_name": "\xff"}',
        b"[" * 100_000,
        b'{"event_name": "a", "properties": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    ],
    ids=["nan", "infinity", "minus infinity", "nan time", "not utf-8", "brackets", "braces"],
)
def test_what_is_not_json_is_refused_as_such(body):
    (fault,) = faults_of(read_event, body)
    assert (fault["type"], fault["loc"][0]) == ("json_invalid", "body")


@pytest.mark.parametrize("field", ["event_name", "session_id", "page_url", "referrer", "user_agent"])
def test_half_a_surrogate_pair_is_no_text(field):
    body = json.dumps({"event_name": "a"} | {field: "x\ud800"}).encode()
    (fault,) = faults_of(read_event, body)
    assert (fault["type"], fault["loc"], fault["input"]) == ("bad_text", ["body", field], "x\ufffd")
    sent = {"events": [{"event_name": "b"}, {"event_name": "a"} | {field: "x\ud800"}]}
    fine, bad = read_batch(json.dumps(sent).encode())[0].events
    assert not isinstance(fine, RefusedEvent)
    assert isinstance(bad, RefusedEvent)
    assert (bad.reason.code, bad.reason.field) == ("bad_text", field)


def test_half_a_surrogate_pair_in_the_name_of_the_client_refuses_its_batch():
    body = json.dumps({"events": [{"event_name": "a"}], "client_id": "\ud800"}).encode()
    (fault,) = faults_of(read_batch, body)
    assert (fault["type"], fault["loc"]) == ("bad_text", ["body", "client_id"])


def test_a_whole_surrogate_pair_is_one_character():
    assert read_event(b'{"event_name": "\\ud83d\\ude00"}')[0].event_name == "\N{GRINNING FACE}"


def test_of_duplicate_keys_the_last_wins():
    event, _ = read_event(b'{"event_name": "a", "category": "auth", "event_name": "b", "category": "error"}')
    assert (event.event_name, event.category) == ("b", "error")


def test_the_limits_of_the_schema_are_inside():
    assert read_event(json.dumps({"event_name": "\N{SNOWMAN}" * 100}).encode())[0].event_name == "\N{SNOWMAN}" * 100
    assert len(read_batch(json.dumps({"events": [{"event_name": "a"}] * 100}).encode())[0].events) == 100


def test_absent_and_null_are_the_defaults():
    names = ["properties", "timestamp", "session_id", "page_url", "referrer", "user_agent"]
    absent, _ = read_event(b'{"event_name": "a", "unknown": [1, {"x": 2}]}')
    null, _ = read_event(json.dumps({"event_name": "a"} | dict.fromkeys(names)).encode())
    assert asdict(absent) == asdict(null)
    assert (absent.category, absent.priority, absent.properties) == ("user_action", "medium", None)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", True),
        ("01arz3ndektsv4rrffq69g5fav", True),
        ("123e4567-e89b-12d3-a456-426614174000", True),
        ("123e4567e89b12d3a456426614174000", True),
        ("81ARZ3NDEKTSV4RRFFQ69G5FAV", False),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAU0", False),
        ("order-7", False),
        ("", False),
    ],
)
def test_event_ids_are_ulids_or_uuids(text, known):
    body = json.dumps({"events": [{"event_name": "a", "event_id": text}]}).encode()
    if known:
        assert read_batch(body)[0].events[0].event_id == text
    else:
        (fault,) = faults_of(read_batch, body)
        assert (fault["loc"], fault["input"]) == (["body", "events", 0, "event_id"], text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-27t10:00:00z", 1_795_773_600_000),
        ("20261127T100000Z", 1_795_773_600_000),
        ("2026-11-27T24:00:00", 1_795_824_000_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("1795773600", 1_795_773_600_000),
    ],
)
def test_times_are_read_as_on_every_surface(text, read):
    body = json.dumps({"events": [{"event_name": "a", "timestamp": text}]}).encode()
    (event,) = read_batch(body)[0].events
    assert isinstance(event.timestamp, datetime)
    assert to_millis(event.timestamp.replace(tzinfo=event.timestamp.tzinfo or UTC)) == parse_time(text) == read
