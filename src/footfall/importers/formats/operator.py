"""Formats that an operator writes: as nginx, Apache or GoAccess do, or as names of JSON's fields.

Sources: nginx's ngx_http_log_module and its index of variables; Apache's mod_log_config; GoAccess's manual
("CUSTOM LOG/DATE FORMAT").
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from footfall.errors import UserError
from footfall.importers.fields import Field, ReadOptions
from footfall.importers.formats import kinds, strftime
from footfall.importers.formats.builtin import ENTRIES
from footfall.importers.formats.kinds import KINDS, Kind
from footfall.importers.formats.protocol import LogFormat
from footfall.importers.formats.records import Named, RecordFormat
from footfall.importers.formats.text import Part, TextFormat

FILE = "formats.toml"
"""In the data directory: named formats."""

DATE_FORMAT, TIME_FORMAT = "%d/%b/%Y", "%T"

_NGINX = {
    "remote_addr": "address",
    "realip_remote_addr": "text",
    "http_x_forwarded_for": "forwarded",
    "http_x_real_ip": "forwarded",
    "http_cf_connecting_ip": "forwarded",
    "http_true_client_ip": "forwarded",
    "proxy_protocol_addr": "forwarded",
    "remote_user": "named_user",
    "time_local": "clf",
    "time_iso8601": "iso",
    "msec": "unix",
    "request": "request",
    "request_method": "method",
    "request_uri": "target",
    "uri": "target",
    "server_protocol": "protocol",
    "scheme": "scheme",
    "status": "status",
    "body_bytes_sent": "bytes",
    "bytes_sent": "bytes",
    "http_referer": "referer",
    "http_user_agent": "agent",
    "host": "given_host",
    "http_host": "given_host",
    "server_name": "given_host",
    "request_time": "seconds",
}
_APACHE = {
    "h": "address",
    "a": "address",
    "u": "named_user",
    "l": "text",
    "t": "apache_time",
    "r": "request",
    "m": "method",
    "U": "target",
    "H": "protocol",
    "s": "status",
    "b": "bytes",
    "B": "bytes",
    "O": "bytes",
    "v": "given_host",
    "V": "given_host",
    "T": "seconds",
    "D": "micros",
    "{c}a": "address",
    "{ms}T": "millis",
    "{us}T": "micros",
    "{s}T": "seconds",
    "{referer}i": "referer",
    "{user-agent}i": "agent",
    "{host}i": "given_host",
    "{x-forwarded-for}i": "forwarded",
    "{x-real-ip}i": "forwarded",
    "{cf-connecting-ip}i": "forwarded",
    "{true-client-ip}i": "forwarded",
    "{sec}t": "unix",
    "{msec}t": "unix",
    "{usec}t": "unix",
}
_GOACCESS = {
    "h": "address",
    "e": "named_user",
    "v": "given_host",
    "r": "request",
    "m": "method",
    "U": "target",
    "H": "protocol",
    "s": "status",
    "b": "bytes",
    "R": "referer",
    "u": "agent",
    "D": "micros",
    "T": "seconds",
    "L": "millis",
    "n": "nanos",
    "d": "date",
    "t": "time",
    "x": "date_time",
    "^": "text",
    "q": "text",
    "C": "text",
    "K": "text",
    "k": "text",
    "M": "text",
    "~": "blanks",
}
_JSON = {
    "time": kinds.TIME,
    "ip": kinds.ADDRESS,
    "address": kinds.ADDRESS,
    "forwarded": kinds.FORWARDED,
    "user": kinds.NAMED_USER,
    "method": kinds.METHOD,
    "target": kinds.TARGET,
    "path": kinds.TARGET,
    "url": kinds.TARGET,
    "host": kinds.GIVEN_HOST,
    "protocol": kinds.PROTOCOL,
    "scheme": kinds.SCHEME,
    "status": kinds.STATUS,
    "bytes": kinds.BYTES,
    "referer": kinds.REFERER,
    "referrer": kinds.REFERER,
    "agent": kinds.AGENT,
    "user_agent": kinds.AGENT,
    "seconds": kinds.SECONDS,
    "duration": kinds.DURATION,
    "duration_ms": kinds.MILLIS,
    "duration_us": kinds.MICROS,
    "duration_ns": kinds.NANOS,
}
_NGINX_CODE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_APACHE_CODE = re.compile(r"%(%|[!0-9,]*[<>]?(?:\{([^}]*)\}(?:\^t[io]|[A-Za-z])|[A-Za-z]))")
_GOACCESS_CODE = re.compile(r"%(?:%|([A-Za-z^~]))|~h\{[^}]*\}")
_BLANK = Kind("blanks", (), " *")
_QUOTED_LIST = Kind("forwarded addresses", (kinds.FORWARDED,), '"?([^ ,"]*(?: *, *[^ ,"]*)*)"?')
_ZONE = Kind("zone", (kinds.OFFSET,), "", "")
_STATEMENT = re.compile(
    r"""(?:log_format\s+\S+\s+)?(?:escape=\w+\s+)?((?:'(?:[^'\\]|\\.)*'\s*)+);?"""
    r"""|(?:LogFormat\s+)?("(?:[^"\\]|\\.)*")(?:\s+[\w-]+)?"""
)
_STRING = re.compile(r"""'((?:[^'\\]|\\.)*)'|^"(.*)"$""", re.DOTALL)
# What follows a target without anything in between is its query.
_QUERIES = re.compile(r"(\$(?:request_)?uri)(?:\$is_args)?\$(?:args|query_string)\b|(%U)%q")
_URL = re.compile(r"\$scheme://\$(?:http_)?host(\$(?:request_)?uri)")
_FINEST = ("nanos", "micros", "millis", "seconds")


