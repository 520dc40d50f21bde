"""The first hour of an integrator: tokens, bulk bodies, what is told of mistakes, exports, projects over HTTP."""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from tests.support.server import running, until
from tests.walks.reader import FIREFOX, Reader, text

README, AUTH, EVENTS, WEB, PROJECTS = (
    "README.md",
    "docs/api/auth.md",
    "docs/api/events.md",
    "docs/api/web.md",
    "docs/api/projects.md",
)
BULK = "/api/collect/bulk"
PAGE = "https://shop.example/pricing?utm_source=news"

pytestmark = pytest.mark.slow


def rows() -> list[dict]:
    """A page view, and what was bought half a minute later."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    view = {"url": PAGE, "visitor_id": "ada", "referrer": "https://www.google.com/", "timestamp": at.isoformat()}
    sale = {
        "type": "custom",
        "name": "sale",
        "url": PAGE,
        "visitor_id": "ada",
        "timestamp": (at + timedelta(seconds=30)).isoformat(),
        "revenue": {"amount": 49.9, "currency": "EUR"},
        "event_id": "01JZ8Q4M8W3XK5T7V9B1C2D3E5",
    }
    return [view, sale]


class Integrator(Reader):
    """A reader with tokens of several scopes."""

    def makes_token(self, *scopes: str, project: str = "shop") -> str:
        words = "".join(f" --scope {scope}" for scope in scopes)
        named = f" --project {project}" if project else ""
        return self.runs(f"footfall token create{named}{words}").stdout.split()[0]

    def asks(self, method: str, path: str, token: str = "", headers: dict[str, str] | None = None, **what):
        bearer = {"Authorization": f"Bearer {token or self.token}"}
        return self.server.http.request(method, path, headers=bearer | (headers or {}), **what)


@pytest.fixture(scope="module")
def integrator(tmp_path_factory):
    origins = re.search(r"`FOOTFALL_CORS_ORIGINS=(\S+)`", text(AUTH))[1]
    path = tmp_path_factory.mktemp("integrator") / "data"
    with running(path, cors_origins=origins, flush_interval="0.2") as server:
        reader = Integrator(server)
        assert reader.types(AUTH, "footfall project create shop").returncode == 0
        reader.token = reader.types(AUTH, "footfall token create --project shop").stdout.split()[0]
        yield reader


@pytest.fixture(scope="module")
def sold(integrator):
    """A page view and a sale, as lines of NDJSON; the sale is sent twice."""
    view, sale = rows()
    lines = "\n".join(json.dumps(row) for row in [view, sale, sale])
    answer = integrator.asks("POST", BULK, content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 202
    assert answer.json()["rejected"] == []
    until(lambda: integrator.get("/api/web-events/shop/count", range="24h", filter="path:/pricing")["count"] >= 2)
    until(integrator.server.queryable)
    return integrator


def test_a_token_does_what_its_scopes_and_projects_say(integrator):
    reads, writes = integrator.makes_token("read"), integrator.makes_token("ingest")
    body = {"events": [{"path": "/"}]}
    assert integrator.asks("POST", BULK, reads, json=body).status_code == 403
    assert integrator.asks("GET", "/api/web-events/shop/kpis", writes).status_code == 403
    assert integrator.asks("GET", "/api/web-events/default/kpis", reads).status_code == 404
    assert integrator.asks("GET", f"/api/web-events/shop/kpis?token={reads}", "ff_pat_no").status_code == 401
    listed = integrator.types(AUTH, "footfall token list --project shop").stdout
    assert reads not in listed
    assert reads[-4:] in listed


def test_an_event_is_stored_once(integrator):
    first, second = (integrator.answer(EVENTS, "curl -X POST") for _ in range(2))
    assert first == second
    assert first["success"]


def test_a_row_that_is_sent_twice_counts_once(sold):
    events = sold.get("/api/web-events/shop/custom-events", range="24h", filter="custom_event_name:sale")["items"]
    assert [(event["name"], event["count"], event["revenue"]) for event in events] == [("sale", 1, {"EUR": "49.90"})]


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("top-pages", "path", "/pricing"),
        ("top-referrers", "referrer", "google.com"),
        ("top-utm-sources", "utm_source", "news"),
        ("top-channels", "channel", "search"),
    ],
)
def test_revenue_shows_by_page_and_by_source(sold, name, column, value):
    items = {item[column]: item for item in sold.get(f"/api/web-events/shop/{name}", range="24h")["items"]}
    assert items[value]["revenue"] == {"EUR": "49.90"}


def test_exports_hold_the_revenue_as_a_number(sold):
    query = {"range": "24h", "filter": "custom_event_name:sale"}
    sheet = sold.asks("GET", "/api/web-events/shop/export", params=query).text
    (row,) = csv.DictReader(io.StringIO(sheet))
    assert (row["path"], float(row["revenue"]), row["currency"]) == ("/pricing", 49.9, "EUR")
    packed = sold.asks("GET", "/api/web-events/shop/export", params=query | {"format": "parquet"}).content
    frame = pl.read_parquet(io.BytesIO(packed))
    assert frame.schema["revenue"].is_numeric()
    assert float(frame["revenue"].sum()) == 49.9


def test_a_filter_with_quotes_is_sent_as_the_page_says(sold):
    answer = sold.answer(WEB, "curl -G", {"spring sale": "news", "utm_campaign": "utm_source"})
    assert answer["current"]["pageviews"] == 1


def test_misspelt_fields_are_told_and_strict_refuses_them(integrator):
    body = {"events": [{"path": "/typo", "visitorId": "ada", "timestmp": 1, "props": {"a": 1}}]}
    answer = integrator.asks("POST", BULK, json=body).json()
    assert answer["accepted"] == 1
    assert sorted(answer["ignored"]) == ["props", "timestmp", "visitorId"]
    assert "visitorId: did you mean visitor_id?" in answer["hints"]
    refused = integrator.asks("POST", f"{BULK}?strict=1", json=body)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "unknown_field"
    metrics = integrator.server.http.get("/metrics").text
    assert re.search(r'^footfall_ignored_fields_total\{name="visitorId"\} [1-9]', metrics, re.MULTILINE)
    dropped = integrator.get("/api/web-events/shop/dropped", range="24h")
    assert "visitorId" in json.dumps(dropped["ignored"])


def test_a_page_view_without_an_address_is_told(integrator):
    event = {"event_name": "view", "category": "page_view", "url": "https://shop.example/"}
    answer = integrator.asks("POST", "/api/v1/analytics", json=event).json()
    assert answer["ignored"] == ["url"]
    assert "page_url" in " ".join(answer["hints"])


def test_misspelt_parameters_are_told_and_strict_refuses_them(integrator):
    path = "/api/web-events/shop/kpis"
    told = integrator.asks("GET", path, params={"Range": "7d", "from": "yesterday"})
    assert told.status_code == 200
    assert [name.strip() for name in told.headers["X-Footfall-Ignored"].split(",")] == ["Range", "from"]
    refused = integrator.asks("GET", path, params={"Range": "7d", "strict": "1"})
    assert refused.status_code == 400
    assert "Range" in refused.json()["error"]["message"]


def test_a_raw_quote_in_a_url_is_answered_400_as_the_page_says(integrator):
    assert 'A URL with a raw `"`, `<` or space in it is not HTTP' in text("docs/api/README.md")
    connection = http.client.HTTPConnection("127.0.0.1", integrator.server.port, timeout=30)
    connection.request("GET", '/api/web-events/shop/kpis?filter=utm_source:"news"')
    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://app.example", "https://app.example"), ("https://other.example", None)]
)
def test_a_page_of_a_listed_origin_may_read(integrator, origin, allowed):
    answer = integrator.asks("GET", "/api/web-events/shop/kpis", headers={"Origin": origin})
    assert answer.headers.get("Access-Control-Allow-Origin") == allowed
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_openapi_names_each_schema_once(integrator):
    document = integrator.server.http.get("/openapi.json").json()
    titles = [schema.get("title", name) for name, schema in document["components"]["schemas"].items()]
    assert len(titles) == len(set(titles))
    calls = [call for path in document["paths"].values() for call in path.values() if "operationId" in call]
    assert len({call["operationId"] for call in calls}) == len(calls)
    listed = set(re.findall(r"^\| `(?:GET|POST)` \| `(\S+)` \|", text("docs/api/README.md"), re.MULTILINE))
    assert listed <= set(document["paths"])


@pytest.fixture(scope="module")
def administrator(integrator):
    """A token for the whole installation, made as the page says."""
    return integrator.types(PROJECTS, "footfall token create --scope admin").stdout.split()[0]


def test_a_project_lives_over_http(integrator, administrator):
    def asks(method, path="", **what):
        return integrator.asks(method, f"/api/projects{path}", administrator, **what)

    made = asks("POST", json={"slug": "blog", "domains": ["blog.example"], "timezone": "Asia/Tokyo"})
    assert made.status_code == 201
    assert asks("POST", json={"slug": "copy", "domains": ["blog.example"]}).status_code == 409
    assert asks("PATCH", "/blog", json={"slug": "store", "name": "The store"}).json()["id"] == made.json()["id"]
    assert asks("PUT", "/store/domains/store.example").json()["domains"] == ["blog.example", "store.example"]
    assert asks("DELETE", "/store/domains/blog.example").json()["domains"] == ["store.example"]
    rotated = asks("POST", "/store/rotate-key", json={"overlap_hours": 1}).json()
    keys = [rotated["site_key"], made.json()["site_key"]]
    assert [old["site_key"] for old in rotated["old_site_keys"]] == keys[1:]
    assert [report(integrator, key) for key in keys] == [202, 202]
    assert "store" in [project["slug"] for project in asks("GET").json()["projects"]]
    assert asks("DELETE", "/store").status_code == 204
    assert asks("GET", "/store").status_code == 404
    assert [report(integrator, key) for key in keys] == [400, 400]
    until(lambda: "project erased" in integrator.server.log.read_text())
    audited = re.findall(r'"by": ?"token [^"]+"', integrator.server.log.read_text())
    assert len(audited) >= 6


def report(integrator, key: str) -> int:
    """The status of a page view under the site key."""
    sent = {"k": key, "u": "https://store.example/"}
    return integrator.server.http.post("/api/collect", json=sent, headers={"User-Agent": FIREFOX}).status_code


def test_today_begins_at_midnight_in_the_projects_zone(integrator, administrator):
    zone = ZoneInfo("Asia/Tokyo")
    project = {"slug": "tokyo", "timezone": zone.key}
    assert integrator.asks("POST", "/api/projects", administrator, json=project).status_code == 201
    found = integrator.asks("GET", "/api/web-events/tokyo/kpis", administrator, params={"range": "today"}).json()
    start = datetime.fromisoformat(found["range"]["from"]).astimezone(zone)
    assert (start.hour, start.minute) == (0, 0)
