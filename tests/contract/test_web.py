"""The web surface beyond the figures of tests/golden: refusals, filters, paging."""

from __future__ import annotations

import itertools
from dataclasses import replace
from urllib.parse import quote

import pytest
from tests.golden.dataset import EVENTS, WEB_NOW
from tests.support.asgi import Client, reading_client
from tests.support.filter_text import written
from tests.support.populate import EVENT, at, insert, name_sessions, populate, session_rows

from footfall.api.web.parse import PREFIX
from footfall.api.web.routes import router
from footfall.catalog.tables import Table
from footfall.errors import QueryMemoryError
from footfall.ids import parse
from footfall.model.period import Period
from footfall.query import filter, rankings, rows, run  # noqa: A004 - the module is named after what it parses
from footfall.query.ast import DetailedLabels, Query, Term, TotalledLabels
from footfall.query.plan import AnyPlan, TotalledWhole
from footfall.query.rows import Row
from footfall.store.protocol import Reader, Store

ENDPOINTS = sorted(route.path.removeprefix(PREFIX).replace("{visitor_id}", "v1") for route in router.routes)
STEPS = "steps=path:/&steps=path:/pricing&panel=kpis"
"""Required by the funnel and by panels; every other endpoint ignores them."""

LISTS = [
    route.path.removeprefix(PREFIX).replace("{visitor_id}", "v1")
    for route in router.routes
    if any(parameter.name == "limit" for parameter in route.dependant.query_params)
]

URL = "/api/web-events/shop"


@pytest.fixture(scope="module")
def client(shared_store: Store) -> Client:
    populate(shared_store, EVENTS)
    return reading_client(shared_store, at(WEB_NOW), router)


def numbers(client: Client, text: str, **params: str) -> list[int]:
    """The numbers (1 to 12) of the data set's events that a filter lists, newest first."""
    answer = client.get(URL, filter=text, range="all", **params)
    assert answer.status_code == 200, answer.text
    return [parse(item["id"]) or 0 for item in answer.json()["items"]]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_who_may_read(client: Client, endpoint: str) -> None:
    refused = client.get(f"{URL}{endpoint}?{STEPS}", token=None)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["error"]["code"] == "unauthorized"
    unknown = client.get(f"/api/web-events/other{endpoint}?{STEPS}")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
    for slug in ("Shop", "a_b", "-x", "x" * 64, "%00", "%27"):
        answer = client.get(f"/api/web-events/{slug}{endpoint}?{STEPS}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_project"), slug


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("range=2d", ("range", "'2d'")),
        ("range=", ("range", "''")),
        ("from=2026-06-02&to=2026-06-01", ("from", "2026-06-02")),
        ("from=2026-06-02&to=2026-06-02", ("from", "2026-06-02")),
        ("filter=colour:red", ("filter", "colour", "position 0")),
        ("filter=" + "x" * 2001, ("filter", "2001")),
        ("bots=perhaps", ("bots", "perhaps")),
    ],
)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_bad_parameters(client: Client, endpoint: str, query: str, names: tuple[str, ...]) -> None:
    if endpoint in {"/recent-events", "/live"} and names[0] in {"range", "from"}:
        return  # they are about now
    answer = client.get(f"{URL}{endpoint}?{STEPS}&{query}")
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
    assert all(name in answer.json()["error"]["message"] for name in names), answer.text


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5", ""])
@pytest.mark.parametrize("endpoint", LISTS)
def test_bad_limits(client: Client, endpoint: str, limit: str) -> None:
    answer = client.get(URL + endpoint, limit=limit)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("limit: ")


@pytest.mark.parametrize("cursor", ["", "x", "AQ", "%00"])
def test_bad_cursors(client: Client, cursor: str) -> None:
    answer = client.get(f"{URL}?cursor={cursor}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_parameter")


@pytest.mark.parametrize(
    "bounds", ["from=0001-01-01T00:00:00%2B12:00&to=2026-01-01", "from=2026-01-01&to=9999-12-31T23:59:59-12:00"]
)
def test_a_range_with_instants_outside_the_calendar_is_ignored(client: Client, bounds: str) -> None:
    for path in ("/kpis", "/timeseries"):
        answer = client.get(f"{URL}{path}?range=24h&{bounds}")
        assert (answer.status_code, answer.json()) == (200, client.get(f"{URL}{path}?range=24h").json())


def test_too_many_buckets(client: Client) -> None:
    answer = client.get(f"{URL}/timeseries?from=1970-01-01&to=9998-12-31")
    assert answer.status_code == 400
    assert client.get(f"{URL}/kpis?from=1970-01-01&to=9998-12-31").json()["current"]["visitors"] == 4


