"""Several answers at once: each panel is what its endpoint answers, and one that fails leaves the others alone."""

from __future__ import annotations

import pytest
from tests.golden.dataset import EVENTS, WEB_NOW
from tests.support.asgi import Client, reading_client
from tests.support.populate import at, populate

from footfall.api.web import panels as subject
from footfall.api.web.routes import router
from footfall.errors import UserError
from footfall.store.protocol import Store

PATH = "/api/web-events/shop"


@pytest.fixture
def client(store: Store) -> Client:
    populate(store, EVENTS)
    return reading_client(store, at(WEB_NOW), router)


def test_each_panel_is_what_its_endpoint_answers(client: Client) -> None:
    shared = "compare=1&figures=1&totals=1&bucket=day&filter=!device:mobile"
    names = list(subject.PANELS)[:12]
    found = client.get(f"{PATH}/panels?{'&'.join(f'panel={name}' for name in names)}&{shared}").json()["panels"]
    assert list(found) == names
    for name in names:
        assert found[name] == {"answer": client.get(f"{PATH}/{name}?{shared}").json()}, name


def test_one_that_fails_leaves_the_others(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise UserError("query_limit", "too long")

    def breaks(*_: object) -> None:
        raise ZeroDivisionError("SELECT secret")

    monkeypatch.setattr(subject, "PANELS", {**subject.PANELS, "top-os": fails, "top-pages": breaks})
    answer = client.get(f"{PATH}/panels?panel=kpis&panel=top-os&panel=top-pages&panel=top-browsers")
    found = answer.json()["panels"]
    assert answer.status_code == 200
    assert found["top-os"] == {"error": {"code": "query_limit", "message": "too long"}}
    assert found["top-pages"]["error"]["code"] == "internal"
    assert "secret" not in answer.text
    assert found["kpis"]["answer"]["current"]["visitors"] == 3
    assert found["top-browsers"]["answer"]["items"]


@pytest.mark.parametrize(
    "params", ["", "panel=top-flows", "panel=export", "&".join(["panel=kpis"] * 13), "panel=kpis&range=x"]
)
def test_what_does_not_hold_is_refused(client: Client, params: str) -> None:
    assert client.get(f"{PATH}/panels?{params}").status_code == 400


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ("compare_from=2026-06-09&compare_to=2026-06-08", "compare_from"),
        ("compare_range=decade", "compare_range"),
        ("bucket=minute", "bucket"),
    ],
)
def test_comparisons_and_buckets_are_checked(client: Client, params: str, said: str) -> None:
    answer = client.get(f"{PATH}/timeseries?{params}")
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


def test_whole_history_can_be_compared_with_any_range(client: Client) -> None:
    answer = client.get(f"{PATH}/kpis?range=all&compare_from=2026-06-09&compare_to=2026-06-10").json()
    assert answer["previous"]["visitors"] == 1
    assert client.get(f"{PATH}/kpis?range=all").json()["previous"] is None
