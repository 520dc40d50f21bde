"""`/export`: the rows of the listing as files, whatever their number, and nothing in them that a spreadsheet runs."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from decimal import Decimal

import polars as pl
import pytest
from tests.support.asgi import reading_client
from tests.support.populate import at, populate

from footfall.api.web.encoders import ENCODERS
from footfall.api.web.export import Download
from footfall.api.web.routes import router
from footfall.catalog.tables import Table
from footfall.errors import UserError
from footfall.model.period import Period
from footfall.query import export
from footfall.query.ast import Query
from footfall.store.protocol import Store

NOW = "2026-06-11T10:00:00Z"
URL = "/api/web-events/shop"
EVENTS = [
    {
        "at": "2026-06-11T09:00:00Z",
        "visitor": 1,
        "session": 1,
        "path": "/pricing",
        "url": "https://shop.example/pricing?a=1",
        "hostname": "shop.example",
        "title": '=HYPERLINK("http://evil.example")',
        "referrer": "https://news.example/",
        "utm_source": "mail",
        "country": "RO",
        "browser": "Firefox",
        "os": "Linux",
        "device": "desktop",
        "properties": '{"plan":"pro","n":1.5}',
    },
    {"at": "2026-06-11T09:30:00Z", "visitor": 2, "session": 2, "event_type": "custom", "name": '@"sum", 1\r\nx'},
    {"at": "2026-06-11T09:20:00Z", "visitor": 9, "session": 9, "traffic": "bot"},
]


def test_csv(store: Store) -> None:
    populate(store, EVENTS)
    answer = reading_client(store, at(NOW), router).get(f"{URL}/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="shop-1781085600000-1781172000000.csv"'
    assert answer.text.splitlines()[0] == (
        "id,timestamp,event_type,custom_event_name,category,priority,path,url,hostname,title,referrer,utm_source,utm_medium,"
        "utm_campaign,utm_content,utm_term,visitor_id,session_id,country_code,region,city,latitude,longitude,browser_family,"
        "browser_version,os_family,os_version,device_type,language,timezone,screen,traffic,revenue,currency,properties"
    )
    custom, pageview = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert custom["custom_event_name"] == '\'@"sum", 1\r\nx'
    assert (custom["timestamp"], custom["country_code"], custom["properties"]) == ("2026-06-11T09:30:00.000Z", "", "{}")
    assert pageview["title"] == '\'=HYPERLINK("http://evil.example")'
    assert (pageview["url"], pageview["referrer"]) == ("https://shop.example/pricing?a=1", "https://news.example/")
    assert (pageview["visitor_id"], pageview["session_id"]) == ("0000000000000001", "0000000000000001")
    assert (pageview["latitude"], pageview["revenue"], pageview["utm_source"]) == ("", "", "mail")
    assert json.loads(pageview["properties"]) == {"plan": "pro", "n": 1.5}


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_no_cell_begins_like_a_formula(store: Store, start: str) -> None:
    populate(store, [{"at": "2026-06-11T09:00:00Z", "visitor": 1, "path": start, "title": start, "browser": start}])
    answer = reading_client(store, at(NOW), router).get(f"{URL}/export?format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert (row["path"], row["title"], row["browser_family"]) == ("'" + start,) * 3


def test_ndjson(store: Store) -> None:
    populate(store, EVENTS)
    answer = reading_client(store, at(NOW), router).get(f"{URL}/export?format=ndjson&bots=1&filter=!browser:firefox")
    assert answer.headers["content-type"] == "application/x-ndjson"
    custom, bot = [json.loads(line) for line in answer.text.splitlines()]
    assert custom["custom_event_name"] == '@"sum", 1\r\nx'  # only spreadsheets run formulas
    assert (bot["traffic"], bot["title"], bot["latitude"], bot["properties"]) == ("bot", None, None, {})


def test_parquet(store: Store) -> None:
    populate(store, [EVENTS[0] | {"revenue": Decimal("-49.1250"), "currency": "EUR"}, *EVENTS[1:]])
    answer = reading_client(store, at(NOW), router).get(f"{URL}/export?format=parquet")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    rows = pl.read_parquet(io.BytesIO(answer.content))
    assert rows["timestamp"].dtype == pl.Datetime("ms", "UTC")
    assert rows["latitude"].dtype == pl.Float64
    assert rows["path"].to_list() == ["/", "/pricing"]
    assert rows["revenue"].dtype == pl.Decimal(18, 4)
    assert set(rows["revenue"]) == {None, Decimal("-49.125")}
    assert rows["title"].to_list() == [None, '=HYPERLINK("http://evil.example")']


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize("count", [0, 6, 7, 13])
def test_files_of_many_pages(store: Store, monkeypatch: pytest.MonkeyPatch, kind: str, count: int) -> None:
    """Rows of one instant lie on both sides of a page's edge."""
    monkeypatch.setattr(export, "ROWS", 3)
    populate(store, [{"at": at(NOW) - 1 - number // 4, "visitor": number % 5 + 1} for number in range(count)])
    client = reading_client(store, at(NOW), router)
    content = client.get(f"{URL}/export?format={kind}").content
    wanted = [item["id"] for item in client.get(f"{URL}?limit=1000").json()["items"]]
    assert len(wanted) == count
    if kind == "parquet":
        assert pl.read_parquet(io.BytesIO(content))["id"].to_list() == wanted
    elif kind == "csv":
        assert [row["id"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))] == wanted
    else:
        assert [json.loads(line)["id"] for line in content.decode().splitlines()] == wanted


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
def test_what_a_page_adds_comes_out_before_the_end(kind: str) -> None:
    """A file is not gathered in memory: of many pages of texts that can't be packed, most is out before the last."""
    encoder = ENCODERS[kind]()
    sizes = []
    for _ in range(16):  # the writer of Parquet has threads of its own, which may lag some pages behind
        texts = [secrets.token_hex(16) for _ in range(10_000)]
        rows = pl.DataFrame({"timestamp": 0, "title": texts, "revenue": None, "properties": "{}"}).cast(
            {"timestamp": pl.Datetime("ms", "UTC"), "revenue": pl.String}
        )
        sizes.append(len(encoder.page(rows)))
    last = len(encoder.end())
    encoder.close()
    assert sum(sizes) > last


def test_pages_are_bounded_by_what_they_weigh(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "WEIGHT", 50)
    populate(
        store, [{"at": at(NOW) - n - 1, "visitor": 1, "url": "x" * size} for n, size in enumerate((20, 20, 20, 99, 1))]
    )
    base = Query(project=1, table=Table.EVENTS, period=Period(0, at(NOW)))
    lengths, after = [], None
    while not lengths or after:
        page = export.page(store, base, after)
        lengths.append(len(page.rows))
        after = page.next
    assert lengths == [2, 1, 1, 1]


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
def test_a_file_that_can_t_be_finished_breaks_off(store: Store, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(export, "ROWS", 3)
    populate(store, [{"at": at(NOW) - number - 1, "visitor": 1} for number in range(7)])
    read = export.page
    pages = iter((read, read))

    def failing(*args: object, **named: object) -> object:
        page = next(pages, None)
        if page is None:
            raise UserError("query_limit", "over")
        return page(*args, **named)

    monkeypatch.setattr(export, "page", failing)
    with pytest.raises(RuntimeError, match="response already started"):
        reading_client(store, at(NOW), router, raising=True).get(f"{URL}/export?format={kind}")


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("format=xlsx", 400, "format: Input should be 'csv', 'ndjson' or 'parquet' (got 'xlsx')"),
        ("filter=nope:1", 400, "filter: unknown key 'nope'"),
        ("from=2026-06-12&to=2026-06-11", 400, "from: 2026-06-12T00:00:00.000Z is not before to"),
    ],
)
def test_a_bad_question_is_refused_before_the_file_begins(store: Store, query: str, status: int, message: str) -> None:
    answer = reading_client(store, at(NOW), router).get(f"{URL}/export?{query}")
    assert answer.status_code == status
    assert answer.json()["error"]["message"].startswith(message)


def test_the_whole_history_can_be_exported(store: Store) -> None:
    populate(store, EVENTS)
    answer = reading_client(store, at(NOW), router).get(f"{URL}/export?range=all&format=ndjson")
    assert len(answer.text.splitlines()) == 2


def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its file holds is released, in whichever way it ends."""
    monkeypatch.setattr("footfall.api.web.export.STALLED_SECONDS", 0.05)
    ended: list[str] = []

    async def pages() -> AsyncIterator[bytes]:
        yield b"page"

    async def waits() -> dict[str, str]:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def leaves() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def stalls(_: object) -> None:
        await asyncio.Event().wait()

    async def call(receive: Callable[[], Awaitable[dict[str, str]]]) -> None:
        held = AsyncExitStack()
        held.callback(ended.append, receive.__name__)
        await Download(pages(), "text/csv", {}, held)({"type": "http"}, receive, stalls)

    with pytest.raises(TimeoutError):
        asyncio.run(call(waits))
    asyncio.run(call(leaves))
    assert ended == ["waits", "leaves"]
