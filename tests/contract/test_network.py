"""The network surface beyond the figures of tests/golden: its errors, its cache, and hourly roll-ups."""

from __future__ import annotations

import itertools
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from tests.golden.dataset import NETWORK_NOW, NETWORK_REQUESTS
from tests.support.asgi import Client, reading_client
from tests.support.populate import Row, at, populate

from footfall.api.network.routes import router
from footfall.clock import DAY, HOUR, MINUTE
from footfall.model.period import Bucket, Period
from footfall.query import network
from footfall.rollups import hourly
from footfall.rollups.hourly import HourlyRollups
from footfall.store.protocol import Store

URL = "/v2/apps/shop/network/analytics"
NOW = at("2026-06-11T10:00:00Z")
HOUR_BEFORE = NOW - 2 * HOUR
DAILY = (Period(NOW - DAY, NOW), Bucket.QUARTER_HOUR)
WEEKLY = (Period(NOW - 7 * DAY, NOW), Bucket.HOUR)


@pytest.fixture(scope="module")
def client(shared_store: Store) -> Client:
    populate(shared_store, requests=NETWORK_REQUESTS)
    return reading_client(shared_store, at(NETWORK_NOW), router)


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        (f"{URL}?range=monthly", 400, "bad_parameter"),
        (f"{URL}?bots=some", 400, "bad_parameter"),
        (f"{URL}?from=2025-05-01", 400, "bad_parameter"),
        (f"{URL}?to=2025-05-01", 400, "bad_parameter"),
        (f"{URL}?from=soon&to=2025-05-01", 400, "bad_parameter"),
        (f"{URL}?from=2025-05-01&to=2025-05-01", 400, "bad_parameter"),
        (f"{URL}?from=2025-03-01&to=2025-05-02T00:00:00.001Z", 400, "bad_parameter"),
        ("/v2/apps/nobody/network/analytics", 404, "not_found"),
    ],
)
def test_errors_have_the_surfaces_shape(client: Client, url: str, status: int, code: str) -> None:
    answer = client.get(url)
    assert (answer.status_code, answer.json()["status"]) == (status, "error")
    assert answer.json()["error"]["code"] == code


def test_who_may_read(client: Client) -> None:
    refused = client.get(URL, token=None)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["status"] == "error"


def test_answers_are_cached_per_range_and_an_empty_range_is_the_default(client: Client) -> None:
    seen = [client.get(f"{URL}?range={name}") for name in ("daily", "", "weekly", "weekly")]
    assert [answer.headers["x-cache"] for answer in seen] == ["MISS", "HIT", "MISS", "HIT"]
    assert seen[0].content == seen[1].content
    assert {(answer.headers["age"], answer.headers["cache-control"]) for answer in seen} == {
        ("0", "private, max-age=10")
    }


def test_a_pair_of_instants_has_a_window_of_its_own(client: Client) -> None:
    whole, other = "from=2025-05-24&to=2025-05-31T18:46:01Z", "from=2025-05-25&to=2025-06-01T00:00:00Z"
    seen = [client.get(f"{URL}?range=weekly&{pair}") for pair in (whole, whole, other)]
    assert [answer.headers["x-cache"] for answer in seen] == ["MISS", "HIT", "MISS"]
    dates = [[point["date"] for point in answer.json()["response"]["visits"]] for answer in seen]
    assert dates[0] == dates[1] == [f"2025-05-{day}T00:00:00Z" for day in (24, 30, 31)]
    assert dates[2] == ["2025-05-30T18:00:00Z", "2025-05-30T19:00:00Z", "2025-05-31T18:00:00Z", "2025-05-31T19:00:00Z"]


def test_62_days_are_allowed(client: Client) -> None:
    answer = client.get(f"{URL}?from=2025-04-01&to=2025-06-02").json()["response"]
    assert sum(point["requests"] for point in answer["visits"]) == 8


def test_bots_can_be_left_out(client: Client) -> None:
    kept = client.get(f"{URL}?bots=0").json()["response"]
    assert [(point["visits"], point["requests"], point["bytes"]) for point in kept["visits"]] == [
        (1, 1, 500),
        (1, 3, 9_000),
    ]
    assert {point["type"] for point in kept["methods"]} == {"GET"}


def test_nothing_yet(store: Store) -> None:
    answer = reading_client(store, NOW, router).get(URL).json()
    assert answer["status"] == "success"
    assert set(map(len, answer["response"].values())) == {0}
    assert len(answer["response"]) == 10


