from __future__ import annotations

import json
from typing import Any

import pytest
from log_support import ABSENT, AGENT, BASE, OPTIONS, at, combined, parsed, read, row

from footfall.importers.formats import Recognised, recognise
from footfall.importers.formats.operator import format_of

COMBINED = [
    (combined(), {}),
    (combined("POST /a/b%20c?q=1&r=2#top HTTP/2.0"),
     {"method": "POST", "endpoint": "/a/b%20c", "protocol": "HTTP/2.0"}),
    (combined("GET /old"), {"endpoint": "/old", "protocol": ""}),
    (combined("GET /two words HTTP/1.1"), {"endpoint": "/two words"}),
    (combined(r"GET /a\"b HTTP/1.1"), {"endpoint": '/a"b'}),
    (combined(r"GET /caf\xc3\xa9 HTTP/1.1"), {"endpoint": "/café"}),
    (combined("OPTIONS * HTTP/1.1"), {"method": "OPTIONS", "endpoint": "*"}),
    (combined("CONNECT example.org:443 HTTP/1.1"), {"method": "CONNECT", "endpoint": "example.org:443"}),
    (combined("GET http://Example.ORG:8080/p?q HTTP/1.1"), {"endpoint": "/p", "host": "example.org"}),
    (combined("GET https://u:pw@example.org HTTP/1.1"), {"endpoint": "/", "host": "example.org"}),
    (combined("GET /?u=http://other.example/ HTTP/1.1"), {"endpoint": "/"}),
    (combined(rest='304 - "https://a.example/x?y" "agent"'),
     {"status": 304, "bytes": 0, "referer": "https://a.example/x?y", "user_agent": "agent"}),
    (combined(rest=r'200 5 "-" "say \"hi\" \\ there"'), {"user_agent": r'say "hi" \ there'}),
    (combined(rest=r'200 5 "-" "nginx \x22quoted\x22"'), {"user_agent": 'nginx "quoted"'}),
    (combined(rest='200 5 "-" "bare " quote"'), {"user_agent": 'bare " quote'}),
    (combined(rest='200 5 "-" "cut off in the mid'), {"user_agent": "cut off in the mid"}),
    (combined(rest='200 5 "-" "agent" "203.0.113.9" rt=0.1'), {"user_agent": "agent"}),
    (combined(rest='000 0 "-" "-"'), {"status": 0, "bytes": 0}),
    (combined(who="2001:db8::17 - -"), {"ip_address": "2001:db8::17"}),
    (combined(who="192.0.2.1 - frank"), {"user_id": "frank"}),
    (combined(who="192.0.2.1 - Frank van Dam"), {"user_id": "Frank van Dam"}),
    (combined(who='192.0.2.1 - ""'), {"user_id": ""}),
    (combined().replace("13:55:36 +0000", "13:55:36 -0730"), {"timestamp": at(2024, 10, 10, 21, 25, 36)}),
    (combined().replace("13:55:36 +0000", "01:55:36 +0200"), {"timestamp": at(2024, 10, 9, 23, 55, 36)}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), COMBINED, ids=[line for line, _ in COMBINED])
def test_combined(line: str, expected: dict[str, object]) -> None:
    assert row("combined", line) == BASE | expected


