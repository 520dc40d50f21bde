"""Revenue is summed exactly, by currency, beside whatever a list counts."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from tests.oracle.moments import iso
from tests.support.asgi import Client, reading_client
from tests.support.populate import EVENT, at, insert, name_sessions, populate, session_rows

from footfall.api.web.routes import router
from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query import build, fetch, rankings
from footfall.query.ast import Query
from footfall.query.filter import parse
from footfall.query.plan import RevenuePart, Whole
from footfall.query.sources import Source, choose
from footfall.store.protocol import Store

URL = "/api/web-events/shop"
NOW = at("2026-06-11T10:00:00Z")
HOUR = 3_600_000
LARGEST = Decimal("99999999999999.9999")
AMOUNTS = (*[Decimal(0)] * 3, Decimal("0.1"), Decimal("-0.3"), Decimal("19.99"), Decimal("0.0001"), LARGEST)
SOURCES = ("news.example", "google.com", "")
CUT = (NOW - 12 * HOUR + 2_000, NOW - 6 * HOUR + 3_000)
"""A range that cuts sessions at both ends."""


def history() -> list[dict[str, Any]]:
    """Sessions of one to six events within a day; the source and the campaign of each are those of its first event."""
    chance = random.Random(12)
    found = []
    for session in range(1, 120):
        first = NOW - chance.randint(1, 24) * HOUR
        of_session = {"visitor": session % 40, "session": session, "traffic": chance.choice(("human", "human", "bot"))}
        for place in range(chance.randint(1, 6)):
            custom = {"event_type": "custom", "name": chance.choice(("signup", "purchase"))}
            found.append(
                {
                    "at": first + place * 1_000,
                    "path": chance.choice(("/", "/pricing", "/done")),
                    "source": chance.choice(SOURCES),
                    "utm_campaign": chance.choice(("", "spring")),
                    "country": chance.choice(("RO", "DE")),
                    "revenue": chance.choice(AMOUNTS),
                    "currency": chance.choice(("EUR", "USD", "")),
                    **of_session,
                    **(custom if place % 2 else {}),
                }
            )
    return [{**EVENT, **event} for event in found]


@pytest.fixture(autouse=True, params=["of any label", "of those shown"])
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What labels earned is asked for beside the list, or after it, where too many labels did."""
    if request.param == "of those shown":
        monkeypatch.setattr(rankings, "MAX_EARNING", 0)


@pytest.fixture(autouse=True, params=[Source.FACTS, Source.SESSIONS])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={request.param}))
    return request.param


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return history()


@pytest.fixture(scope="module")
def client(shared_store: Store, events: list[dict[str, Any]]) -> Client:
    """Of every third session that earned something it is not told what."""
    populate(shared_store, events)
    shared_store.command("ALTER TABLE sessions UPDATE earned = '[]' WHERE session % 3 = 0 AND earned != ''")
    return reading_client(shared_store, NOW, router)