@pytest.mark.parametrize(
    "path",
    [
        "timeseries?from=1990-01-01&to=2026-11-01",
        "timeseries?from=1970-01-01T00:00&to=1970-01-01T01:00&timezone=Pacific/Kiritimati",
        "retention?period=week&from=1970-01-01&to=1970-02-01",
    ],
)
def test_buckets_before_1970(client: Client, path: str) -> None:
    assert client.get(f"{URL}/{path}").status_code == 200


@pytest.mark.parametrize(
    "query", ["from=2026-06-01", "to=2026-06-01", "from=soon&to=2026-06-01", "from=2026-06-01&to=", "range=24h"]
)
def test_half_a_range_is_ignored(client: Client, query: str) -> None:
    answer = client.get(f"{URL}/kpis?{query}").json()
    assert answer["range"]["chip"] == "24h"
    assert answer["range"]["from"] == "2026-06-10T10:00:00.000Z"


def test_an_empty_project_is_all_zeros(client: Client) -> None:
    answer = client.get("/api/web-events/blog/kpis?range=1h&filter=country:XX").json()
    zeros = {"visitors": 0, "pageviews": 0, "sessions": 0, "bounceRate": 0.0, "avgDurationSec": 0.0}
    assert answer["current"] == answer["previous"] == zeros
    assert client.get("/api/web-events/blog/top-referrers?range=1h&filter=country:XX").json() == {"items": []}


def test_the_range_all_of_a_project_without_events(store: Store) -> None:
    client = reading_client(store, at(WEB_NOW), router)
    items = client.get(f"{URL}/timeseries?range=all").json()["items"]
    assert [(item["bucket"], item["visitors"]) for item in items] == [("2026-06-11T00:00:00.000Z", 0)]


def test_zero_filled_to_the_last_bucket(client: Client) -> None:
    day = client.get(f"{URL}/timeseries").json()
    assert len(day["items"]) == 24
    week = client.get(f"{URL}/timeseries?range=7d").json()
    assert [item["bucket"][:10] for item in week["items"]] == [f"2026-06-{day:02d}" for day in range(4, 12)]


def test_limits_are_capped(store: Store) -> None:
    populate(store, [{"at": "2026-06-11T09:00:00Z", "visitor": 1, "path": f"/{number}"} for number in range(1_005)])
    client = reading_client(store, at(WEB_NOW), router)
    assert client.get(f"{URL}?limit=5000").json()["count"] == 1_000
    assert client.get(URL).json()["count"] == 100
    assert len(client.get(f"{URL}/top-pages?limit=5000").json()["items"]) == 300
    assert len(client.get(f"{URL}/top-pages").json()["items"]) == 20


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("", [7, 6, 5, 4, 3, 2, 1, 11, 10, 9]),
        ("path:/pricing", [3, 2, 11, 10]),
        ("path:/PRICING", []),
        ("path:/blog/*", [7, 6]),
        ('path:"/blog/*"', [7, 6]),
        (r"path:/blog/\*", []),
        ("path:*", [7, 6, 5, 4, 3, 2, 1, 11, 10, 9]),
        ("country:ro|DE", [4, 3, 2, 1, 11, 10, 9]),
        ("!country:ro", [7, 6, 5, 4, 9]),
        ("country:unknown", [7, 6, 5]),
        ('country:""', [7, 6, 5]),
        ("country:r*", [3, 2, 1, 11, 10]),
        ("browser:safari os:IOS device:Mobile", [7, 6, 5]),
        ("event_type:custom", [3, 11]),
        ("event_type:p* country:DE", [4, 9]),
        ("custom_event_name:signup", [3, 11]),
        ("signup", [3, 11]),
        ("SIGN*UP country:RO", [3, 11]),
        ("search:shop.example", [6]),
        ("café_100%", [7]),
        ("c_f", []),
        ("news.example", [5]),
        ("referrer:google.com", [3, 2, 1]),
        ("referrer:direct", [7, 4, 11, 10, 9]),
        ("!referrer:google.com|direct", [6, 5]),
        ("referrer:https://www.google.com/", [3, 2, 1]),
        ("referrer:https://news.example/*|google.com", [6, 5, 3, 2, 1]),
        ("!referrer:https://news.example/*", [7, 4, 3, 2, 1, 11, 10, 9]),
        ("channel:search event_type:custom", [3]),
        ("channel:direct", [7, 4, 11, 10, 9]),
        ("entry_page:/ exit_page:/pricing", [3, 2, 1]),
        ("!exit_page:/*", []),
        ('utm_source:""', [7, 4, 11, 10, 9]),
        ("prop.plan:pro", [7]),
        ("prop.cart.items:3", [7]),
        ("prop.trial:true", [7]),
        ("!prop.plan:pro path:/blog/*", [6]),
        ("prop.plan:*", [7]),
        ("visitor_id:0000000000000002", [4, 9]),
        ("session_id:0000000000000003", [6, 5]),
        ("country:ro !path:/", [3, 2, 11, 10]),
    ],
)
def test_events_that_a_filter_lists(client: Client, text: str, listed: list[int]) -> None:
    assert numbers(client, text) == listed
    assert client.get(f"{URL}/count", filter=text, range="all").json() == {"count": len(listed)}