def test_the_hundred_labels_with_most_requests_each_with_all_its_buckets(store: Store) -> None:
    """/000 has one request in each of two buckets; /001 to /100 tie with one, so that the last of them has to go."""
    rows = [{"at": NOW - HOUR, "visitor": n, "session": n, "endpoint": f"/{n:03}"} for n in range(101)]
    rows.append({"at": NOW - 3 * HOUR, "visitor": 500, "session": 500, "endpoint": "/000"})
    populate(store, requests=rows)
    paths = reading_client(store, NOW, router).get(URL).json()["response"]["paths"]
    assert [(point["date"], point["type"]) for point in paths] == [
        ("2026-06-11T07:00:00Z", "/000"),
        *(("2026-06-11T09:00:00Z", f"/{n:03}") for n in range(100)),
    ]


def test_sums_beyond_what_a_float_holds_are_exact(store: Store) -> None:
    most = (1 << 50) - 1
    rows = [{"at": NOW - HOUR, "visitor": n, "session": n, "bytes": most} for n in range(9)]
    populate(store, requests=rows)
    (point,) = reading_client(store, NOW, router).get(URL).json()["response"]["visits"]
    assert point["bytes"] == 9 * most > 1 << 53


# Hourly roll-ups.


def requests(count: int, first: int, batch: int = 1, **columns: Any) -> list[Row]:
    """One request a second, every third of another visitor, each visitor's in one session."""
    return [
        {
            "at": first + n * 1000,
            "visitor": n % 3,
            "session": n % 3,
            "endpoint": f"/{n % 7}",
            "country": ("RO", "DE", "")[n % 3],
            "bytes": n,
            "batch": batch,
            "id_lo": n,
            **columns,
        }
        for n in range(count)
    ]


def figures(store: Store, *, range_: tuple[Period, Bucket] = WEEKLY) -> pl.DataFrame:
    return network.analytics(store, 1, *range_)


def valid(store: Store) -> tuple[int, ...]:
    base = replace(network.hour_of(1, 0), period=WEEKLY[0])
    return network.valid_hours(store, base).hours


def roll_up(store: Store, now: int = NOW) -> list[tuple[int, int]]:
    """Rolls up every hour that needs it, as (project, hour)."""
    rollups = HourlyRollups(store, lambda: now, quiesced)
    found = rollups.missing()
    assert all(rollups.roll_up(hour) for hour in found)
    return [(hour.project, hour.hour) for hour in found]


def quiesced() -> AbstractContextManager[bool]:
    """No batch is partly written."""
    return nullcontext(enter_result=True)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hourly, "MIN_REQUESTS", 10)


@pytest.mark.usefixtures("small")
def test_rolled_up_hours_give_the_figures_of_their_requests(store: Store) -> None:
    populate(store, requests=[*requests(40, HOUR_BEFORE + MINUTE), *requests(40, HOUR_BEFORE - 5 * HOUR)])
    before = [figures(store, range_=range_) for range_ in (WEEKLY, DAILY)]
    assert roll_up(store) == [(1, HOUR_BEFORE), (1, HOUR_BEFORE - 5 * HOUR)]
    assert valid(store) == (HOUR_BEFORE - 5 * HOUR, HOUR_BEFORE)
    for range_, want in zip((WEEKLY, DAILY), before, strict=True):
        assert figures(store, range_=range_).equals(want)
    assert roll_up(store) == [], "once is enough"


@pytest.mark.usefixtures("small")
def test_roll_ups_are_read(store: Store) -> None:
    populate(store, requests=requests(40, HOUR_BEFORE))
    roll_up(store)
    store.command("ALTER TABLE breakdowns UPDATE requests = 77 WHERE dimension = 'country' SETTINGS mutations_sync = 1")
    assert figures(store).filter(pl.col("dimension") == "country")["hits"].to_list() == [77, 77, 77]


@pytest.mark.usefixtures("small")
def test_a_late_request_invalidates_a_roll_up_which_is_then_renewed(store: Store) -> None:
    """The request falls between two sessions of a visitor, which become one."""
    rows = requests(40, HOUR_BEFORE)
    rows += [{**row, "at": row["at"] + 40 * MINUTE, "session": row["session"] + 10} for row in rows]
    populate(store, requests=rows)
    roll_up(store)
    late = {"at": HOUR_BEFORE + 20 * MINUTE, "visitor": 0, "session": 0, "endpoint": "/0", "batch": 2, "bytes": 5}
    populate(store, requests=[late])
    store.command("ALTER TABLE requests UPDATE session = 0 WHERE session = 10 SETTINGS mutations_sync = 1")
    assert valid(store) == ()
    total = {"dimension": "", "label": "", "bucket": HOUR_BEFORE, "hits": 81, "sessions": 5}
    for _ in range(2):
        (found,) = figures(store).filter(pl.col("dimension") == "").drop("bytes").to_dicts()
        assert found == total
        roll_up(store)
    assert valid(store) == (HOUR_BEFORE,)


