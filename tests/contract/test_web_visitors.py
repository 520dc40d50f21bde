"""Single visitors, journeys and time zones: edge cases beyond the golden answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest
from tests.contract.test_web import ENDPOINTS, LISTS, STEPS
from tests.golden.dataset import EVENTS, WEB_NOW
from tests.support.asgi import Client, reading_client
from tests.support.populate import Row, at, populate

from footfall.api.web.routes import router
from footfall.catalog import dimensions
from footfall.catalog.dimensions import DIMENSIONS, FILTER_KEYS, Dimension
from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query import build, filter, rankings, rows, visitors  # noqa: A004 - the module is named after what it parses
from footfall.query.ast import Query
from footfall.query.engagement import KEYS
from footfall.query.plan import AnyPlan, LookUp
from footfall.query.sql import Statement
from footfall.store.protocol import Store

URL = "/api/web-events/shop"
ANN = f"{URL}/visitor/ann"
NOON = "2026-06-11T12:00:00Z"


@pytest.fixture(scope="module")
def client(shared_store: Store) -> Client:
    populate(shared_store, EVENTS)
    return reading_client(shared_store, at(WEB_NOW), router)


def asking(store: Store, *events: Row) -> Client:
    populate(store, events)
    return reading_client(store, at(NOON), router)


def view(time: str, path: str = "/", **more: object) -> Row:
    return {"at": f"2026-06-11T{time}Z", "visitor_id": "ann", "path": path, **more}


def signup(time: str, **more: object) -> Row:
    return view(time, event_type="custom", name="signup", **more)


def alike() -> dict[str, list[str]]:
    """Filter keys by what has the property and in which tables it is: by that, queries are put together."""
    found: dict[str, list[str]] = {}
    for key in (*FILTER_KEYS, "prop.plan"):
        tables = DIMENSIONS[key].expressions if key in DIMENSIONS else {key: ""}
        found.setdefault(f"{dimensions.level_of(key)} of {' '.join(sorted(tables))}", []).append(key)
    return found


def filtering(*keys: str) -> str:
    """A filter that compares each of the keys with a value and with a pattern."""
    of_key = {key: DIMENSIONS[key].choices if key in DIMENSIONS else () for key in keys}
    values = {key: choices[0] if choices else "nobody-has-this" for key, choices in of_key.items()}
    return " ".join(f"{key}:{value} !{key}:{value}|*x" for key, value in values.items())


@pytest.mark.parametrize("keys", alike().values(), ids=alike())
def test_every_key_filters_every_endpoint(client: Client, keys: list[str]) -> None:
    """Keys that are alike at once: histories ask with each alone (`tests/property/test_web_figures.py`)."""
    for endpoint in ENDPOINTS:
        if endpoint != "/engagement":
            answer = client.get(f"{URL}{endpoint}?{STEPS}&filter={filtering(*keys)}")
            expected = {200, 404} if endpoint == "/visitor/v1" else {200}
            assert answer.status_code in expected, answer.text


@pytest.mark.parametrize("key", [*FILTER_KEYS, "prop.plan"])
def test_engagement_reports_refuse_properties_of_sessions_and_events(client: Client, key: str) -> None:
    answer = client.get(f"{URL}/engagement?filter={filtering(key)}")
    refused = key not in KEYS
    assert answer.status_code == (400 if refused else 200), answer.text
    assert not refused or f"{key!r} does not apply to engagement" in answer.text


@pytest.mark.parametrize("endpoint", LISTS)
def test_limits_over_the_cap_are_capped(
    client: Client, shared_store: Store, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    """The largest limit that reaches the store is the cap, plus one row for answers in pages."""
    cap = {"": 1_000, "/recent-events": 500, "/visitor/v1/sessions": 100}.get(endpoint, 300)
    bound: list[int] = []
    compiled = rows.compile_query

    def watch(query: AnyPlan | LookUp) -> Statement:
        statement = compiled(query)
        bound.extend(value for value in statement.params.values() if isinstance(value, int) and value < 2_000_000)
        return statement

    monkeypatch.setattr(rows, "compile_query", watch)
    assert client.get(f"{URL}{endpoint}?limit=1000000").status_code == 200
    assert max(bound) in {cap, cap + 1}


def test_a_visitors_profile_covers_matching_events(store: Store) -> None:
    client = asking(store, view("10:00:00"), view("11:00:00", "/b", country="RO"), view("11:30:00", traffic="bot"))
    assert client.get(ANN).json()["visitor"]["events"] == 2
    assert client.get(f"{ANN}?bots=1").json()["visitor"]["last_seen"] == "2026-06-11T11:30:00.000Z"
    assert client.get(f"{ANN}?filter=country:RO").json()["visitor"]["entry_page"] == "/b"
    assert client.get(f"{ANN}?range=1h").json()["visitor"]["first_seen"] == "2026-06-11T11:00:00.000Z"
    assert client.get(f"{ANN}?from=2026-06-10&to=2026-06-11").status_code == 404
    assert client.get(f"{ANN}?filter=country:DE").json() == {
        "error": {"code": "not_found", "message": "visitor_id: 'ann' has no events"}
    }


def test_a_visitor_without_a_pageview_has_no_pages(store: Store) -> None:
    client = asking(store, signup("10:00:00", path="/pricing"))
    visitor = client.get(ANN).json()["visitor"]
    assert (visitor["pageviews"], visitor["entry_page"], visitor["last_page"]) == (0, None, None)
    (session,) = client.get(f"{ANN}/sessions").json()["sessions"]
    assert (session["page_count"], session["entry_page"], session["exit_page"]) == (0, None, None)


def test_whole_sessions_are_shown(store: Store) -> None:
    client = asking(store, view("10:00:00", "/a"), view("10:20:00", "/b", country="RO"), signup("10:40:00"))
    (session,) = client.get(f"{ANN}/sessions?from=2026-06-11T10:10&to=2026-06-11T10:30&filter=country:RO").json()[
        "sessions"
    ]
    assert (session["start"], session["duration_ms"]) == ("2026-06-11T10:00:00.000Z", 40 * 60_000)
    assert (session["entry_page"], session["exit_page"], session["event_count"]) == ("/a", "/b", 3)
    assert [event["custom_event_name"] for event in session["events"]] == [None, None, "signup"]


def test_a_long_session_lists_its_first_events(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "MAX_EVENTS", 2)
    client = asking(store, *(view(f"10:0{minute}:00", f"/{minute}") for minute in range(4)))
    (session,) = client.get(f"{ANN}/sessions").json()["sessions"]
    assert ([event["path"] for event in session["events"]], session["event_count"]) == (["/0", "/1"], 4)


def test_pages_of_sessions_neither_skip_nor_repeat_while_a_late_event_moves_a_start(store: Store) -> None:
    """The first page's session now starts before all others; equal starts are ordered by session id, descending."""
    named = [view(f"0{hour}:00:00", session_id=f"s{hour}", batch=1) for hour in range(5)]
    client = asking(store, *named, view("00:00:00", session_id="t0", batch=1))
    seen, cursor = [], ""
    while cursor is not None:
        answer = client.get(f"{ANN}/sessions?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [session["session_id"] for session in answer["sessions"]]
        if len(seen) == 2:
            late = view("00:00:00", session_id="s4", batch=2, session=None)
            populate(
                store, [late | {"at": "2026-06-09T00:00:00Z", "id_lo": 99}, view("11:00:00", session_id="new", batch=2)]
            )
        cursor = answer["next_cursor"]
    assert seen == ["s4", "s3", "s2", "s1", "t0", "s0"]


def test_the_newest_session_is_first_with_any_filter(store: Store) -> None:
    """A late event that does not match has moved the start of the newest session."""
    ours = [view("10:00:00", session_id="a", country="RO"), view("09:00:00", session_id="b", country="RO")]
    client = asking(store, *ours, view("08:00:00", session_id="a", country="DE", batch=2))
    for narrowed in ("", "filter=country:RO", "from=2026-06-11T08:30&to=2026-06-11T11:00"):
        found = client.get(f"{ANN}/sessions?{narrowed}").json()["sessions"]
        assert [session["session_id"] for session in found] == ["b", "a"], narrowed


def test_entry_pages_may_be_unknown(store: Store) -> None:
    client = asking(store, view("10:00:00", ""), view("11:00:00", visitor_id="bob", event_type="custom", name="x"))
    assert client.get(f"{URL}/top-entry-pages").json()["items"] == [{"path": "", "count": 1, "visitors": 1}]


def test_flows_cover_whole_sessions(store: Store) -> None:
    client = asking(store, view("10:00:00", "/a"), view("10:10:00", "/b"), signup("10:20:00"), view("10:25:00", "/c"))
    for query, steps in (("depth=2", ["/a", "/b"]), ("from=2026-06-11T10:15&to=2026-06-11T10:21", ["/a", "/b", "/c"])):
        assert client.get(f"{URL}/top-flows?{query}").json()["items"] == [{"steps": steps, "count": 1, "visitors": 1}]
    assert client.get(f"{URL}/top-flows?filter=path:/d").json() == {"items": []}


FUNNELS = [
    ([view("10:00:00", "/a"), view("10:05:00", "/b"), signup("10:10:00")], "1h", [1, 1, 1]),
    ([view("10:00:00", "/b"), view("10:05:00", "/a"), signup("10:10:00")], "1h", [1, 0, 0]),
    ([view("10:00:00", "/a"), view("10:59:59", "/b"), signup("11:00:00")], "1h", [1, 1, 1]),
    ([view("10:00:00", "/a"), view("10:59:59", "/b"), signup("11:00:00.001")], "1h", [1, 1, 0]),
    # A later start saves the chain; an earlier start is kept until the later chain is longer.
    ([view("09:00:00", "/a"), view("10:30:00", "/a"), view("10:40:00", "/b"), signup("11:00:00")], "1h", [1, 1, 1]),
    ([view("10:00:00", "/a"), view("10:10:00", "/b"), view("10:20:00", "/a"), signup("10:50:00")], "1h", [1, 1, 1]),
    # At one instant the lower id comes first.
    ([view("10:00:00", "/a"), view("10:00:00", "/b"), signup("10:00:00")], "1m", [1, 1, 1]),
    ([view("10:00:00", "/b"), view("10:00:00", "/a"), signup("10:00:00")], "1m", [1, 0, 0]),
]


def test_funnels(store: Store) -> None:
    """Each case is of a visitor, pages and an event of its own."""

    def of_case(case: int, event: Row) -> Row:
        named = {"name": f"signup{case}"} if event.get("name") else {}
        return event | {"visitor_id": f"ann{case}", "path": f"/{case}{event['path']}", **named}

    client = asking(store, *(of_case(case, event) for case, (events, *_) in enumerate(FUNNELS) for event in events))
    found = []
    for case, (_, window, _) in enumerate(FUNNELS):
        paths = f"steps=path:/{case}/a event_type:pageview&steps=path:/{case}/b"
        answer = client.get(f"{URL}/funnel?{paths}&steps=custom_event_name:signup{case}&window={window}").json()
        found.append([step["visitors"] for step in answer["steps"]])
    assert found == [reached for *_, reached in FUNNELS]


def test_one_event_is_one_step(store: Store) -> None:
    client = asking(store, view("10:00:00", "/a"))
    answer = client.get(f"{URL}/funnel?steps=path:/*&steps=path:/a&window=1d").json()
    assert [step["visitors"] for step in answer["steps"]] == [1, 0]


def test_visitors_from_before_the_range_are_in_no_cohort(store: Store) -> None:
    client = asking(
        store,
        {"at": "2026-06-01T00:00:00Z", "visitor_id": "old"},
        {"at": "2026-06-09T00:00:00Z", "visitor_id": "old"},
        {"at": "2026-06-01T00:00:00Z", "visitor_id": "changed", "country": "DE"},
        {"at": "2026-06-08T23:59:59Z", "visitor_id": "changed", "country": "RO"},
        {"at": "2026-06-09T00:00:00Z", "visitor_id": "changed", "country": "RO"},
    )

    def cohorts(query: str) -> list[list[int]]:
        answer = client.get(f"{URL}/retention?from=2026-06-08&to=2026-06-10&{query}").json()
        return [item["returned"] for item in answer["items"]]

    assert cohorts("") == [[0, 0], [0]]
    assert cohorts("filter=country:RO") == [[1, 1], [0]]


COHORTS = {
    "UTC": {"23T00": [0, 0, 0, 0], "24T00": [1, 1, 0], "25T00": [0, 0], "26T00": [0]},
    "Europe/Berlin": {"23T22": [0, 0, 0], "24T22": [1, 0], "25T23": [0]},
}


def test_cohorts_go_by_the_clocks_of_a_zone(store: Store) -> None:
    """A day of 25 hours among them: half past one and half past eleven at night of the 25th of October in Berlin."""
    first, again = "2026-10-24T23:30:00Z", "2026-10-25T22:30:00Z"
    client = asking(store, *({"at": at, "visitor_id": "ann"} for at in (first, again)))
    for zone, found in COHORTS.items():
        params = f"from=2026-10-23T22:00Z&to=2026-10-26T22:59Z&period=day&timezone={zone}"
        answer = client.get(f"{URL}/retention?{params}").json()
        assert {item["cohort"]: item["returned"] for item in answer["items"]} == {
            f"2026-10-{hour}:00:00.000Z": counts for hour, counts in found.items()
        }, zone


@pytest.mark.parametrize("listing", ["", "/visitor/ann/sessions"])
def test_bounds_that_a_cursor_overrides_do_not_count_and_are_refused_where_asked(store: Store, listing: str) -> None:
    client = asking(store, *({"at": f"2026-06-0{day}T10:00:00Z", "visitor_id": "ann"} for day in (1, 2, 3)))
    first = f"{URL}{listing}?limit=1&from=2026-06-01&to=2026-06-04"
    cursor = client.get(first).json()["next_cursor"]
    same = client.get(f"{first}&cursor={cursor}&strict=1")
    assert same.status_code == 200
    other = f"{URL}{listing}?limit=1&from=2026-06-03&to=2026-06-04&cursor={cursor}"
    assert client.get(other).json() == same.json()
    refused = client.get(f"{other}&strict=1")
    assert (refused.status_code, refused.json()["error"]["message"][:5]) == (400, "from:")


def test_a_session_over_a_day_of_23_hours_returns_on_it(store: Store) -> None:
    """It lasts less than 24 hours, and touches three days."""
    times = "2026-03-28T22:50:00Z", "2026-03-29T10:00:00Z", "2026-03-29T22:10:00Z"
    client = asking(store, *({"at": at, "visitor_id": "ann", "session_id": "s"} for at in times))
    params = "from=2026-03-28T00:00%2B01:00&to=2026-03-31T00:00%2B02:00&period=day&timezone=Europe/Berlin"
    items = client.get(f"{URL}/retention?{params}").json()["items"]
    assert [item["returned"] for item in items] == [[1, 1, 1], [0, 0], [0]]


def test_time_zones_are_names_of_the_iana_database(client: Client) -> None:
    for path in ("/kpis", "/timeseries", "/custom-events"):
        for name in ("Europe/Nowhere", "europe/bucharest", "../etc/passwd", "localtime", "UTC+2", ""):
            answer = client.get(f"{URL}{path}", timezone=name)
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_parameter"), name
            assert answer.json()["error"]["message"].startswith(f"timezone: {name!r}")
        assert client.get(f"{URL}{path}?timezone=Etc/UTC").json() == client.get(f"{URL}{path}").json()


def test_a_dimension_is_one_row(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of the catalogue gives a filter key and a ranking: no other module needs its name."""
    row = Dimension("screen_text", {Table.EVENTS: "screen"}, empty="unknown", ignore_case=True)
    monkeypatch.setitem(dimensions.DIMENSIONS, row.name, row)
    monkeypatch.setattr(filter, "FILTER_KEYS", (*FILTER_KEYS, row.name))
    client = asking(store, view("10:00:00", screen="XL"), view("10:01:00"), view("10:02:00", "/b", screen="xs"))
    listed = client.get(f"{URL}?filter=screen_text:x*|nothing").json()["items"]
    assert [item["path"] for item in listed] == ["/b", "/"]
    base = Query(project=1, table=Table.EVENTS, period=Period(at("2026-06-11"), at(NOON)))
    ranked = rankings.top(store, replace(base, filters=filter.parse("!screen_text:xl")), build.TopList(row.name), 10)
    assert [(found.label, found.count.current) for found in ranked] == [("unknown", 1), ("xs", 1)]


SCREENS = {
    "unknown": ("", "0", "wide"),
    "mobile": ("575",),
    "tablet": ("576x1024", "991"),
    "laptop": ("992", "1439x900"),
    "desktop": ("1440", "999999"),
}


def test_screen_classes(store: Store) -> None:
    client = asking(store, *(view("10:00:00", screen=screen, path=f"/{screen}") for screen in chain(*SCREENS.values())))
    for name, screens in SCREENS.items():
        found = client.get(f"{URL}?filter=screen_class:{name}").json()["items"]
        assert {item["path"] for item in found} == {f"/{screen}" for screen in screens}, name