def test_bots_are_left_out_unless_asked_for(client: Client) -> None:
    assert 8 not in numbers(client, "")
    assert numbers(client, "country:us", bots="1") == [8]


VALUES = ("", "/", "/pricing", "unknown", "direct", "google.com", "https://*", "\\", "'", "\x00", "*\\", "%", "�", "RO")
KEYS = ("path", "country", "referrer", "channel", "utm_source", "entry_page", "search", "prop.plan", "visitor_id")


def test_a_filter_and_its_negation_partition_the_rows(store: Store) -> None:
    populate(store, EVENTS)
    base = Query(project=1, table=Table.EVENTS, period=Period(at("2026-06-01"), at(WEB_NOW)), bots=True)
    everything = run.count(store, base)
    for key, value in itertools.product(KEYS, VALUES):
        (term,) = filter.parse(written(Term(key, (filter.Pattern(tuple(value.split("*"))),))))
        found = [run.count(store, replace(base, filters=(replace(term, negated=side),))) for side in (False, True)]
        assert sum(found) == everything, (key, value, found)


def test_paging_neither_skips_nor_repeats(store: Store) -> None:
    same = [{"at": "2026-06-11T09:00:00Z", "visitor": n} for n in range(5)]
    populate(store, [*same, *({"at": f"2026-06-11T08:0{n}:00Z", "visitor": n} for n in range(5))])
    client = reading_client(store, at(WEB_NOW), router)
    first = [5, 4, 3, 2, 1, 10, 9, 8, 7, 6]
    url, found = f"{URL}?limit=3", []
    for late in itertools.count(100):
        page = client.get(url).json()
        found += [parse(item["id"]) for item in page["items"]]
        if page["next_cursor"] is None:
            break
        populate(store, [{"at": "2026-06-11T09:30:00Z", "visitor": 1, "id_lo": late}])  # newer than every page
        url = f"{URL}?limit=3&cursor={page['next_cursor']}"
    assert found == first
    assert client.get(f"{URL}/count").json() == {"count": 13}


def test_a_page_keeps_the_period_of_the_first(client: Client, shared_store: Store) -> None:
    page = client.get(f"{URL}?range=24h&limit=5").json()
    later = reading_client(shared_store, at("2026-06-11T11:00:00Z"), router)
    rest = later.get(f"{URL}?limit=5&cursor={page['next_cursor']}").json()
    assert [parse(item["id"]) for item in rest["items"]] == [2]  # 10:10 is now more than 24 hours ago


def test_a_session_counts_as_its_current_row_says(store: Store) -> None:
    early = {**EVENT, "id_lo": 1, "visitor": 1, "session": 1, "timestamp": at("2026-06-11T09:00:00Z"), "source": "old"}
    late = early | {"id_lo": 2, "timestamp": at("2026-06-11T09:05:00Z")}
    first = early | {"id_lo": 3, "timestamp": at("2026-06-11T08:50:00Z"), "source": "new", "path": "/landing"}
    insert(store, "events", [early, late, first])
    insert(store, "sessions", session_rows([early, late], version=1))
    insert(store, "sessions", session_rows([early, late], sign=-1, version=1))
    insert(store, "sessions", session_rows([early, late, first], version=2))
    client = reading_client(store, at(WEB_NOW), router)
    assert client.get(f"{URL}/top-referrers").json()["items"] == [{"referrer": "new", "count": 1, "visitors": 1}]
    assert client.get(f"{URL}/kpis").json()["current"]["avgDurationSec"] == 900.0
    assert client.get(f"{URL}/count?filter=referrer:old").json() == {"count": 0}
    assert client.get(f"{URL}/kpis?filter=referrer:old").json()["current"]["visitors"] == 0
    assert client.get(f"{URL}/count?filter=!referrer:old").json() == {"count": 3}
    assert client.get(f"{URL}/count?filter=entry_page:/landing").json() == {"count": 3}