@pytest.mark.usefixtures("small")
def test_the_edges_of_a_range_are_counted_to_the_millisecond(store: Store) -> None:
    now = NOW + 17 * MINUTE
    start = now - 7 * DAY
    populate(store, requests=requests(3_600, Bucket.HOUR.floor(start)))
    roll_up(store)
    period = Period(start, now)
    (found,) = network.analytics(store, 1, period, Bucket.HOUR).filter(pl.col("dimension") == "").to_dicts()
    assert found["hits"] == 3_600 - 17 * 60


@pytest.mark.usefixtures("small")
def test_hours_are_rolled_up_when_they_are_past_settled_and_busy(store: Store) -> None:
    newest = (NOW - MINUTE) * 1000
    populate(
        store,
        requests=[
            *requests(40, NOW - HOUR),  # past for less than ten minutes
            *requests(9, NOW - 2 * HOUR),  # too few to be worth a roll-up
            *requests(40, NOW - 3 * HOUR, batch=newest),  # a batch of the last minute may be partly written
            *requests(40, NOW - 4 * HOUR, batch=newest - 1),
            *requests(40, NOW - 9 * DAY),
            *requests(40, NOW - 5 * HOUR, project_id=2),
        ],
    )
    assert roll_up(store) == [(1, NOW - 4 * HOUR), (2, NOW - 5 * HOUR)]


@pytest.mark.usefixtures("small")
def test_an_hour_with_too_many_labels_is_skipped_until_it_changes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hourly, "MAX_LABELS", 7)  # seven paths and one referrer
    populate(store, requests=requests(40, HOUR_BEFORE))
    rollups = HourlyRollups(store, lambda: NOW, quiesced)
    (hour,) = rollups.missing()
    assert not rollups.roll_up(hour)
    assert (valid(store), rollups.missing()) == ((), [])
    monkeypatch.setattr(hourly, "MAX_LABELS", 8)
    populate(store, requests=requests(1, HOUR_BEFORE + MINUTE, batch=2))
    (hour,) = rollups.missing()
    assert rollups.roll_up(hour)
    assert valid(store) == (HOUR_BEFORE,)


@pytest.mark.usefixtures("small")
def test_nothing_is_rolled_up_while_a_batch_is_partly_written(store: Store) -> None:
    populate(store, requests=requests(40, HOUR_BEFORE))
    rollups = HourlyRollups(store, lambda: NOW, lambda: nullcontext(enter_result=False))
    (hour,) = rollups.missing()
    assert not rollups.roll_up(hour)
    assert rollups.missing() == [hour], "it is still due"


@pytest.mark.usefixtures("small")
def test_an_hour_that_changed_since_it_was_found_is_found_again(store: Store) -> None:
    populate(store, requests=requests(40, HOUR_BEFORE))
    rollups = HourlyRollups(store, lambda: NOW, quiesced)
    (hour,) = rollups.missing()
    populate(store, requests=requests(1, HOUR_BEFORE + MINUTE, batch=2))
    assert not rollups.roll_up(hour)
    (again,) = rollups.missing()
    assert (again.hits, again.last_batch) == (41, 2)
    assert rollups.roll_up(again)


@pytest.mark.usefixtures("small")
def test_roll_ups_look_once_a_minute_write_one_by_one_and_expire(store: Store) -> None:
    rows = [requests(40, NOW - hours * HOUR) for hours in (3, 4, 5)]
    populate(store, requests=itertools.chain(*rows))
    now = [0.0]
    rollups = HourlyRollups(store, lambda: NOW, quiesced, tick=lambda: now[0])
    seen = []
    for _ in range(7):
        rollups()
        seen.append(len(valid(store)))
        now[0] += 5
    assert seen == [0, 0, 1, 2, 3, 3, 3], "nothing at the start, a look after five seconds, then one hour per call"
    populate(store, requests=requests(40, NOW - 6 * HOUR))
    while now[0] < 65:
        rollups()
        assert len(valid(store)) == 3
        now[0] += 5
    rollups()
    rollups()
    assert len(valid(store)) == 4
    later = HourlyRollups(store, lambda: NOW + 10 * DAY, quiesced, tick=lambda: now[0])
    now[0] += 5
    later()
    store.command("OPTIMIZE TABLE breakdowns FINAL")
    assert store.query("SELECT count() FROM breakdowns").scalar == 0
