"""The network surface beyond the figures of tests/golden: its errors, its cache, and cells."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.golden.dataset import NETWORK_NOW, NETWORK_REQUESTS
from tests.support.asgi import Client, reading_client
from tests.support.populate import Row, at, populate

from footfall.api.network.routes import router
from footfall.catalog.rollups import NETWORK
from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, MINUTE
from footfall.drain.marks import Marks
from footfall.drain.plan import Touched
from footfall.model.period import Bucket, Period
from footfall.query import network
from footfall.query.cells import RolledUp
from footfall.query.rows import read
from footfall.rollups.roller import Roller
from footfall.store.protocol import Store

URL = "/v2/apps/shop/network/analytics"
NOW = at("2026-06-11T10:00:00Z")
HOUR_BEFORE = NOW - 2 * HOUR
DAILY = (Period(NOW - DAY, NOW), Bucket.QUARTER_HOUR)
WEEKLY = (Period(NOW - 7 * DAY, NOW), Bucket.HOUR)
TWO_MONTHS = (Period(NOW - 62 * DAY, NOW), Bucket.DAY)


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


def test_more_are_refused_with_what_was_sent(client: Client) -> None:
    answer = client.get(f"{URL}?from=2025-04-01&to=2025-06-03")
    assert answer.status_code == 400
    assert all(text in answer.text for text in ("2025-04-01", "2025-06-03", "62 days"))


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


# Cells of hours, of their quarters, and of days.


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


def make_cells(store: Store, now: int = NOW, least: int = 0) -> None:
    """Every cell that is wanted at a time."""
    atleast = dict.fromkeys(Bucket, least)
    roller = Roller(store, lambda: {1: "UTC"}, lambda: now, Marks(store).begin, least=atleast, source=Table.REQUESTS)
    while roller():
        pass


def made(store: Store, grain: Bucket) -> list[int]:
    """The starts of the cells of a grain."""
    rows = read(store, RolledUp(1, Table.REQUESTS.value, Period(0, NOW + 30 * DAY)))
    return sorted({row["start"] for row in rows if row["grain"] == grain and NETWORK in row["rollups"].split()})


def test_cells_give_the_figures_of_their_requests(store: Store) -> None:
    populate(store, requests=[*requests(40, HOUR_BEFORE + MINUTE), *requests(40, HOUR_BEFORE - 29 * HOUR)])
    before = [figures(store, range_=range_) for range_ in (WEEKLY, DAILY, TWO_MONTHS)]
    make_cells(store)
    assert made(store, Bucket.HOUR)[-1] == NOW - 2 * HOUR
    assert made(store, Bucket.QUARTER_HOUR)[-1] == NOW - 75 * MINUTE, "made some minutes after the end of their hour"
    for range_, want in zip((WEEKLY, DAILY, TWO_MONTHS), before, strict=True):
        assert figures(store, range_=range_).equals(want)


def test_without_bots_no_cell_is_read(store: Store) -> None:
    """Cells count all requests."""
    populate(store, requests=[*requests(40, HOUR_BEFORE), *requests(20, HOUR_BEFORE + MINUTE, 2, traffic="bot")])
    make_cells(store)
    found = [network.analytics(store, 1, *WEEKLY, bots=bots) for bots in (True, False)]
    assert [every.filter(pl.col("dimension") == "")["hits"].to_list() for every in found] == [[60], [40]]


@pytest.mark.parametrize(
    ("range_", "table"), [(WEEKLY, "recent_rollups"), (TWO_MONTHS, "rollups")], ids=["hours", "days"]
)
def test_cells_are_read(store: Store, range_: tuple[Period, Bucket], table: str) -> None:
    populate(store, requests=requests(40, HOUR_BEFORE - DAY))
    make_cells(store)
    store.command(f"ALTER TABLE {table} UPDATE hits = 77 WHERE rollup = 'network:country' SETTINGS mutations_sync = 1")
    found = figures(store, range_=range_).filter(pl.col("dimension") == "country")
    assert found["hits"].to_list() == [77, 77, 77]


def test_a_late_request_outdates_its_cells_which_are_then_made_again(store: Store) -> None:
    """The request falls between two sessions of a visitor, which become one."""
    rows = requests(40, HOUR_BEFORE)
    rows += [{**row, "at": row["at"] + 40 * MINUTE, "session": row["session"] + 10} for row in rows]
    populate(store, requests=rows)
    make_cells(store)
    Marks(store).write([Touched(Table.REQUESTS.value, 1, [HOUR_BEFORE])])
    late = {"at": HOUR_BEFORE + 20 * MINUTE, "visitor": 0, "session": 0, "endpoint": "/0", "batch": 2, "bytes": 5}
    populate(store, requests=[late])
    store.command("ALTER TABLE requests UPDATE session = 0 WHERE session = 10 SETTINGS mutations_sync = 1")
    total = {"dimension": "", "label": "", "bucket": HOUR_BEFORE, "hits": 81, "sessions": 5}
    for later in (0, 4 * 365 * DAY):  # stamps are the machine's time
        (found,) = figures(store).filter(pl.col("dimension") == "").drop("bytes").to_dicts()
        assert found == total
        make_cells(store, NOW + later)


def test_the_edges_of_a_range_are_counted_to_the_millisecond(store: Store) -> None:
    now = NOW + 17 * MINUTE
    start = now - 7 * DAY
    populate(store, requests=requests(3_600, Bucket.HOUR.floor(start)))
    make_cells(store)
    (found,) = network.analytics(store, 1, Period(start, now), Bucket.HOUR).filter(pl.col("dimension") == "").to_dicts()
    assert found["hits"] == 3_600 - 17 * 60


def test_hours_with_few_requests_have_no_cells(store: Store) -> None:
    populate(store, requests=requests(40, HOUR_BEFORE))
    make_cells(store, least=1_000)
    assert (made(store, Bucket.HOUR), figures(store)["hits"].max()) == ([], 40)


def test_cells_of_hours_expire(store: Store) -> None:
    populate(store, requests=requests(40, HOUR_BEFORE))
    make_cells(store)
    before = figures(store)
    make_cells(store, NOW + 10 * DAY)
    assert made(store, Bucket.HOUR) == []
    assert made(store, Bucket.DAY)[0] < NOW
    assert figures(store).equals(before)
