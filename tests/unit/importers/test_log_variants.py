"""What servers, proxies and clients make of a line: each variant is a kind, and the format takes it by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from import_support import Importer
from log_support import OPTIONS, at, combined, parsed, read

from footfall.importers.fields import Lines
from footfall.importers.formats import recognise
from footfall.importers.formats.operator import format_of

OFTEN = {"timestamp": at(2024, 10, 10, 13, 55, 36), "ip_address": "192.0.2.1", "status": 200}
BEHIND = "2001:db8::1:4711"  # an IPv6 address and a port, without brackets


def of(line: str) -> dict[str, Any]:
    """The one row of a file of one line, whose format is recognised."""
    found = recognise([line], OPTIONS)
    assert found is not None, line
    result = read(found.begin(), line)
    assert result.rejects == []
    [row] = result.frame.to_dicts()
    return row


COMMON = combined(rest="200 5")
HAPROXY = (
    "192.0.2.1:4711 [10/Oct/2024:13:55:36.000] front~ back/web1 0/0/1/12/13 200 5 - - ---- 1/1/0/0/0 0/0 "
    '"GET / HTTP/1.1"'
)
ALB = (
    "https 2024-10-10T13:55:36.000000Z app/lb/50dc 192.0.2.1:4711 10.0.0.1:80 0.1 0.2 0.3 200 200 34 5 "
    '"GET https://shop.example:443/ HTTP/2.0" "agent" - -'
)
ISTIO = (
    '[2024-10-10T13:55:36.000Z] "GET / HTTP/1.1" 200 - {} 0 5 12 10 "192.0.2.1" "agent" "id" "shop.example" '
    '"10.0.0.1:80" inbound|80|| 10.0.0.6:471 10.0.0.1:80 192.0.2.1:0 -{}'
)
S3 = (
    '79a5 bucket [10/Oct/2024:13:55:36 +0000] 192.0.2.1 - 3E57 REST.GET.OBJECT a "GET / HTTP/1.1" 200 - 5 5 70 10 {} - '
    "id= SigV4 TLS Auth bucket.s3.example TLSv1.2"
)
SQUID = "1728568536.000    120 192.0.2.1 TCP_MISS/200 5 {} HIER_DIRECT/198.51.100.1 text/html"
BUNNY = "HIT|200|1728568536000|5|390|192.0.2.1|-|{}|FRA|{}|322b68|DE"
IIS = "192.0.2.1, -, 10/10/2024, 13:55:36, W3SVC1, WEB1, 10.0.0.1, 120, 300, 5, 200, 0, GET, {}, x=1,"
NPM = (
    '[10/Oct/2024:13:55:36 +0000] - {} 200 - GET https shop.example "/" [Client 192.0.2.1] [Length 5] [Gzip -] '
    '[Sent-to 10.0.0.1] "agent" "-"'
)

LINES = [
    (combined(rest='200 5 "-" "agent" rt=0.1 uct="0.0" uht="-" urt="0.1, 0.2"'), {"user_agent": "agent"}),
    (combined(rest='200 5 "-" "agent" {"x": "y z"}'), {"user_agent": "agent"}),
    (combined("GET /a http/1.1"), {"endpoint": "/a", "protocol": "http/1.1"}),
    (combined("GET  /a  HTTP/1.1 "), {"endpoint": "/a", "protocol": "HTTP/1.1"}),
    (combined(who='"192.0.2.1, 10.0.0.1" - -'), {}),
    (combined(who='"-" - -'), {"ip_address": ""}),
    (combined(who='192.0.2.1 "-" "-"'), {"user_id": ""}),
    (combined(who=r"192.0.2.1 - ann\"x"), {"user_id": 'ann"x'}),
    (combined(who="_ 192.0.2.1 - -"), {"host": ""}),
    (combined().replace(" +0000]", "]"), {}),
    (combined().replace(" +0000]", ".000 +0000]"), {}),
    (combined().replace(" +0000]", " GMT]"), {}),
    (combined().replace("10/Oct/2024:13:55:36 +0000", "2024-10-10T15:55:36+02:00"), {}),
    (COMMON + " 0.012", {"bytes": 5, "user_agent": ""}),
    (COMMON + " TCP_TUNNEL:HIER_DIRECT", {}),
    (f"shop.example:443 {COMMON} 12 -", {"host": "shop.example"}),
    ('192.0.2.1 "-" "-" Thu, 10 Oct 2024 13:55:36 GMT GET /a b 200', {"endpoint": "/a b", "provider": "Fastly"}),
    (HAPROXY, {}),
    (HAPROXY.replace("192.0.2.1:4711", BEHIND), {"ip_address": "2001:db8::1"}),
    (HAPROXY.replace("192.0.2.1", "::ffff:192.0.2.1"), {}),
    (HAPROXY.replace("192.0.2.1:4711", "unix:1"), {"ip_address": ""}),
    (ALB, {"duration_us": 600_000}),
    (ALB.replace("192.0.2.1:4711", BEHIND), {"ip_address": "2001:db8::1"}),
    (ALB.removeprefix("https ").replace("192.0.2.1:4711", BEHIND), {"ip_address": "2001:db8::1"}),
    *((ISTIO.format(why, end), {"user_agent": "agent"}) for why, end in [
        ('via_upstream - "-"', " default"), ('"-"', " default"), ('"-" "-"', ""),
        ('via_upstream - "-"', " default x")]),
    (ISTIO.format('"-"', "").replace(" 200 ", " 0 "), {"status": 0}),
    *((S3.format(said), {"user_agent": agent}) for said, agent in [
        ('"-" "agent"', "agent"), ('- "agent"', "agent"), ('"-" -', ""), ("- -", "")]),
    (S3.format('"-" "agent"').partition(" SigV4")[0], {"user_agent": "agent", "host": ""}),
    (SQUID.format("GET http://shop.example/a b -"), {"endpoint": "/a b", "user_id": ""}),
    (SQUID.format("GET http://shop.example/a ann"), {"endpoint": "/a", "user_id": "ann"}),
    (BUNNY.format("https://shop.example/a", "x|y"), {"endpoint": "/a", "user_agent": "x|y"}),
    (BUNNY.format("https://shop.example/a|b", "x"), {"endpoint": "/a|b", "user_agent": "x"}),
    (IIS.format("/a,b"), {"endpoint": "/a,b"}),
    (NPM.format("502, 200"), {"user_agent": "agent"}),
    (f'2024-10-10T13:55:36Z INFO:     {BEHIND} - "GET / HTTP/1.1" 200 OK', {"ip_address": "2001:db8::1"}),
    ('2024-10-10 13:55:36,000 - uvicorn.access - INFO - 192.0.2.1:4711 - "GET / HTTP/1.1" 200', {}),
    ("[2024-10-10 13:55:36 +0000] [7] [INFO] " + combined(), {}),
    ("INFO:gunicorn.access:" + combined(), {}),
    ("2024-10-10 13:55:36.123 " + combined(), {}),
    ("Oct 10 13:55:36 node k3s[1]: web-1  | 2024-10-10T13:55:36Z " + combined(), {}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), LINES, ids=[line for line, _ in LINES])
def test_a_line(line: str, expected: dict[str, object]) -> None:
    row = of(line)
    assert {name: row[name] for name in OFTEN | expected} == OFTEN | expected


NGINX = {"time": "2024-10-10T13:55:36Z", "request": "GET / HTTP/1.1", "status": 200}
CADDY = {"ts": 1728568536, "status": 200, "request": {"method": "GET", "uri": "/", "remote_ip": "192.0.2.1"}}
ENVOY = {"start_time": "2024-10-10T13:55:36.000Z", "response_code": 200}
RECORDS: list[tuple[dict[str, Any], dict[str, object]]] = [
    *((NGINX | {name: "192.0.2.1"}, {}) for name in ("clientIp", "ClientIP", "client-ip", "remoteAddr", "RemoteIP")),
    (NGINX | {"source": {"ip": "192.0.2.1"}}, {}),
    (NGINX | {"clientIp": "192.0.2.1", "User-Agent": "agent"}, {"user_agent": "agent"}),
    (NGINX | {"ip": "192.0.2.1", "request_time": 0.012, "duration_ms": 12}, {"duration_us": 12_000}),
    (CADDY | {"duration": 0.000045}, {"duration_us": 45}),
    (CADDY | {"duration": "1m2.5s"}, {"duration_us": 62_500_000}),
    (CADDY | {"duration": "450µs"}, {"duration_us": 450}),
    (CADDY | {"request": {"method": "GET", "uri": "/", "remote_ip": "10.0.0.1",
                          "headers": {"X-Forwarded-For": ["192.0.2.1, 10.0.0.9"]}}}, {}),
    (ENVOY | {":method": "GET", "x-envoy-origin-path": "/a?b", ":authority": "shop.example", "user-agent": "agent",
              "x-forwarded-for": "192.0.2.1", "downstream_remote_address": "10.0.0.9:4711"},
     {"endpoint": "/a", "host": "shop.example", "user_agent": "agent"}),
    ({"timestamp(ms)": "1728568536000", "c-ip": "192.0.2.1", "cs-method": "GET", "cs-uri-stem": "/",
      "sc-status": "200"},
     {"provider": "Amazon CloudFront"}),
]  # fmt: skip


@pytest.mark.parametrize(("record", "expected"), RECORDS, ids=[str(record) for record, _ in RECORDS])
def test_a_record(record: dict[str, Any], expected: dict[str, object]) -> None:
    row = of(json.dumps(record))
    assert {name: row[name] for name in OFTEN | expected} == OFTEN | expected


TORN = [
    combined(rest='200 5 "-" "Mozi' + combined()),
    combined(rest='200 5 "https://a.exam' + combined()),
    combined("GET /a HTT" + combined()),
]


@pytest.mark.parametrize("line", TORN)
def test_a_line_that_another_follows_is_refused(line: str) -> None:
    """A writer that died leaves half a line without its end."""
    assert parsed("combined", line).rejects == [(0, "two lines in one: the first is torn")]


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("squid", SQUID.format("GET error:invalid-request -"), "target: not a valid value"),
        ("combined", combined(who="192.0.2.1 - 12ms"), "user: not a valid value"),
        ("common", combined(rest='200 5 "-" "-"'), "columns at the end: not what format common has there"),
        ("uvicorn", '192.0.2.1:4711 - "GET / HTTP/1.1" 200', "time: none, or one that can't be read"),
    ],
)
def test_a_line_is_refused(name: str, line: str, reason: str) -> None:
    assert parsed(name, line).rejects == [(0, reason)]


def test_colours_are_no_part_of_a_line(importer: Importer, write: Callable[..., Path]) -> None:
    uvicorn = '\x1b[32mINFO\x1b[0m:     192.0.2.1:4711 - "\x1b[1mGET /b HTTP/1.1\x1b[0m" \x1b[32m200 OK\x1b[0m'
    lines = [f"\x1b[36mweb_1  |\x1b[0m {combined('GET /a HTTP/1.1')}", json.dumps(
        {"log": uvicorn, "time": "2024-10-10T13:55:36Z"})]  # fmt: skip
    for number, line in enumerate(lines):
        assert importer(write(line, name=f"{number}.log")).accepted == 1
    assert importer.stored()["endpoint"].to_list() == ["/a", "/b"]


OPERATORS = [
    (r"nginx:$remote_addr\t$time_iso8601\t$request\t$status",
     "192.0.2.1\t2024-10-10T13:55:36Z\tGET / HTTP/1.1\t200", {}),
    ("nginx:log_format main '$remote_addr [$time_local] '\n  '\"$request\" $status';",
     '192.0.2.1 [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1" 200', {}),
    ('nginx:$remote_addr [$time_local] $upstream_response_time "$request" $status',
     '192.0.2.1 [10/Oct/2024:13:55:36 +0000] 0.1, 0.2 : 0.3 "GET / HTTP/1.1" 200', {}),
    ('nginx:$http_cf_connecting_ip [$time_local] "$request_method $uri$is_args$args" $status',
     '192.0.2.1 [10/Oct/2024:13:55:36 +0000] "GET /a?b=c" 200', {"endpoint": "/a"}),
    ('nginx:$remote_addr [$time_local] "$request_method $scheme://$host$request_uri" $status',
     '192.0.2.1 [10/Oct/2024:13:55:36 +0000] "GET https://shop.example/a?b=c" 200',
     {"endpoint": "/a", "host": "shop.example"}),
    (r'apache:LogFormat "%h %t \"%m %U%q %H\" %>s" mine',
     '192.0.2.1 [10/Oct/2024:13:55:36 +0000] "GET /a?b HTTP/1.1" 200',
     {"endpoint": "/a"}),
    ('apache:%h %t "%r" %>s %T/%D', '192.0.2.1 [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1" 200 1/1012345',
     {"duration_us": 1_012_345}),
    ('goaccess:~h{, "} [%d:%t %^] "%r" %s',
     '"192.0.2.1, 10.0.0.1" [10/Oct/2024:15:55:36 +0200] "GET / HTTP/1.1" 200', {}),
    ('goaccess:%h [%d:%t %^] "%r" %s', '192.0.2.1 [10/Oct/2024:13:55:36 x] "GET / HTTP/1.1" 200', {}),
]  # fmt: skip


@pytest.mark.parametrize(("fmt", "line", "expected"), OPERATORS, ids=[fmt for fmt, _, _ in OPERATORS])
def test_a_format_as_it_stands_in_a_configuration(fmt: str, line: str, expected: dict[str, object]) -> None:
    result = format_of(fmt).begin().parse(Lines(pl.Series("line", [line])), OPTIONS)
    assert result.rejects == []
    [row] = result.frame.to_dicts()
    assert {name: row[name] for name in OFTEN | expected} == OFTEN | expected


@pytest.mark.parametrize(
    ("address", "path", "kept"),
    [
        ("192.0.2.1", "/x192.0.2.1/a", "/x/a"),
        ("192.0.2.1", "/192.0.2.10", "/192.0.2.10"),
        ("2001:db8::1", "/2001:DB8:0:0::1/a", "//a"),
        ("2001:db8::1", "/2001%3Adb8%3a%3A1/a", "//a"),
        ("2001:db8::1", "/2001:db8::11", "/2001:db8::11"),
    ],
)
def test_however_a_text_spells_the_address(
    importer: Importer, write: Callable[..., Path], address: str, path: str, kept: str
) -> None:
    line = combined(f"GET {path} HTTP/1.1", who=f"{address} - -")
    importer.changed(store_ip="none")(write(line))
    assert importer.stored()["endpoint"].to_list() == [kept]