def test_a_session_counts_only_where_one_of_its_events_lies_in_the_range(store: Store) -> None:
    rows = [{"at": f"2026-06-11T0{hour}:00:00Z", "visitor": 1, "session_id": "s"} for hour in (5, 9)]
    populate(store, rows)
    client = reading_client(store, at(WEB_NOW), router)
    between = client.get(f"{URL}/kpis?from=2026-06-11T06:00:00Z&to=2026-06-11T08:00:00Z").json()
    assert between["current"]["sessions"] == 0
    assert client.get(f"{URL}/top-referrers?from=2026-06-11T06:00:00Z&to=2026-06-11T08:00:00Z").json() == {"items": []}
    part = client.get(f"{URL}/kpis?from=2026-06-11T08:00:00Z&to=2026-06-11T09:30:00Z").json()["current"]
    assert (part["sessions"], part["bounceRate"], part["avgDurationSec"]) == (1, 0.0, 14_400.0)


def test_the_first_referrer_may_lie_before_the_range(store: Store) -> None:
    start = {"at": "2026-06-11T08:50:00Z", "visitor": 1, "source": "a.example", "referrer": "https://a.example/x"}
    populate(store, [start, {"at": "2026-06-11T09:10:00Z", "visitor": 1, "referrer": "https://a.example/y"}])
    client = reading_client(store, at(WEB_NOW), router)
    assert client.get(f"{URL}/count?range=1h&filter=referrer:https://a.example/x").json() == {"count": 1}
    assert client.get(f"{URL}/count?range=1h&filter=referrer:https://a.example/y").json() == {"count": 0}


def test_names_that_the_client_gives_are_shown(store: Store) -> None:
    populate(store, [{"at": "2026-06-11T09:00:00Z", "visitor": 5, "visitor_id": "anna", "session_id": "s-1"}])
    client = reading_client(store, at(WEB_NOW), router)
    (item,) = client.get(f"{URL}?filter=visitor_id:anna session_id:s-1").json()["items"]
    assert (item["visitor_id"], item["session_id"]) == ("anna", "s-1")


@pytest.mark.parametrize(
    ("query", "file"),
    [
        ("range=all", "name,count,visitors,prev_count,delta_pct,revenue_EUR\r\nsignup,2,2,,,99.00\r\n"),
        ("range=all&order=visitors&search=nothing", "name,count,visitors\r\n"),
    ],
)
def test_custom_events_are_a_file_like_the_top_lists(client: Client, query: str, file: str) -> None:
    answer = client.get(f"{URL}/custom-events?{query}&figures=1&totals=1&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == file


@pytest.mark.parametrize("path", ["top-pages", "top-countries", "custom-events", "top-referrers"])
def test_totals_that_take_too_much_memory_beside_their_list_are_read_by_themselves(
    store: Store, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    populate(store, EVENTS)
    client = reading_client(store, at(WEB_NOW), router)
    asked = f"{URL}/{path}?totals=1&filter=!device:tablet"
    together, refused = client.get(asked).json(), []

    def with_little_memory(reader: Reader, query: AnyPlan) -> list[Row]:
        if isinstance(query, TotalledLabels | TotalledWhole) or (isinstance(query, DetailedLabels) and query.totals):
            refused.append(query)
            raise QueryMemoryError("query_limit", "the query exceeds its limit of memory")
        return rows.read(reader, query)

    monkeypatch.setattr(rankings, "read", with_little_memory)
    assert client.get(asked).json() == together
    assert len(refused) == 1
    assert together["base"]["count"] > 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SHOP.ex", 2),
        ("ricin", 1),
        ("plan=p", 1),
        ("oduct", 1),
        ("products?x", 1),
        ("example/pr", 2),
        ("ricing?plan", 1),
        ("example/a", 1),
        ("other.exampl", 1),
        ("shop*products", 1),
        ("example*plan", 1),
        ("examplepricing", 0),
        ("a-text-of-more-than-sixteen-letters", 0),
        ("page-of-more-than-sixteen-letters", 1),
        ("signup", 1),
    ],
)
def test_a_text_is_found_wherever_it_lies_in_a_url(store: Store, text: str, found: int) -> None:
    """Also over the end of a path that the sender gave, and that ends within a word of the URL."""
    split = [
        ("https://shop.example", "/pricing", "?plan=pro"),
        ("https://shop.example", "/prod", "ucts?x=1"),
        ("", "/a", "https://other.example/a"),
        ("https://x.example", "/page-of-more", "-than-sixteen-letters"),
    ]
    event = {"at": "2026-06-11T09:00:00Z", "visitor": 1}
    rows = [{**event, "url_base": base, "path": path, "url": rest} for base, path, rest in split]
    named = [{**event, "event_type": "custom", "name": "signup"}, {**event, "name": "signup"}]
    populate(store, [*rows, *({**row, "url_base": ""} for row in named)])
    client = reading_client(store, at(WEB_NOW), router)
    term = Term("search", (filter.Pattern(tuple(text.split("*"))),))
    assert client.get(f"{URL}/count?filter={quote(written(term))}").json() == {"count": found}