@dataclass(frozen=True, slots=True)
class Spec:
    """What an operator says of a format. The two formats are for GoAccess's `%d` and `%t`."""

    text: str
    date_format: str = DATE_FORMAT
    time_format: str = TIME_FORMAT


def format_of(
    text: str, *, date_format: str | None = None, time_format: str | None = None, data: Path | None = None
) -> LogFormat:
    """The format that `--format` means: a known name, one of the data directory's, or `nginx:…` and the like.

    Raises UserError (`bad_parameter`) where it means none, or one that could not be read.
    """
    found = {name: entry.form for entry in ENTRIES for name in (entry.name, *entry.aliases)}.get(text)
    if found:
        return found
    spec = Spec(text, date_format or DATE_FORMAT, time_format or TIME_FORMAT)
    if ":" not in text and data is not None:
        spec = _named(data / FILE).get(text, spec)
    writer, colon, pattern = spec.text.partition(":")
    reader = _READERS.get(writer)
    if not colon or reader is None:
        known = ", ".join(entry.name for entry in ENTRIES)
        raise UserError(
            "bad_parameter",
            f"format: {text!r} is not one of {known}, no name in {FILE}, and does not begin with "
            f"{', '.join(f'{name}:' for name in _READERS)}",
        )
    return reader(_written(pattern.strip()), spec)


def _written(pattern: str) -> str:
    r"""What stands in a server's configuration, without its statement and quotes; `\t` is a tab."""
    if _STATEMENT.fullmatch(pattern):
        pattern = "".join(match[1] or match[2] or "" for match in _STRING.finditer(_STATEMENT.sub(r"\1\2", pattern)))
    pattern = _URL.sub(r"\1", _QUERIES.sub(r"\1\2", pattern))
    return pattern.replace('\\"', '"').replace("\\t", "\t")