REFUSED = [
    ("", "empty line"),
    ("nonsense", "address: not what format combined has there"),
    (combined(who="client.example - -"), "address: not a valid value"),
    (combined(who="192.0.2.300 - -"), "address: not a valid value"),
    (combined(who="192.0.2.1, unknown - -"), "address: not a valid value"),
    (combined(who="192.0.2.1 203.0.113.7 -"), "identity: not a valid value"),
    (combined(who="192.0.2.1 - 203.0.113.7"), "user: not a valid value"),
    (combined(who="192.0.2.1 - [203.0.113.7]:80"), "user: not what format combined has there"),
    (combined(who="192.0.2.1 - - 203.0.113.7, 10.0.0.1"), "user: not a valid value"),
    (combined(who="192.0.2.1 - 0.012"), "user: not a valid value"),
    (combined(who="192.0.2.1 - 0.012 -"), "user: not a valid value"),
    (combined(who="192.0.2.1 - -  -"), "user: not a valid value"),
    (combined("-"), "request: not what format combined has there"),
    (combined(r"\x16\x03\x01\x02"), "request: not what format combined has there"),
    (combined("/only/a/path"), "request: not what format combined has there"),
    (combined("GET"), "request: not what format combined has there"),
    (combined("GET HTTP/1.1"), "request: no target"),
    (combined("GET  HTTP/1.1"), "request: no target"),
    (combined("GET ?q=1 HTTP/1.1"), "request: no target"),
    (combined(rest='OK 5 "-" "-"'), "status: not what format combined has there"),
    (combined(rest='- 5 "-" "-"'), "status: none"),
    (combined(rest='200 x "-" "-"'), "bytes: not what format combined has there"),
    (combined(rest="200 5"), "bytes: not what format combined has there"),
    (combined(rest='200 99999999999999999999 "-" "-"'), "bytes: not a valid value"),
    (combined(rest='200 2000000000000000 "-" "-"'), "bytes: 2000000000000000 are more than 1125899906842624"),
    (combined().replace("/Oct/", "/Foo/"), "time: not a valid value"),
    (combined().replace("/2024:", "/1999:"), "time: 1999-10-10T13:55:36Z is before 2000-01-01T00:00:00Z"),
    (combined().replace("10/Oct/2024:13:55:36", "28/May/2026:20:31:41"),
     "time: 2026-05-28T20:31:41Z lies in the future"),
    (combined("GET /" + "a" * 65536 + " HTTP/1.1"), "longer than 65536 bytes"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"), REFUSED, ids=[f"{number}-{reason}" for number, (_, reason) in enumerate(REFUSED)]
)
def test_refused_lines_say_why(line: str, reason: str) -> None:
    found = parsed("combined", combined("GET /before HTTP/1.1"), line, combined("GET /after HTTP/1.1"))
    assert found.rejects == [(1, reason)]
    assert found.frame["line"].to_list() == [0, 2]
    assert found.frame["endpoint"].to_list() == ["/before", "/after"]


def test_the_last_believed_second() -> None:
    assert row("combined", combined().replace("10/Oct/2024:13:55:36", "28/May/2026:20:31:40"))


def test_strict_and_loose_lines_keep_their_order() -> None:
    lines = [combined(f"GET /{n}{' x' * (n % 2)} HTTP/1.1") for n in range(6)]
    assert parsed("combined", *lines).frame["endpoint"].to_list() == ["/0", "/1 x", "/2", "/3 x", "/4", "/5 x"]


def test_common() -> None:
    line = '192.0.2.1 - frank [10/Oct/2024:13:55:36 +0000] "GET /apache_pb.gif HTTP/1.0" 200 2326'
    expected = {"user_id": "frank", "endpoint": "/apache_pb.gif", "protocol": "HTTP/1.0", "bytes": 2326}
    assert row("common", line) == BASE | expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [("www.Example.org:443", "www.example.org"), ("[2001:db8::1]:80", "[2001:db8::1]"), ("192.0.2.9:80", "192.0.2.9")],
)
def test_vhost_combined(host: str, expected: str) -> None:
    assert row("vhost-combined", f"{host} {combined()}") == BASE | {"host": expected}


@pytest.mark.parametrize(
    "prefix", ["www.example.org:443 ", "www.example.org ", "10.0.0.1 ", "Nov 27 19:49:57 web1 nginx: "]
)
def test_combined_does_not_take_what_stands_before_for_the_client(prefix: str) -> None:
    assert parsed("combined", prefix + combined()).frame.is_empty()


NGINX = {
    "time_iso8601": "2024-10-10T15:55:36+02:00", "remote_addr": "192.0.2.1", "remote_user": "-",
    "request": "GET /a?b HTTP/1.1", "status": 200, "body_bytes_sent": 5, "request_time": 0.25,
    "http_referer": "https://a.example/", "http_user_agent": AGENT, "host": "example.org",
}  # fmt: skip
FROM_NGINX = BASE | {
    "endpoint": "/a", "duration_us": 250_000, "referer": "https://a.example/", "user_agent": AGENT,
    "host": "example.org",
}  # fmt: skip
MINIMAL = {"msec": 1728568536.5, "request_method": "PUT", "uri": "/x"}