@pytest.mark.parametrize("text", ["\\", "\\'", "' OR 1=1 --", "\x00", "a\nb\t", "{p0:String}", "%s", "🦊", "�"])
def test_hostile_values_match_only_themselves(store: Store, text: str) -> None:
    populate(store, [{"at": "2026-06-11T09:00:00Z", "visitor": n, "path": path} for n, path in enumerate((text, "/"))])
    client = reading_client(store, at(WEB_NOW), router)
    for key in ("path", "search", "entry_page"):
        term = Term(key, (filter.Pattern((text,)),))
        answer = client.get(f"{URL}/count?filter={quote(written(term))}")
        assert answer.json() == {"count": 1}, (key, answer.text)


def test_the_document_explains_every_operation(client: Client) -> None:
    for path, operations in client.app.openapi()["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
            for kind, answer in operation["responses"]["200"]["content"].items():
                assert answer["schema"], path
                assert "example" in answer or kind == "application/vnd.apache.parquet", path
            assert {"400", "401", "403", "404", "500", "503"} <= set(operation["responses"]), path
            unexplained = [p["name"] for p in operation["parameters"] if not p.get("description")]
            assert not unexplained, path


def test_sessions_of_the_helper(store: Store) -> None:
    """The helper's own sessions: a gap of exactly 30 minutes does not end one."""
    rows = [{**EVENT, "id_lo": n, "visitor": 1, "timestamp": n * 1_800_000} for n in range(3)]
    rows.append({**EVENT, "id_lo": 3, "visitor": 1, "timestamp": 5_400_001})
    name_sessions(rows)
    assert [row["session"] == rows[0]["session"] for row in rows] == [True, True, True, False]


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("range=today", "2026-06-10T21:00:00.000Z", "2026-06-11T10:00:00.000Z"),
        ("range=last-month", "2026-04-30T21:00:00.000Z", "2026-05-31T21:00:00.000Z"),
        ("from=2026-06-10&to=2026-06-11", "2026-06-09T21:00:00.000Z", "2026-06-10T21:00:00.000Z"),
        ("from=2026-06-10T00:00&to=2026-06-11", "2026-06-10T00:00:00.000Z", "2026-06-10T21:00:00.000Z"),
        ("range=today&timezone=UTC", "2026-06-11T00:00:00.000Z", "2026-06-11T10:00:00.000Z"),
        ("range=today&timezone=Asia/Kolkata", "2026-06-10T18:30:00.000Z", "2026-06-11T10:00:00.000Z"),
    ],
)
def test_days_are_those_of_the_project_s_zone(shared_store: Store, query: str, start: str, end: str) -> None:
    client = reading_client(shared_store, at("2026-06-11T10:00:00Z"), router, timezone="Europe/Bucharest")
    found = client.get(f"{URL}/kpis?{query}").json()["range"]
    assert (found["from"], found["to"]) == (start, end)


def test_buckets_follow_a_zone_only_where_it_is_given(shared_store: Store) -> None:
    client = reading_client(shared_store, at("2026-06-11T10:00:00Z"), router, timezone="Europe/Bucharest")
    for zone, first in (("", "2026-05-31T00:00:00.000Z"), ("&timezone=Europe/Bucharest", "2026-05-31T21:00:00.000Z")):
        items = client.get(f"{URL}/timeseries?range=month{zone}").json()["items"]
        assert items[0]["bucket"] == first


@pytest.mark.parametrize("path", ["/count", "/top-pages", "/export", "/visitor/nobody/sessions", "/engagement"])
def test_every_endpoint_with_a_range_takes_a_zone(client: Client, path: str) -> None:
    assert client.get(f"{URL}{path}?range=yesterday&timezone=Europe/Bucharest").status_code == 200
    assert client.get(f"{URL}{path}?range=yesterday&timezone=Nowhere/Land").status_code == 400