def firsts(events: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for event in events:
        found.setdefault(event["session"], event)
    return found


def earned(events: list[dict[str, Any]], label: Callable[[dict[str, Any]], str]) -> dict[str, dict[str, str]]:
    """Exact sums by label and currency, as texts."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for event in events:
        if event["revenue"]:
            of_label, currency = sums[label(event)], event["currency"] or "unknown"
            of_label[currency] = of_label.get(currency, Decimal(0)) + event["revenue"]
    return {name: {currency: written(amount) for currency, amount in found.items()} for name, found in sums.items()}


def written(amount: Decimal) -> str:
    text = f"{amount:f}" if "." in f"{amount:f}" else f"{amount:f}.00"
    while text.endswith("0") and len(text.rpartition(".")[2]) > 2:
        text = text[:-1]
    return text + "0" * (2 - len(text.rpartition(".")[2]))


def answered(client: Client, path: str, key: str) -> dict[str, dict[str, str]]:
    items = client.get(f"{URL}/{path}").json()["items"]
    assert items
    return {item[key]: item["revenue"] for item in items if "revenue" in item}


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("bots=1", lambda _: True),
        ("", lambda event: event["traffic"] == "human"),
        ("bots=1&filter=country:RO", lambda event: event["country"] == "RO"),
        ("filter=!country:RO", lambda event: event["country"] != "RO" and event["traffic"] == "human"),
        ("bots=1&from={}&to={}".format(*map(iso, CUT)), lambda event: CUT[0] <= event["at"] < CUT[1]),
    ],
    ids=["all", "people", "filter", "people, negated filter", "sessions that the range cuts"],
)
def test_by_event_page_source_and_campaign(
    client: Client, events: list[dict[str, Any]], query: str, holds: Callable[[dict[str, Any]], bool]
) -> None:
    kept, first = [event for event in events if holds(event)], firsts(events)
    custom = [event for event in kept if event["event_type"] == "custom"]
    campaign = [event for event in kept if first[event["session"]]["utm_campaign"]]
    assert answered(client, f"custom-events?{query}", "name") == earned(custom, lambda event: event["name"])
    assert answered(client, f"top-pages?{query}", "path") == earned(kept, lambda event: event["path"])
    assert answered(client, f"top-referrers?{query}", "referrer") == earned(
        kept, lambda event: first[event["session"]]["source"] or "direct"
    )
    assert answered(client, f"top-utm-campaigns?{query}", "utm_campaign") == earned(campaign, lambda _: "spring")


def test_events_are_looked_for_only_of_sessions_whose_rows_leave_it_open(
    client: Client, shared_store: Store, events: list[dict[str, Any]]
) -> None:
    base = Query(project=1, table=Table.EVENTS, period=Period(*CUT), filters=parse("country:RO"))
    plan = choose(shared_store, build.revenue_of(base, build.TOP_REFERRERS), {Source.SESSIONS})
    assert isinstance(plan, Whole)
    rows, rest = plan.parts
    assert isinstance(rows, RevenuePart)
    assert isinstance(rest, RevenuePart)
    (asked,) = (keys.values for keys in rest.revenue.base.keys)
    groups = defaultdict(list)
    for event in events:
        groups[event["session"]].append(event)
    of_range = {name: group for name, group in groups.items() if group[0]["at"] < CUT[1] and group[-1]["at"] >= CUT[0]}
    paid = {name for name, group in of_range.items() if any(event["revenue"] for event in group)}
    untold = {name for name in paid if name % 3 == 0}
    cut = {name for name, group in of_range.items() if group[0]["at"] < CUT[0] or group[-1]["at"] >= CUT[1]}
    differing = {name for name, group in of_range.items() if len({event["country"] for event in group}) > 1}
    assert {*asked} == untold | paid & (cut | differing)
    assert paid - {*asked}


def test_a_session_filter_takes_the_events_of_its_sessions(client: Client, events: list[dict[str, Any]]) -> None:
    first = firsts(events)
    kept = [event for event in events if first[event["session"]]["source"] == "google.com"]
    assert answered(client, "top-pages?bots=1&filter=referrer:google.com", "path") == earned(
        kept, lambda event: event["path"]
    )


def test_superseded_rows_of_a_session_earn_nothing(store: Store) -> None:
    """Its source was another one before its first event arrived."""
    event = {**EVENT, "at": NOW - HOUR, "visitor": 1, "session": 1, "source": "a.example"}
    paid = event | {"revenue": Decimal(5), "currency": "EUR"}
    populate(store, [paid])
    rows = [row | {"timestamp": row.pop("at"), "id_lo": 1} for row in ({**paid}, {**paid, "source": "b.example"})]
    name_sessions(rows)
    insert(store, "sessions", session_rows(rows[:1], sign=-1))
    insert(store, "sessions", session_rows(rows[1:], version=2))
    client = reading_client(store, NOW, router)
    assert answered(client, "top-referrers", "referrer") == {"b.example": {"EUR": "5.00"}}