JSON_LINES = [
    (NGINX, FROM_NGINX),
    (NGINX | {"status": "200", "body_bytes_sent": "5", "request_time": "0.250"}, FROM_NGINX),
    (NGINX | {"time_iso8601": None, "time_local": "10/Oct/2024:13:55:36 +0000"}, FROM_NGINX),
    (NGINX | {"time_iso8601": "2024-10-10T13:55:36Z"}, FROM_NGINX),
    (NGINX | {"time_iso8601": "", "msec": "1728568536.000"}, FROM_NGINX),
    (NGINX | {"remote_user": "frank", "unknown": {"a": [1]}}, FROM_NGINX | {"user_id": "frank"}),
    (NGINX | {"http_user_agent": 'a "b" é'}, FROM_NGINX | {"user_agent": 'a "b" é'}),
    (MINIMAL | {"status": 201},
     ABSENT | {"timestamp": 1728568536500, "method": "PUT", "endpoint": "/x", "status": 201, "ip_address": ""}),
    (MINIMAL | {"status": 201, "request_uri": "/raw?q", "server_name": "a.example", "bytes_sent": 9,
                "remote_addr": "::1", "server_protocol": "HTTP/3.0"},
     ABSENT | {"timestamp": 1728568536500, "method": "PUT", "endpoint": "/raw", "status": 201, "ip_address": "::1",
               "host": "a.example", "bytes": 9, "protocol": "HTTP/3.0"}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), JSON_LINES)
def test_json(line: dict[str, object], expected: dict[str, object]) -> None:
    assert row("json", json.dumps(line)) == expected


def test_json_with_the_escapes_of_nginx() -> None:
    line = json.dumps(NGINX | {"http_user_agent": "QQ"}).replace("QQ", r"say \x22hi\x22")
    assert row("json", line) == FROM_NGINX | {"user_agent": 'say "hi"'}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ("{}", "not a line of the access log"),
        ('{"msec": 1e300}', "time: not a valid value"),
        ('{"msec": 1728568536, "request": "-", "status": 400}', "request: no method"),
        ('{"msec": 1728568536, "request": "GET / HTTP/1.1", "status": 70000}', "status: not a valid value"),
        ('{"msec": 1728568536, "request": "GET / HTTP/1.1", "status": 1000}',
         "status: 1000 is not from 0 to 999"),
        ('{"msec": 1728568536, "request": "GET / HTTP/1.1", "status": [1, {}]}', "status: none"),
        ('{"msec": 1728568536, "request": "GET / HTTP/1.1", "status": 200, "remote_addr": "shop.example"}',
         "address: not a valid value"),
        ('{"msec": 1728568536, "request": "GET / HTTP/1.1", "status": 200, "remote_user": "192.0.2.1"}',
         "user: not a valid value"),
    ],
)  # fmt: skip
def test_json_refused(line: str, reason: str) -> None:
    assert parsed("json", line).rejects == [(0, reason)]


CADDY: dict[str, Any] = {
    "level": "info", "ts": 1728568536.125, "logger": "http.log.access.log0", "msg": "handled request",
    "request": {
        "remote_ip": "10.0.0.1", "client_ip": "192.0.2.1", "remote_port": "41342", "proto": "HTTP/2.0", "method": "GET",
        "host": "example.org:8443", "uri": "/a?b", "headers": {"User-Agent": [AGENT], "Referer": ["https://a.example/"]},
    },
    "user_id": "", "duration": 0.0009296, "size": 10900, "status": 200, "resp_headers": {"Server": ["Caddy"]},
}  # fmt: skip
FROM_CADDY = BASE | {
    "timestamp": 1728568536125, "endpoint": "/a", "host": "example.org", "bytes": 10900, "duration_us": 930,
    "protocol": "http", "user_agent": AGENT, "referer": "https://a.example/",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"user_id": "ann"}, {"user_id": "ann"}),
        ({"ts": "2024-10-10T13:55:36.125Z"}, {}),
        ({"ts": 1728568536125}, {}),
        ({"request": {"method": "HEAD", "uri": "/", "remote_ip": "::1"}},
         {"method": "HEAD", "endpoint": "/", "ip_address": "::1", "host": "", "user_agent": "",
          "referer": ""}),
        ({"request": {**CADDY["request"], "tls": {"version": 772}}}, {"protocol": "https"}),
        ({"request": {**CADDY["request"], "headers": {"Cf-Ray": ["8f1-FRA"]}}},
         {"provider": "Cloudflare", "user_agent": "", "referer": ""}),
        ({"request": {**CADDY["request"], "headers": {"Via": ["1.1 varnish", "1.1 x.cloudfront.net (CloudFront)"]}}},
         {"provider": "Amazon CloudFront", "user_agent": "", "referer": ""}),
    ],
)  # fmt: skip
def test_caddy(change: dict[str, object], expected: dict[str, object]) -> None:
    assert row("caddy", json.dumps(CADDY | change)) == FROM_CADDY | expected