def _named(path: Path) -> Mapping[str, Spec]:
    """`shop = 'nginx:…'`, or a table `[shop]` with `format`, `date_format` and `time_format`."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UserError("bad_parameter", f"{path}: {error}") from error
    return {name: _spec(path, name, value) for name, value in found.items()}


def _spec(path: Path, name: str, value: object) -> Spec:
    if isinstance(value, str):
        return Spec(value)
    known = {"format", "date_format", "time_format"}
    if not isinstance(value, dict) or "format" not in value or not value.keys() <= known:
        raise UserError("bad_parameter", f"{path}: {name}: a format, or a table with {', '.join(sorted(known))}")
    texts = {key: str(text) for key, text in value.items()}
    return Spec(texts.pop("format"), **texts)


def _nginx(pattern: str, _spec: Spec) -> LogFormat:
    def parts() -> Iterator[Part]:
        at = 0
        for match in _NGINX_CODE.finditer(pattern):
            yield pattern[at : match.start()]
            name = match[1] or match[2]
            yield KINDS["list" if name.startswith("upstream_") else _NGINX.get(name, "text")]
            at = match.end()
        yield pattern[at:]

    return _checked("nginx", list(parts()))


def _apache(pattern: str, _spec: Spec) -> LogFormat:
    def parts() -> Iterator[Part]:
        at = 0
        for match in _APACHE_CODE.finditer(pattern):
            yield pattern[at : match.start()]
            at = match.end()
            yield from "%" if match[1] == "%" else _apache_kind(match[1].lstrip("!0123456789,<>"))
        yield pattern[at:]

    return _checked("apache", list(parts()))


def _apache_kind(code: str) -> Iterator[Part]:
    letter, argument = code[-1], code[1:-2] if code.startswith("{") else None
    known = _APACHE.get(letter if argument is None else f"{{{argument.lower()}}}{letter}", "text")
    if known == "apache_time":
        yield from ("[", KINDS["clf"], "]")
    elif letter == "t" and argument and argument.removeprefix("begin:").removeprefix("end:").startswith("%"):
        form = argument.removeprefix("begin:").removeprefix("end:")
        yield _strftime("time", "timestamp", form)
    else:
        yield KINDS[known]


def _goaccess(pattern: str, spec: Spec) -> LogFormat:
    own: dict[str, Callable[[], Kind]] = {
        "date": lambda: _strftime("date", "day", spec.date_format),
        "time": lambda: _strftime("time", "clock", spec.time_format),
        "date_time": lambda: _strftime("time", "timestamp", _both(spec)),
        "blanks": lambda: _BLANK,
    }

    def parts() -> Iterator[Part]:
        at = 0
        for match in _GOACCESS_CODE.finditer(pattern):
            yield pattern[at : match.start()]
            at = match.end()
            if match[0] == "%%":
                yield "%"
            elif match[0].startswith("~h"):
                yield _QUOTED_LIST
            elif match[1] == "^" and pattern[: match.start()].endswith("%t "):
                yield _ZONE  # GoAccess would pass it over
            else:
                name = _GOACCESS.get(match[1])
                if name is None:
                    raise UserError("bad_parameter", f"format: goaccess has no code {match[0]}")
                yield own[name]() if name in own else KINDS[name]
        yield pattern[at:]

    return _checked("goaccess", list(parts()))


def _both(spec: Spec) -> str:
    """`%x` is date and time together, one format where both are the same."""
    same = spec.date_format == spec.time_format
    return spec.date_format if same else f"{spec.date_format} {spec.time_format}"


def _strftime(label: str, column: str, form: str) -> Kind:
    pattern, chrono = strftime.pattern_of(form), strftime.chrono_of(form)
    change: dict[str, Callable[[pl.Expr, ReadOptions], pl.Expr]] = {
        "day": lambda text, _: strftime.day(text, chrono),
        "clock": lambda text, _: strftime.clock(text, chrono),
        "timestamp": lambda text, options: strftime.moment(text, chrono, options.zone),
    }
    return Kind(label, (Field(label, column, kinds.evaluated(change[column]), required=True),), f"({pattern})")


def _json(pattern: str, _spec: Spec) -> LogFormat:
    names: dict[str, list[str]] = {}
    for pair in filter(None, map(str.strip, pattern.split(","))):
        field, equals, name = map(str.strip, pair.partition("="))
        if not equals or not name or field not in {*_JSON, "request"}:
            raise UserError(
                "bad_parameter", f"format: json: {pair!r} is not FIELD=NAME with one of request, {', '.join(_JSON)}"
            )
        names.setdefault(field, []).append(name)
    fields = [Named(_JSON[field], tuple(known)) for field, known in names.items() if field != "request"]
    request = tuple(names.get("request", ()))
    if request:
        told = {known.field.column for known in fields}
        missing = (kinds.METHOD, kinds.TARGET, kinds.PROTOCOL)
        fields += [Named(field, ()) for field in missing if field.column not in told]
    columns = {known.field.column for known in fields}
    _complete(columns, "json")
    return RecordFormat("json:…", tuple(fields), request=request)


def _checked(writer: str, parts: list[Part]) -> LogFormat:
    """Raises UserError where two fields stand side by side, or what a request needs is missing."""
    merged: list[Part] = []
    coarse = [KINDS[name] for name in _FINEST if KINDS[name] in parts][1:]  # the same duration once more
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, str) and isinstance(last, str):
            merged[-1] = last + part
        elif part:
            merged.append(part if part not in coarse else KINDS["text"])
    for first, second in pairwise(merged):
        if isinstance(first, Kind) and isinstance(second, Kind) and not (first.strict or second.strict):
            raise UserError("bad_parameter", f"format: {writer}: nothing tells {first.label} and {second.label} apart")
    columns = {known.column for part in merged if isinstance(part, Kind) for known in part.fields}
    _complete(columns, writer)
    unsaid = () if "method" in columns else (("method", "GET"),)
    return TextFormat(f"{writer}:…", (tuple(merged),), constants=unsaid)


def _complete(columns: set[str], writer: str) -> None:
    """A time may be a wrapper's."""
    needed = {"method": "method or request line", "target": "path or request line", "status": "status"}
    if writer == "goaccess":  # its logs may say no more than a path
        needed.pop("method")
    missing = [what for column, what in needed.items() if column not in columns]
    if missing:
        raise UserError("bad_parameter", f"format: {writer}: names no {' and no '.join(missing)}")


_READERS: dict[str, Callable[[str, Spec], LogFormat]] = {
    "nginx": _nginx,
    "apache": _apache,
    "goaccess": _goaccess,
    "json": _json,
}
