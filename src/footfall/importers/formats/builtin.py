"""The formats that are known: one entry each, with a line that shows it.

To add one, add an entry. Its sample is a test of itself, and the table in docs/import.md is made from the entries
(`make docs`). Of formats that fit a file equally well, the first counts: put the particular before the general.

Sources: the documentation of each server, named by its entry.
"""

from __future__ import annotations

from dataclasses import dataclass

from footfall.importers.fields import Field
from footfall.importers.formats import caddy, kinds
from footfall.importers.formats.extended import CLOUDFRONT, COLUMNS, ExtendedFormat, decode_cloudfront
from footfall.importers.formats.protocol import LogFormat
from footfall.importers.formats.records import Named, RecordFormat, pairs
from footfall.importers.formats.text import TextFormat, parts_of


@dataclass(frozen=True, slots=True)
class Entry:
    """`about` says who writes it; `sample` is a line of it, for a format with a header its lines."""

    form: LogFormat
    about: str
    sample: str
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What `--format` calls it."""
        return self.form.name


def _text(name: str, *templates: str, unsure: tuple[str, ...] = (), **constants: str) -> TextFormat:
    return TextFormat(name, tuple(map(parts_of, templates)), tuple(map(parts_of, unsure)), tuple(constants.items()))


_WHO = "{address} {identity} {user} [{clf}] "
_CALL = '"{request}" {status} {bytes}'
_COMMON, _COMBINED = _WHO + _CALL, _WHO + _CALL + ' "{referer}" "{agent}"'
_CUT = _WHO + _CALL + ' "{referer}" "{cut_agent}'
_UPSTREAM = "{list} {list} {list} {list}"  # address, length, time, status
_ELB = (
    "{iso} {word} {peer} {word} {part_seconds} {part_seconds} {part_seconds} {status} {word} {number} {bytes} "
    '"{request}"'
)
_INGRESS = "{number} {seconds} [{text}] "

TEXT_ENTRIES = (
    Entry(
        _text(
            "ingress-nginx",
            _COMBINED + " " + _INGRESS + "[{text}] " + _UPSTREAM + " {word}",
            _COMBINED + " " + _INGRESS + _UPSTREAM + "{columns}",
            _COMBINED.replace("{identity}", "- [{forwarded}] -", 1) + " " + _INGRESS + _UPSTREAM + "{columns}",
        ),
        "ingress-nginx (Kubernetes), old and new",
        '203.0.113.7 - - [27/Nov/2026:19:49:57 +0000] "GET /a?x=1 HTTP/1.1" 200 512 "-" "Mozilla/5.0" 300 0.012 '
        "[default-web-80] [] 10.0.0.1:80 512 0.012 200 0f1e2d",
    ),
    Entry(
        _text("traefik-clf", _COMBINED + ' {number} "{text}" "{text}" {duration}'),
        "Traefik, common log format",
        '203.0.113.7 - - [27/Nov/2026:19:49:57 +0000] "GET /a?x=1 HTTP/2.0" 200 512 "-" "Mozilla/5.0" 7 '
        '"web@docker" "http://10.0.0.1:80" 12ms',
    ),
    Entry(
        _text(
            "vhost-combined",
            *(f"{{named_host}} {rest}" for rest in (_COMBINED + "{rest}", _CUT)),
            f"{{host_port}}:{_COMBINED}{{rest}}",
            unsure=(f"{{host}} {_COMBINED}{{rest}}",),
        ),
        "combined with the host in front, with its port or without (Apache, nginx)",
        'shop.example:443 203.0.113.7 - - [27/Nov/2026:19:49:57 +0000] "GET /a?x=1 HTTP/1.1" 200 512 "-" "Mozilla/5.0"',
    ),
    Entry(
        _text(
            "vhost-common",
            f"{{named_host}} {_COMMON}{{numbers}}",
            f"{{host_port}}:{_COMMON}{{numbers}}",
            unsure=(f"{{host}} {_COMMON}{{numbers}}",),
        ),
        "common with the host in front, with its port or without",
        'shop.example:443 203.0.113.7 - - [27/Nov/2026:19:49:57 +0000] "GET /a?x=1 HTTP/1.1" 200 512',
    ),
    Entry(
        _text("combined", _COMBINED + "{rest}", _CUT),
        "Apache, nginx, gunicorn: combined, with a list of addresses in front or not, with columns at the end or not",
        '203.0.113.7 - - [27/Nov/2026:19:49:57 +0000] "GET /a?x=1 HTTP/1.1" 200 512 "-" "Mozilla/5.0"',
        ("apache", "nginx", "gunicorn"),
    ),
    Entry(
        _text("common", _COMMON + "{numbers}"),
        "Apache and others: combined without referrer and agent, with numbers or words at the end or not",
        '203.0.113.7 - - [27/Nov/2026:19:49:57 +0000] "GET /a?x=1 HTTP/1.1" 200 512',
    ),
    Entry(
        _text(
            "fastly-text", '{address} "-" "-" {http_date} {method} {spaced_target} {status}{numbers}', provider="Fastly"
        ),
        "Fastly, version 1 of its text format",
        '203.0.113.7 "-" "-" Fri, 27 Nov 2026 19:49:57 GMT GET /a?x=1 200',
    ),
    Entry(
        _text("http.server", '{address} {identity} {user} [{local}] "{request}" {status} {bytes}'),
        "Python's `http.server`",
        '203.0.113.7 - - [27/Nov/2026 19:49:57] "GET /a?x=1 HTTP/1.1" 200 -',
    ),
    Entry(
        _text(
            "uvicorn",
            'INFO:  {peer} - "{request}" {status}{any}',
            '{peer} - "{request}" {status}{any}',
        ),
        "uvicorn; the time is a wrapper's",
        '2026-11-27T19:49:57Z INFO:     203.0.113.7:51234 - "GET /a?x=1 HTTP/1.1" 200 OK',
    ),
    Entry(
        _text(
            "nginx-proxy-manager",
            *(
                f'[{{clf}}] {status} - {{method}} {{scheme}} {{given_host}} "{{target}}" [Client {{addresses}}] '
                f'[Length {{bytes}}] [Gzip {{text}}] {sent}"{{agent}}" "{{referer}}"'
                for status, sent in (("{word} {list} {status}", "[Sent-to {text}] "), ("{status}", ""))
            ),
        ),
        "nginx-proxy-manager",
        '[27/Nov/2026:19:49:57 +0000] - 200 200 - GET https shop.example "/a?x=1" [Client 203.0.113.7] [Length 512] '
        '[Gzip -] [Sent-to 10.0.0.1] "Mozilla/5.0" "-"',
    ),
    Entry(
        _text(
            "haproxy",
            *(
                "{peer} [{local}] {word} {word} {text}/{text}/{text}/{text}/{millis} {status} {bytes} {word} {word} "
                "{word} {word} {word} " + captured + '"{request}"{columns}'
                for captured in ("", "{captured} ", "{captured} {captured} ")
            ),
        ),
        "HAProxy, `option httplog`",
        "203.0.113.7:51234 [27/Nov/2026:19:49:57.123] front~ back/web1 0/0/1/12/13 200 512 - - ---- 1/1/0/0/0 0/0 "
        '"GET /a?x=1 HTTP/1.1"',
    ),
    Entry(
        _text(
            "istio",
            *(
                f'[{{iso}}] "{{request}}" {{code}} {{word}} {reasons} {{number}} {{bytes}} {{millis}} {{word}} '
                '"{addresses}" "{agent}" "{text}" "{given_host}" "{text}" {word} {word} {word} {peer} {word}'
                "{columns}"
                for reasons in ('{word} {word} "{text}"', '"{text}"', '"{text}" "{text}"')
            ),
        ),
        "Istio's default",
        '[2026-11-27T19:49:57.000Z] "GET /a?x=1 HTTP/1.1" 200 - via_upstream - "-" 0 512 12 10 "203.0.113.7" '
        '"Mozilla/5.0" "id" "shop.example" "10.0.0.1:80" inbound|80|| 10.0.0.6:471 10.0.0.1:80 203.0.113.7:0 - x',
    ),
    Entry(
        _text(
            "envoy",
            '[{iso}] "{request}" {code} {word} {number} {bytes} {millis} {word} "{addresses}" "{agent}" "{text}" '
            '"{given_host}" "{text}"{columns}',
        ),
        "Envoy's default",
        '[2026-11-27T19:49:57.000Z] "GET /a?x=1 HTTP/1.1" 200 - 0 512 12 10 "203.0.113.7" "Mozilla/5.0" "id" '
        '"shop.example" "10.0.0.1:80"',
    ),
    Entry(
        _text(
            "alb",
            "{lb_type} " + _ELB + ' "{agent}"{columns}',
        ),
        "AWS Application Load Balancer",
        "https 2026-11-27T19:49:57.186641Z app/lb/50dc 203.0.113.7:51234 10.0.0.1:80 0.000 0.001 0.000 200 200 34 512 "
        '"GET https://shop.example:443/a?x=1 HTTP/2.0" "Mozilla/5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2',
    ),
    Entry(
        _text(
            "elb",
            _ELB + ' "{agent}"{columns}',
            _ELB,
        ),
        "AWS Classic Load Balancer",
        "2026-11-27T19:49:57.186641Z lb 203.0.113.7:51234 10.0.0.1:80 0.000 0.001 0.000 200 200 0 512 "
        '"GET http://shop.example:80/a?x=1 HTTP/1.1" "Mozilla/5.0" - -',
    ),
    Entry(
        _text(
            "s3",
            *(
                "{word} {word} [{clf}] {address} {word} {word} {word} {word} "
                f'"{{request}}" {{status}} {{word}} {{bytes}} {{word}} {{millis}} {{word}} {said} {end}'
                for said in ('"{referer}" "{agent}"', '- "{agent}"', '"{referer}" -', "- -")
                for end in ("{word} {word} {word} {word} {word} {host_word}{columns}", "{word}{columns}")
            ),
        ),
        "AWS S3 server access log",
        "79a5 bucket [27/Nov/2026:19:49:57 +0000] 203.0.113.7 arn:aws:iam::1:user/u 3E57427F3 REST.GET.OBJECT a "
        '"GET /a?x=1 HTTP/1.1" 200 - 512 512 70 10 "-" "Mozilla/5.0" - id SigV4 TLS Auth b.s3.example TLSv1.2',
    ),
    Entry(
        _text(
            "squid",
            "{unix}  {millis} {address} {word}/{status} {bytes} {method} {squid_target} {user_word} {hierarchy} "
            "{word}{columns}",
        ),
        "Squid, native",
        "1795808997.000    120 203.0.113.7 TCP_MISS/200 512 GET http://shop.example/a?x=1 - HIER_DIRECT/198.51.100.1 "
        "text/html",
    ),
    Entry(
        _text(
            "iis",
            "{address}, {named_user}, {us_date}, {clock}, {text}, {text}, {text}, {millis}, {text}, {bytes}, {status}, "
            "{text}, {method}, {spaced_target},{any}",
        ),
        "IIS's own format",
        "203.0.113.7, -, 11/27/2026, 19:49:57, W3SVC1, WEB1, 10.0.0.1, 120, 300, 512, 200, 0, GET, /a, x=1,",
    ),
    Entry(
        _text(
            "bunny",
            "{capitals}|{status}|{unix}|{bytes}|{text}|{addresses}|{referer}|{url}|{pop}|{piped_agent}|{hex}|{country}",
            method="GET",  # it does not say
            provider="Bunny",
        ),
        "bunny.net",
        "HIT|200|1795808997000|512|390|203.0.113.7|-|https://shop.example/a?x=1|FRA|Mozilla/5.0|322b68|DE",
    ),
)


def _named(*known: tuple[Field, str]) -> tuple[Named, ...]:
    return tuple(Named(field, tuple(names.split())) for field, names in known)


_NGINX = _named(
    (kinds.TIME, "msec time_iso8601 @timestamp time_local timestamp datetime date_time time ts date"),
    (
        kinds.ADDRESS,
        (
            "remote_addr client_ip remote_ip client.ip source.ip client.address source.address ip_address ip client "
            "client_addr client_address remote_address source_ip src_ip real_ip remote_host host_ip"
        ),
    ),
    (kinds.FORWARDED, "http_x_forwarded_for x_forwarded_for xff forwarded_for http_x_real_ip x_real_ip"),
    (kinds.NAMED_USER, "remote_user user auth_user username user.name"),
    (kinds.METHOD, "request_method http_method method verb http.request.method"),
    (kinds.TARGET, "request_uri"),
    (kinds.TARGET, "url request_url path request_path uri url.original url.path"),
    (kinds.GIVEN_HOST, "http_host host vhost virtual_host domain server_name"),
    (kinds.SCHEME, "scheme"),
    (kinds.PROTOCOL, "server_protocol protocol http_version http.version"),
    (
        kinds.STATUS,
        "status status_code http_status response_status response_code response code http.response.status_code",
    ),
    (kinds.BYTES, "body_bytes_sent bytes_sent bytes size response_size body_size length http.response.body.bytes"),
    (kinds.REFERER, "http_referer http_referrer referer referrer http.request.referrer"),
    (kinds.AGENT, "http_user_agent user_agent agent ua user_agent.original"),
    (kinds.SECONDS, "request_time"),
    (kinds.MILLIS, "duration_ms request_time_ms response_time_ms"),
    (kinds.PROVIDER, "provider"),
)

_CADDY = _named(
    (kinds.TIME, "ts"),
    (kinds.ADDRESS, "request.client_ip request.remote_ip request.remote_addr"),
    (kinds.FORWARDED, "request.headers.X-Forwarded-For request.headers.X-Real-Ip"),
    (kinds.NAMED_USER, "user_id"),
    (kinds.METHOD, "request.method"),
    (kinds.TARGET, "request.uri"),
    (kinds.GIVEN_HOST, "request.host"),
    (kinds.SCHEME, "request.scheme"),
    (kinds.STATUS, "status"),
    (kinds.BYTES, "size"),
    (kinds.REFERER, "request.headers.Referer"),
    (kinds.AGENT, "request.headers.User-Agent"),
    (kinds.DURATION, "duration"),
)


_CLOUDFRONT = "Amazon CloudFront"


_CADDY_LINE = (
    '"request": {"remote_ip": "203.0.113.7", "proto": "HTTP/2.0", "method": "GET", "host": "shop.example", "uri": '
    '"/a?x=1", "headers": {"User-Agent": ["Mozilla/5.0"]}}, "duration": 0.012, "size": 512, "status": 200}'
)

RECORD_ENTRIES = (
    Entry(
        RecordFormat(
            "caddy", _CADDY, ("request.method",), provider=caddy.provider, decode=caddy.decode, accepts=caddy.is_access
        ),
        "Caddy 2, JSON",
        '{"level": "info", "ts": 1795808997.0, "logger": "http.log.access", "msg": "handled request", ' + _CADDY_LINE,
    ),
    Entry(
        RecordFormat(
            "caddy-console",
            _CADDY,
            ("request.method",),
            provider=caddy.provider,
            decode=caddy.decode_console,
            accepts=caddy.is_access,
        ),
        "Caddy 2, console encoder",
        "2026/11/27 19:49:57.000\tINFO\thttp.log.access\thandled request\t{" + _CADDY_LINE,
    ),
    Entry(
        RecordFormat(
            "traefik",
            _named(
                (kinds.TIME, "StartUTC StartLocal time"),
                (kinds.ADDRESS, "ClientHost ClientAddr"),
                (kinds.FORWARDED, "request_X-Forwarded-For request_X-Real-Ip"),
                (kinds.NAMED_USER, "ClientUsername"),
                (kinds.METHOD, "RequestMethod"),
                (kinds.TARGET, "RequestPath"),
                (kinds.GIVEN_HOST, "RequestHost RequestAddr"),
                (kinds.SCHEME, "RequestScheme RequestProtocol"),
                (kinds.STATUS, "DownstreamStatus OriginStatus"),
                (kinds.BYTES, "DownstreamContentSize OriginContentSize"),
                (kinds.REFERER, "request_Referer"),
                (kinds.AGENT, "request_User-Agent"),
                (kinds.NANOS, "Duration"),
            ),
            ("RequestMethod",),
        ),
        "Traefik, JSON",
        '{"ClientAddr": "203.0.113.7:41234", "ClientHost": "203.0.113.7", "DownstreamContentSize": 512, '
        '"DownstreamStatus": 200, "Duration": 12000000, "RequestHost": "shop.example", "RequestMethod": "GET", '
        '"RequestPath": "/a?x=1", "StartUTC": "2026-11-27T19:49:57Z", "request_User-Agent": "Mozilla/5.0"}',
    ),
    Entry(
        RecordFormat(
            "cloudfront-json",
            tuple(Named(field, names) for field, names in COLUMNS),
            ("x-edge-location", "x-edge-request-id", "x-edge-result-type", "cs-method"),
            constants=(("provider", _CLOUDFRONT),),
            decode=decode_cloudfront,
        ),
        "CloudFront standard logs v2, JSON",
        '{"date": "2026-11-27", "time": "19:49:57", "x-edge-location": "FRA1", "sc-bytes": "512", "c-ip": '
        '"203.0.113.7", "cs-method": "GET", "cs(Host)": "shop.example", "cs-uri-stem": "/a", "sc-status": "200", '
        '"cs(User-Agent)": "Mozilla/5.0", "time-taken": "0.012"}',
    ),
    Entry(
        RecordFormat(
            "cloudflare",
            _named(
                (kinds.TIME, "EdgeStartTimestamp EdgeEndTimestamp Datetime"),
                (kinds.ADDRESS, "ClientIP"),
                (kinds.METHOD, "ClientRequestMethod"),
                (kinds.TARGET, "ClientRequestURI ClientRequestPath"),
                (kinds.GIVEN_HOST, "ClientRequestHost"),
                (kinds.SCHEME, "ClientRequestScheme ClientRequestProtocol"),
                (kinds.STATUS, "EdgeResponseStatus"),
                (kinds.BYTES, "EdgeResponseBytes"),
                (kinds.REFERER, "ClientRequestReferer"),
                (kinds.AGENT, "ClientRequestUserAgent"),
            ),
            ("ClientRequestMethod",),
            constants=(("provider", "Cloudflare"),),
        ),
        "Cloudflare Logpush, HTTP requests",
        '{"ClientIP": "203.0.113.7", "ClientRequestHost": "shop.example", "ClientRequestMethod": "GET", '
        '"ClientRequestURI": "/a?x=1", "ClientRequestUserAgent": "Mozilla/5.0", "EdgeResponseBytes": 512, '
        '"EdgeResponseStatus": 200, "EdgeStartTimestamp": "2026-11-27T19:49:57Z"}',
    ),
    Entry(
        RecordFormat(
            "google-cloud",
            _named(
                (kinds.TIME, "timestamp receiveTimestamp"),
                (kinds.ADDRESS, "httpRequest.remoteIp"),
                (kinds.METHOD, "httpRequest.requestMethod"),
                (kinds.TARGET, "httpRequest.requestUrl"),
                (kinds.PROTOCOL, "httpRequest.protocol"),
                (kinds.STATUS, "httpRequest.status"),
                (kinds.BYTES, "httpRequest.responseSize"),
                (kinds.REFERER, "httpRequest.referer"),
                (kinds.AGENT, "httpRequest.userAgent"),
                (kinds.DURATION, "httpRequest.latency"),
            ),
            ("httpRequest.requestMethod",),
        ),
        "Google Cloud load balancers",
        '{"httpRequest": {"requestMethod": "GET", "requestUrl": "https://shop.example/a?x=1", "status": 200, '
        '"responseSize": "512", "userAgent": "Mozilla/5.0", "remoteIp": "203.0.113.7", "latency": "0.012s"}, '
        '"timestamp": "2026-11-27T19:49:57Z"}',
    ),
    Entry(
        RecordFormat(
            "fastly",
            _named(
                (kinds.TIME, "timestamp"),
                (kinds.ADDRESS, "client_ip"),
                (kinds.METHOD, "request_method"),
                (kinds.TARGET, "url"),
                (kinds.GIVEN_HOST, "host"),
                (kinds.PROTOCOL, "request_protocol"),
                (kinds.STATUS, "response_status"),
                (kinds.BYTES, "response_body_size"),
                (kinds.REFERER, "request_referer"),
                (kinds.AGENT, "request_user_agent"),
            ),
            ("fastly_server", "fastly_is_edge", "response_body_size"),
            constants=(("provider", "Fastly"),),
        ),
        "Fastly, JSON as its documentation proposes it",
        '{"timestamp": "2026-11-27T19:49:57+0000", "client_ip": "203.0.113.7", "host": "shop.example", "url": '
        '"/a?x=1", "request_method": "GET", "request_protocol": "HTTP/2", "request_referer": "", "request_user_agent": '
        '"Mozilla/5.0", "response_status": 200, "response_body_size": 512, "fastly_server": "cache-fra1"}',
    ),
    Entry(
        RecordFormat(
            "envoy-json",
            _named(
                (kinds.TIME, "start_time"),
                (kinds.ADDRESS, "x_forwarded_for x-forwarded-for downstream_remote_address"),
                (kinds.METHOD, "method :method"),
                (
                    kinds.TARGET,
                    "path x-envoy-original-path x_envoy_original_path x-envoy-origin-path :path",
                ),
                (kinds.GIVEN_HOST, "authority :authority"),
                (kinds.PROTOCOL, "protocol"),
                (kinds.STATUS, "response_code"),
                (kinds.BYTES, "bytes_sent"),
                (kinds.REFERER, "referer"),
                (kinds.AGENT, "user_agent user-agent"),
                (kinds.MILLIS, "duration"),
            ),
            ("start_time",),
        ),
        "Envoy and Istio, JSON",
        '{"start_time": "2026-11-27T19:49:57.000Z", "method": "GET", "path": "/a?x=1", "protocol": "HTTP/1.1", '
        '"response_code": 200, "bytes_sent": 512, "duration": 12, "x_forwarded_for": "203.0.113.7", "user_agent": '
        '"Mozilla/5.0", "authority": "shop.example"}',
    ),
    Entry(
        RecordFormat("json", _NGINX, request=("request", "request_line")),
        "nginx and others, JSON with the usual names",
        '{"time_iso8601": "2026-11-27T19:49:57+00:00", "remote_addr": "203.0.113.7", "request": "GET /a?x=1 HTTP/1.1", '
        '"status": 200, "body_bytes_sent": 512, "http_user_agent": "Mozilla/5.0", "host": "shop.example"}',
    ),
    Entry(
        RecordFormat(
            "heroku",
            _named(
                (kinds.ADDRESS, "fwd"),
                (kinds.METHOD, "method"),
                (kinds.TARGET, "path"),
                (kinds.GIVEN_HOST, "host"),
                (kinds.SCHEME, "protocol"),
                (kinds.STATUS, "status"),
                (kinds.BYTES, "bytes"),
                (kinds.PART_DURATION, "connect"),
                (kinds.PART_DURATION, "service"),
            ),
            ("dyno",),
            decode=pairs,
        ),
        "Heroku's router; the time is a wrapper's",
        '2026-11-27T19:49:57.000000+00:00 heroku[router]: at=info method=GET path="/a?x=1" host=shop.example '
        'request_id=4e fwd="203.0.113.7" dyno=web.1 connect=1ms service=11ms status=200 bytes=512 protocol=https',
    ),
)

EXTENDED_ENTRIES = (
    Entry(
        ExtendedFormat(
            "cloudfront",
            percent=True,
            mark="x-edge-location",
            constants=(("provider", _CLOUDFRONT),),
            default=tuple(CLOUDFRONT.split()),
            lengths=(24, 26, 33),
        ),
        "CloudFront standard logs (tabs), with `#Fields:` or without",
        "#Version: 1.0\n"
        "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(User-Agent)\n"
        "2026-11-27\t19:49:57\tFRA1\t512\t203.0.113.7\tGET\tshop.example\t/a\t200\tMozilla/5.0",
    ),
    Entry(
        ExtendedFormat("w3c", default=()),
        "W3C extended: IIS, its Advanced Logging and others; blanks or tabs, quoted strings or not",
        "#Fields: date time c-ip cs-method cs-uri-stem sc-status sc-bytes cs(User-Agent)\n"
        "2026-11-27 19:49:57 203.0.113.7 GET /a 200 512 Mozilla/5.0",
        ("iis-w3c",),
    ),
)

ENTRIES: tuple[Entry, ...] = (*TEXT_ENTRIES, *RECORD_ENTRIES, *EXTENDED_ENTRIES)