def test_caddys_other_logs_are_not_requests() -> None:
    lines = [json.dumps(CADDY | {"logger": "http.log.error"}), json.dumps({"level": "info", "msg": "serving"})]
    assert parsed("caddy", *lines).rejects == [
        (0, "not a line of the access log"),
        (1, "request.method: not there, as in format caddy"),
    ]


CLOUDFRONT = (
    "#Version: 1.0",
    (
        "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
        "cs(User-Agent) cs-uri-query x-host-header time-taken cs-protocol"
    ),
    (
        "2024-10-10\t13:55:36\tFRA2\t5\t192.0.2.1\tGET\td1.cloudfront.net\t/a%20b\t200\thttps://a.example/%2520\t"
        "Mozilla/5.0%20(X11;%20Linux%20x86_64)%20Firefox/128.0\tq=1\texample.org\t0.125\thttps"
    ),
)


def test_cloudfront() -> None:
    expected = {
        "endpoint": "/a%20b", "host": "example.org", "referer": "https://a.example/%20", "user_agent": AGENT,
        "duration_us": 125_000, "protocol": "https", "provider": "Amazon CloudFront",
    }  # fmt: skip
    assert row("cloudfront", *CLOUDFRONT) == BASE | expected


W3C = (
    "#Software: Microsoft Internet Information Services 10.0",
    (
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
        "sc-status sc-bytes time-taken"
    ),
    "2024-10-10 13:55:36 10.0.0.1 GET /a q=1 443 - 192.0.2.1 Mozilla/5.0+(X11;+Linux+x86_64)+Firefox/128.0 - 200 5 15",
)


def test_w3c() -> None:
    assert row("w3c", *W3C) == BASE | {"endpoint": "/a", "user_agent": AGENT, "duration_us": 15_000, "protocol": ""}


def test_w3c_keeps_a_plus_after_a_blank() -> None:
    line = W3C[2].replace("Mozilla/5.0+(X11;+Linux+x86_64)+Firefox/128.0", "Bot/1.0+(++http://bot.example)")
    assert row("w3c", *W3C[:2], line)["user_agent"] == "Bot/1.0 ( +http://bot.example)"


def test_w3c_columns_may_change_on_the_way_and_hold_from_block_to_block() -> None:
    parser = Recognised(format_of("w3c")).begin()
    first = read(parser, "GET /early 200", *W3C, "too few")
    assert first.frame["endpoint"].to_list() == ["/a"]
    assert first.rejects == [
        (0, "no #Fields: line before this one"),
        (4, "2 columns where the last #Fields: line names 14"),
    ]
    second = read(parser, W3C[2].replace("/a", "/b"), "#Fields: time cs-method cs-uri sc-status")
    assert (second.frame["endpoint"].to_list(), second.rejects) == (["/b"], [])
    third = read(parser, "#Date: 2024-10-11 00:00:00", "00:00:01.5 PUT /c?d 204")
    assert third.frame.select("timestamp", "method", "endpoint", "status").rows() == [
        (at(2024, 10, 11, 0, 0, 1) + 500, "PUT", "/c", 204)
    ]


HEROKU = 'at=info method=GET path="/a?x=1 2" host=shop.example fwd="10.0.0.1,203.0.113.7" dyno=web.1 status=200 bytes=5'


@pytest.mark.parametrize(
    "line",
    [
        f"<158>1 2024-10-10T13:55:36+00:00 host heroku router - {HEROKU}",
        f"152 <158>1 2024-10-10T13:55:36+00:00 host heroku router - {HEROKU}",
        f"2024-10-10T13:55:36.000000+00:00 heroku[router]: {HEROKU}",
    ],
)
def test_the_ways_of_herokus_router(line: str) -> None:
    found = recognise([line], OPTIONS)
    assert found is not None
    [row] = read(found.begin(), line).frame.to_dicts()
    assert (row["timestamp"], row["ip_address"]) == (at(2024, 10, 10, 13, 55, 36), "203.0.113.7")


