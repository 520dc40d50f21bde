"""Formats that an operator writes, and the file that names them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from footfall.errors import UserError
from footfall.importers.fields import Lines, Parsed, ReadOptions
from footfall.importers.formats import Recognised
from footfall.importers.formats.operator import format_of
from footfall.importers.times import zone_named

OPTIONS = ReadOptions(946_684_800_000, 1_800_000_000_000)
AT = 1_795_808_997_000  # 2026-11-27T19:49:57Z
CLF = "[27/Nov/2026:19:49:57 +0000]"


def parsed(text: str, *lines: str, zone: str = "UTC", **formats: str) -> Parsed:
    parser = Recognised(format_of(text, **formats)).begin()  # type: ignore[arg-type]
    options = ReadOptions(OPTIONS.oldest, OPTIONS.newest, zone_named(zone))
    return parser.parse(Lines(pl.Series("line", lines)), options)


WHOLE = {"timestamp": AT, "ip_address": "203.0.113.7", "method": "GET", "endpoint": "/a", "status": 200}

READ = [
    ('nginx:$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"',
     f'203.0.113.7 - ann {CLF} "GET /a?x HTTP/1.1" 200 512 "https://x.example/"',
     {"user_id": "ann", "bytes": 512, "referer": "https://x.example/", "protocol": "HTTP/1.1"}),
    ("nginx:$time_iso8601|$http_x_forwarded_for|${remote_addr}|$request_method|$request_uri|$status|$request_time|$host",
     "2026-11-27T20:49:57+01:00|203.0.113.7, 10.0.0.9|10.0.0.1|GET|/a?x|200|0.012|shop.example:443",
     {"duration_us": 12_000, "host": "shop.example"}),
    ("nginx:$msec\t$remote_addr\t$request\t$status\t$upstream_addr",
     "1795808997.000\t203.0.113.7:4711\tGET /a b HTTP/1.1\t200\t10.0.0.1:80", {"endpoint": "/a b"}),
    ('nginx:$remote_addr $request_time $upstream_response_time [$time_local] "$request" $status',
     f'203.0.113.7 0.012 - {CLF} "GET /a HTTP/1.1" 200', {"duration_us": 12_000, "user_id": ""}),
    ('nginx:{"time":"$time_iso8601","ip":"$remote_addr","call":"$request","status":$status,"agent":"$http_user_agent"}',
     '{"time":"2026-11-27T19:49:57Z","ip":"203.0.113.7","call":"GET /a HTTP/1.1","status":200,"agent":"x \\x22y\\x22"}',
     {"user_agent": 'x "y"'}),
    ('apache:%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-agent}i\\"',
     f'203.0.113.7 - "John Smith" {CLF} "GET /a HTTP/1.1" 200 - "-" "x"', {"user_id": "John Smith", "user_agent": "x"}),
    ('apache:%v:%p %a %t %D "%r" %>s %O %!200,304{Referer}i',
     f'shop.example:443 203.0.113.7 {CLF} 1234 "GET /a HTTP/1.1" 200 512 -',
     {"host": "shop.example", "duration_us": 1234, "bytes": 512}),
    ("apache:%{X-Forwarded-For}i %h %{%Y-%m-%d %H:%M:%S}t %m %U %s %{ms}T",
     "203.0.113.7 10.0.0.1 2026-11-27 19:49:57 GET /a 200 12", {"duration_us": 12_000}),
    ('apache:%h %{sec}t "%r" %s %%', '203.0.113.7 1795808997 "GET /a HTTP/1.1" 200 %', {}),
    ('goaccess:%h %^[%d:%t %^] "%r" %s %b "%R" "%u"',
     f'203.0.113.7 - - {CLF} "GET /a HTTP/1.1" 200 512 "-" "x"', {"bytes": 512, "user_agent": "x"}),
    ("goaccess:%v %h %e [%d:%t %^] %m %U %q %H %s %b %D",
     f"shop.example 203.0.113.7 ann {CLF} GET /a x=1 HTTP/1.1 200 512 1234",
     {"host": "shop.example", "user_id": "ann", "duration_us": 1234}),
    ("goaccess:~h{, } [%d:%t %^] %m %U %s", f"203.0.113.7, 10.0.0.1 {CLF} GET /a 200", {}),
    ("json:time=ts,ip=client.addr,method=http.method,path=p,status=s,duration_ms=took",
     '{"ts": 1795808997, "client": {"addr": "[::ffff:203.0.113.7]:80"}, "http.method": "get", "p": "/a", "s": "200"}',
     {"duration_us": 0}),
    ("json:time=t,request=line,ip=ip,status=s",
     '{"t": "27/Nov/2026:20:49:57 +0100", "line": "GET /a HTTP/1.1", "ip": "203.0.113.7", "s": 200}', {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "expected"), READ, ids=[text for text, _, _ in READ])
def test_what_an_operator_writes(text: str, line: str, expected: dict[str, object]) -> None:
    found = parsed(text, line)
    assert found.rejects == []
    [row] = found.frame.to_dicts()
    expected = WHOLE | expected
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("date_format", "time_format", "date", "time"),
    [
        ("%Y-%m-%d", "%H:%M:%S", "2026-11-27", "19:49:57"),
        ("%d.%m.%y", "%H:%M:%S", "27.11.26", "19:49:57.000"),
        ("%b %e %Y", "%I:%M:%S %p", "Nov 27 2026", "07:49:57 PM"),
        ("%s", "%s", "1795808997", "1795808997"),
        ("%F", "%T", "2026-11-27", "19:49:57"),
    ],
)
def test_dates_and_times_of_goaccess(date_format: str, time_format: str, date: str, time: str) -> None:
    found = parsed(
        "goaccess:%d|%t|%h|%U|%s", f"{date}|{time}|203.0.113.7|/a|200", date_format=date_format, time_format=time_format
    )
    assert found.rejects == []
    [row] = found.frame.to_dicts()
    assert {name: row[name] for name in WHOLE} == WHOLE


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('nginx:$remote_addr [$time_local] "$request" $status', f'shop.example {CLF} "GET / HTTP/1.1" 200',
         "address: not a valid value"),
        ('nginx:$remote_addr [$time_local] "$request" $status', f'203.0.113.7 {CLF} "GET / HTTP/1.1" OK',
         "status: not what format nginx:… has there"),
        ('nginx:$remote_addr - $remote_user [$time_local] "$request" $status',
         f'203.0.113.7 - 10.0.0.1 {CLF} "GET / HTTP/1.1" 200', "user: not a valid value"),
        ("goaccess:%d %t %h %U %s", "27/Nov/2026 25:00:00 203.0.113.7 /a 200", "time: not a valid value"),
        ("json:time=t,ip=a,path=p,method=m,status=s", '{"t": 1795808997, "a": "x", "p": "/", "m": "GET", "s": 200}',
         "address: not a valid value"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(text: str, line: str, reason: str) -> None:
    assert parsed(text, line).rejects == [(0, reason)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nginx:$remote_addr $status", r"nginx: names no method or request line and no path or request line"),
        ("nginx:$remote_addr$request_method$request_uri $status", "nginx: nothing tells method and target apart"),
        ("goaccess:%h %z", "goaccess has no code %z"),
        ("json:when=ts", "json: 'when=ts' is not FIELD=NAME with one of request, time, ip"),
        ("apache:%h %{%Q}t %r %s", "%Q is not one of"),
        ("other:x", "does not begin with nginx:, apache:, goaccess:, json:"),
    ],
)
def test_a_format_that_says_too_little(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        format_of(text)


def test_named_formats(tmp_path: Path) -> None:
    (tmp_path / "formats.toml").write_text(
        "shop = 'nginx:$remote_addr [$time_local] \"$request\" $status'\n"
        "[other]\nformat = 'goaccess:%d %t %h %U %s'\ndate_format = '%Y-%m-%d'\n"
    )
    assert format_of("shop", data=tmp_path).name == "nginx:…"
    found = Recognised(format_of("other", data=tmp_path)).begin()
    rows = found.parse(Lines(pl.Series(["2026-11-27 19:49:57 203.0.113.7 /a 200"])), OPTIONS).frame
    assert rows["timestamp"].to_list() == [AT]
    with pytest.raises(UserError, match="is not one of"):
        format_of("nope", data=tmp_path)


@pytest.mark.parametrize("content", ["shop = 5", "shop = {}", "[shop]\nformat = 'x'\nwhat = 1", "not toml ="])
def test_a_file_of_formats_that_is_wrong(tmp_path: Path, content: str) -> None:
    (tmp_path / "formats.toml").write_text(content)
    with pytest.raises(UserError, match=r"formats\.toml"):
        format_of("shop", data=tmp_path)


@pytest.mark.parametrize(
    ("zone", "hour"), [("UTC", 19), ("Europe/Berlin", 18), ("+02:00", 17), ("-3", 22), ("America/New_York", 24)]
)
def test_times_without_a_zone(zone: str, hour: int) -> None:
    line = '203.0.113.7 - - [27/Nov/2026 19:49:57] "GET /a HTTP/1.1" 200 -'
    [at] = parsed("http.server", line, zone=zone).frame["timestamp"]
    assert (at - AT) // 3_600_000 == hour - 19


def test_an_hour_that_the_zone_skips_is_no_time() -> None:
    line = '203.0.113.7 - - [29/Mar/2026 02:30:00] "GET /a HTTP/1.1" 200 -'
    assert parsed("http.server", line, zone="Europe/Berlin").rejects == [(0, "time: not a valid value")]


@pytest.mark.parametrize("zone", ["Mars", "+25:00", "", "../etc/passwd"])
def test_a_zone_that_is_none(zone: str) -> None:
    with pytest.raises(UserError, match="timezone"):
        zone_named(zone)