@pytest.mark.parametrize(
    ("first", "forwarded", "client"),
    [
        ("10.0.0.5", '"203.0.113.7"', "203.0.113.7"),
        ("10.0.0.5", '"198.51.100.3, 203.0.113.7, 10.0.0.2" 0.1', "203.0.113.7"),
        ("10.0.0.5", '"nonsense, 203.0.113.7"', "203.0.113.7"),
        ("10.0.0.5", '"192.168.0.7"', "192.168.0.7"),
        ("10.0.0.5", '"172.18.0.5:80"', "10.0.0.5"),  # an upstream
        ("10.0.0.5", '"nonsense"', "10.0.0.5"),
        ("10.0.0.5", '"-"', "10.0.0.5"),
        ("10.0.0.5", '0.1 "203.0.113.7"', "10.0.0.5"),
        ("198.51.100.1", '"203.0.113.7"', "198.51.100.1"),
    ],
)
def test_the_column_after_the_agent_names_the_client_of_a_private_address(
    first: str, forwarded: str, client: str
) -> None:
    line = combined(who=f"{first} - -", rest=f'200 5 "-" "agent" {forwarded}')
    assert row("combined", line) == BASE | {"ip_address": client, "user_agent": "agent"}


def test_old_and_new_ingress_in_one_file() -> None:
    rest = combined(rest='200 5 "-" "a"').removeprefix("192.0.2.1 - - ")
    lines = [
        f"192.0.2.1 - [192.0.2.1] - - {rest} 300 0.012 [default-web-80] 10.0.0.1:80 512 0.012 200",
        f"192.0.2.1 - - {rest} 300 0.012 [default-web-80] [] 10.0.0.1:80, 10.0.0.2:80 0, 5 0.1, 0.2 502, 200 abc",
        f"192.0.2.1 - - {rest} 300 0.012 [] [] - - - - abc",
    ]
    found = recognise(lines, OPTIONS)
    assert found is not None
    assert found.sureness() == "ingress-nginx, which 3 of 3 sample lines fit"
    assert read(found.begin(), *lines).frame["duration_us"].to_list() == [12_000] * 3


EXTENDED = [
    ("#Fields: date time c-ip X-Forwarded-For cs-method cs-uri-stem sc-status",
     "2024-10-10 13:55:36 10.0.0.1 203.0.113.7,+10.0.0.9 GET /a 200"),
    ("#Fields: date time c-ip cs(X-Real-IP) cs-method cs-uri-stem sc-status",
     "2024-10-10 13:55:36 10.0.0.1 203.0.113.7:4711 GET /a 200"),
    ("#Fields: date\ttime\tc-ip\tcs-method\tcs-uri-stem\tsc-status", "2024-10-10\t13:55:36\t203.0.113.7\tGET\t/a\t200"),
    ("#Fields:  date time cs-uri-stem cs-method c-ip sc-status cs(User-Agent) TimeTakenMS",
     '2024-10-10 13:55:36.000 /a "GET" "203.0.113.7" 200 "Mozilla/5.0 (X11; ""x"")" 12'),
]  # fmt: skip


@pytest.mark.parametrize("lines", EXTENDED)
def test_what_writes_w3c(lines: tuple[str, ...]) -> None:
    found = row("w3c", *lines)
    assert (found["timestamp"], found["ip_address"]) == (at(2024, 10, 10, 13, 55, 36), "203.0.113.7")
    assert found["endpoint"] == "/a"


def test_cloudfront_without_a_header() -> None:
    line = (
        "2024-10-10 13:55:36 FRA1 512 203.0.113.7 GET d1.cloudfront.net /a 200 - Mozilla/5.0%2520(X11) - - Hit id "
        "shop.example https 100 0.012 - TLSv1.3 X Hit HTTP/2.0 - - 4711 0.01 Hit text/html 512 - -"
    )
    cells = line.split(" ")
    for count in (24, 26, 33):
        found = row("cloudfront", "\t".join(cells[:count]))
        assert (found["ip_address"], found["host"], found["user_agent"]) == (
            "203.0.113.7", "shop.example", "Mozilla/5.0 (X11)",
        )  # fmt: skip
    assert parsed("cloudfront", "\t".join(cells[:20])).rejects == [(0, "no #Fields: line before this one")]
