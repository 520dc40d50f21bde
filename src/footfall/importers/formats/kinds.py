"""The types of a line's fields: what each may hold, and how a log's text becomes its value.

A `Kind` is what stands at one place of a line of text: its patterns say how far it reaches, its fields what it holds.
Formats that name their fields (JSON, W3C) use the fields alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

import polars as pl

from footfall.collect.address import client_of, packed
from footfall.importers import times
from footfall.importers.fields import Field, Reader, ReadOptions, map_distinct

_METHOD = re.compile("[A-Za-z][A-Za-z_-]{0,31}")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,:/]*(?:ns|us|µs|ms|s)?")
_NAME = re.compile(r"(?=.*[A-Za-z_])[\w](?:[\w.-]*[\w.])?(?::[0-9]{1,5})?", re.ASCII)
_HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+", re.ASCII)
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"^{_BYTE}\.{_BYTE}\.{_BYTE}\.{_BYTE}$"
_DEEPEST = 2  # times that an agent's percent-encoding is undone


def texts(text: pl.Series, options: ReadOptions) -> pl.Series:  # noqa: ARG001 - a Reader
    """Any text."""
    return text


def evaluated(change: Callable[[pl.Expr, ReadOptions], pl.Expr]) -> Reader:
    def read(text: pl.Series, options: ReadOptions) -> pl.Series:
        return text.to_frame("text").select(change(pl.col("text"), options)).to_series()

    return read


def _distinct(change: Callable[[str, ReadOptions], str | None]) -> Reader:
    def read(text: pl.Series, options: ReadOptions) -> pl.Series:
        return map_distinct(text, lambda one: change(one, options))

    return read


def _whole(kind: type[pl.DataType]) -> Reader:
    """A whole number, perhaps written as `512.0` or `+512`."""

    def read(text: pl.Series, _options: ReadOptions) -> pl.Series:
        number = text.cast(kind, strict=False)
        if number.null_count() == text.null_count():
            return number
        return text.str.extract(r"^\+?([0-9]+)(?:\.0+)?$", 1).cast(kind, strict=False)

    return read


def _duration(micros: float) -> Reader:
    """A number of a unit of so many microseconds; a negative one says that nothing was measured."""

    def change(text: pl.Expr, _options: ReadOptions) -> pl.Expr:
        number = (text.str.strip_prefix("+").cast(pl.Float64, strict=False) * micros).round()
        return pl.when(number.is_between(0, 1e15)).then(number).when(number < 0).then(0).cast(pl.UInt64)

    return evaluated(change)


def _with_unit(text: pl.Expr, _options: ReadOptions) -> pl.Expr:
    """`12ms`, `300µs`, `1m2.5s`, or seconds without a unit."""
    parts = text.str.extract_groups(r"^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9.]+(?:e[+-]?[0-9]+)?)(ns|us|µs|μs|ms|s)?)?$")
    hours, minutes, rest = (parts.struct[str(number)].cast(pl.Float64, strict=False) for number in range(1, 4))
    sizes = {"ns": 1e-3, "us": 1.0, "µs": 1.0, "μs": 1.0, "ms": 1e3, "s": 1e6}
    unit = parts.struct["4"].fill_null("s").replace_strict(sizes, return_dtype=pl.Float64)
    number = pl.sum_horizontal(hours * 3.6e9, minutes * 6e7, rest * unit).round()
    said = pl.any_horizontal(hours.is_not_null(), minutes.is_not_null(), rest.is_not_null())
    return pl.when(said & (number <= 1e15)).then(number).cast(pl.UInt64)


def _w3c_taken(text: pl.Expr, _options: ReadOptions) -> pl.Expr:
    """Whole numbers are milliseconds (IIS), others seconds (W3C, CloudFront)."""
    unit = pl.when(text.str.contains(".", literal=True)).then(1e6).otherwise(1e3)
    number = (text.cast(pl.Float64, strict=False) * unit).round()
    return pl.when(number.is_between(0, 1e15)).then(number).cast(pl.UInt64)


def _method(text: str, _options: ReadOptions) -> str | None:
    return text.upper() if _METHOD.fullmatch(text) else None


def _any_time(text: pl.Expr, options: ReadOptions) -> pl.Expr:
    return pl.coalesce(
        times.iso(text, options.zone), times.clf(text), times.unix(text), times.local_clf(text, options.zone)
    )


def _clf_time(text: pl.Series, options: ReadOptions) -> pl.Series:
    """A time as servers write it between brackets; where one of a block is another, any that names its day first."""
    known = evaluated(lambda text, _: times.clf(text))(text, options)
    if known.null_count() == text.null_count():
        return known
    return evaluated(lambda text, options: times.any_clf(text, options.zone))(text, options)


def _address(text: pl.Series, options: ReadOptions) -> pl.Series:
    distinct = text.unique().drop_nulls()
    odd = distinct.filter(~distinct.str.contains(_IPV4))  # IPv4 has one spelling
    if odd.is_empty():
        return text
    clients = [client_of(one, options.trusted) for one in odd]
    return text.replace(odd, pl.Series(clients, dtype=pl.String))


def _peer(text: pl.Series, options: ReadOptions) -> pl.Series:
    """An address that always has its port: an IPv6 address without brackets would swallow the port as its end."""
    return _address(text.str.replace(r"^(?:unix:.*|([^\[\]]*[^:\[\]]):[0-9]{1,5})$", "$1"), options)


def _squid_target(text: str, _options: ReadOptions) -> str | None:
    """`error:invalid-request` and the like stand where no request could be read."""
    return None if text.startswith("error:") else text


def _forwarded(text: str, options: ReadOptions) -> str:
    """Clients write this header, proxies add to its end: what stands before something that is no address is ignored."""
    elements = text.split(",")
    odd = [at for at, one in enumerate(elements) if client_of(one) is None]
    return client_of(",".join(elements[odd[-1] + 1 :] if odd else elements), options.trusted) or ""


def _first_of_rest(text: pl.Series, options: ReadOptions) -> pl.Series:
    """The column right after the agent, where it is a list of addresses without ports (those are upstreams)."""
    if text.null_count() == text.len():
        return text
    quoted = text.str.extract(r'^ "([^"\\]*)"', 1)
    plain = quoted.fill_null("")
    return map_distinct(plain, lambda one: "" if _has_port(one) else _forwarded(one, options)).fill_null("")


def _has_port(addresses: str) -> bool:
    return any(one.count(":") == 1 or "[" in one for one in addresses.split(","))


def _user(text: str, _options: ReadOptions, *, guessed: bool) -> str | None:
    """A name. A word of it may not be an address or `-`; where the place alone says that it is a user, no number."""
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        text, guessed = text[1:-1].strip(), False
    words = text.split()
    if any(packed(word.strip(",;()[]\"'")) is not None for word in words):
        return None
    if guessed and any(_NUMBER.fullmatch(word) for word in words):
        return None
    if len(words) > 1 and "-" in words:
        return None
    return "" if text == "-" else text.strip()


def _named_host(text: str, _options: ReadOptions) -> str | None:
    if text == "_":  # nginx's name of a server without names
        return ""
    return text if _NAME.fullmatch(text) and packed(text) is None else None


def _any_host(text: str, _options: ReadOptions) -> str | None:
    return text if _HOST.fullmatch(text) else None


def _given_host(text: str, _options: ReadOptions) -> str:
    """A `Host` header is the client's: what is none in it says nothing."""
    return text if _HOST.fullmatch(text) and text != "_" else ""


def _identity(text: str, _options: ReadOptions) -> str | None:
    """The column that RFC 1413 filled: never an address, a number or a list."""
    odd = packed(text) is not None or _NUMBER.fullmatch(text) or "," in text
    return None if odd else text


def undo_percent(text: str) -> str:
    """Percent-encoding undone, at most twice."""
    for _ in range(_DEEPEST):
        if "%" not in text:
            break
        text = unquote(text)
    return text


def _agent(text: pl.Series, _options: ReadOptions) -> pl.Series:
    """An agent without any blank whose blanks were percent-encoded is decoded."""
    encoded = text.str.contains("%20|%2520") & ~text.str.contains(" ", literal=True)
    return map_distinct(text, undo_percent) if encoded.any() else text


def _us_day(text: pl.Series, _options: ReadOptions) -> pl.Series:
    """`11/27/2026` or `11/27/26` as `2026-11-27`."""
    parts = text.str.extract_groups(r"^(\d{1,2})/(\d{1,2})/(?:20)?(\d\d)$").struct.unnest()
    month, day, year = (parts[name] for name in parts.columns)
    return "20" + year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)


def _clock(text: pl.Series, _options: ReadOptions) -> pl.Series:
    """`7:55:20` as `07:55:20`."""
    return text.str.extract(r"^(\d{1,2}:\d\d:\d\d)$", 1).str.zfill(8)


# The fields.

TIME = Field("time", "timestamp", evaluated(_any_time))
CLF_TIME = Field("time", "timestamp", _clf_time)
LOCAL_TIME = Field(
    "time",
    "timestamp",
    evaluated(lambda text, options: pl.coalesce(times.local_clf(text, options.zone), times.clf(text))),
)
ISO_TIME = Field("time", "timestamp", evaluated(lambda text, options: times.iso(text, options.zone)))
HTTP_TIME = Field("time", "timestamp", evaluated(lambda text, _: times.http(text)))
UNIX_TIME = Field("time", "timestamp", evaluated(lambda text, _: times.unix(text)))
ADDRESS = Field("address", "ip_address", _address)
PEER = Field("address", "ip_address", _peer)
FORWARDED = Field("forwarded addresses", "forwarded", _distinct(_forwarded))
REST = Field("columns after the agent", "forwarded", _first_of_rest)
IDENTITY = Field("identity", "", _distinct(_identity))
USER = Field("user", "user_id", _distinct(partial(_user, guessed=True)))
NAMED_USER = Field("user", "user_id", _distinct(partial(_user, guessed=False)))
METHOD = Field("method", "method", _distinct(_method))
TARGET = Field("target", "target", texts)
SQUID_TARGET = Field("target", "target", _distinct(_squid_target))
PROTOCOL = Field("protocol", "protocol", texts)
SCHEME = Field("scheme", "protocol", texts)
PROVIDER = Field("provider", "provider", texts)
STATUS = Field("status", "status", _whole(pl.UInt16))
BYTES = Field("bytes", "bytes", _whole(pl.UInt64))
REFERER = Field("referrer", "referer", texts)
AGENT = Field("agent", "user_agent", _agent)
HOST = Field("host", "host", _distinct(_any_host))
NAMED_HOST = Field("host", "host", _distinct(_named_host), required=True)
GIVEN_HOST = Field("host", "host", _distinct(_given_host))
PART_SECONDS = Field("duration", "duration_part", _duration(1e6))
PART_DURATION = Field("duration", "duration_part", evaluated(_with_unit))
SECONDS = Field("duration", "duration_us", _duration(1e6))
MILLIS = Field("duration", "duration_us", _duration(1e3))
MICROS = Field("duration", "duration_us", _duration(1.0))
NANOS = Field("duration", "duration_us", _duration(1e-3))
DURATION = Field("duration", "duration_us", evaluated(_with_unit))
OFFSET = Field("zone", "offset", texts)
US_DAY = Field("date", "day", _us_day, required=True)
CLOCK = Field("time", "clock", _clock, required=True)
W3C_TAKEN = Field("duration", "duration_us", evaluated(_w3c_taken))


@dataclass(frozen=True, slots=True)
class Kind:
    """What stands at one place of a line of text.

    The patterns hold a group for each field. `strict` is what servers write; where a line does not fit, `loose` also
    takes what clients make of it (blanks and quotes in a target, a user of two words). Without patterns, the text
    reaches to what follows it. Patterns are for the engine of polars, which takes time in proportion to the line
    whatever it holds. Trap: one whose next character always decides what to do next is several times faster.
    """

    label: str
    fields: tuple[Field, ...] = ()
    strict: str = ""
    loose: str = ""


_TARGET = r"([A-Za-z_-]+) {target}(?: ([A-Z]+/[0-9.]+))?"
_LOOSE_TARGET = r"([A-Za-z_-]+) +([^ ].*?)(?: +((?:[A-Z]+|http)/[0-9.]+) *)?"
_COLUMNS = r'(?: [^" ]*(?:"(?:[^"\\]|\\.)*"[^" ]*)*)*'  # what operators add at the end, `rt="0.1"` too
_NUMBERS = '(?: [^" ]*)*'  # the same after `common`, where a quoted text would be a referrer or an agent
_ADDRESSES = "([^ ,]*(?: *, *[^ ,]*)*)"
_QUOTED_ADDRESSES = '"?([^ ,"]*(?: *, *[^ ,"]*)*)"?'
_LIST = r"[^ ,]+(?:, [^ ,]+| : [^ ,]+)*"  # nginx, of several upstreams

KINDS: dict[str, Kind] = {
    "address": Kind("address", (ADDRESS,), "([^ ]+)", _QUOTED_ADDRESSES),
    "peer": Kind("address", (PEER,), "([^ ]+)", "([^ ]*)"),
    "forwarded": Kind("forwarded addresses", (FORWARDED,), "", _ADDRESSES),
    "addresses": Kind("address", (ADDRESS,)),  # by their place between other fields, as in quotes
    "identity": Kind("identity", (IDENTITY,), "(-)", r'("-"|[^ "\[]+)'),
    "user": Kind("user", (USER,), r'([^ "\[]+)', r'("(?:[^"\\]|\\.)*"|(?:[^\["\\]|\\.)*?)'),
    "user_word": Kind("user", (NAMED_USER,), "([^ ]+)"),
    "named_user": Kind("user", (NAMED_USER,), "", r'("(?:[^"\\]|\\.)*"|(?:[^\["\\]|\\.)*?)'),
    "clf": Kind("time", (CLF_TIME,), r"([^\] ]+ [^\] ]+)", r"([^\] ]+(?: [^\] ]+)?)"),
    "local": Kind("time", (LOCAL_TIME,), r"([^\]]+)"),
    "iso": Kind("time", (ISO_TIME,), r"([0-9T:.,Zz/+-]+)"),
    "unix": Kind("time", (UNIX_TIME,), r"([0-9]+(?:\.[0-9]+)?)"),
    "request": Kind(
        "request",
        (METHOD, TARGET, PROTOCOL),
        _TARGET.replace("{target}", '([^ "]+)'),
        _LOOSE_TARGET,
    ),
    "method": Kind("method", (METHOD,)),
    "target": Kind("target", (TARGET,)),
    "spaced_target": Kind("target", (TARGET,), "([^, ]+)", "([^ ].*?)"),
    "squid_target": Kind("target", (SQUID_TARGET,), "([^ ]+)", "([^ ].*?)"),
    "url": Kind("target", (TARGET,), "([^|]+)", "([A-Za-z]+://.+?)"),
    "protocol": Kind("protocol", (PROTOCOL,)),
    "scheme": Kind("scheme", (SCHEME,)),
    "status": Kind("status", (STATUS,), "([0-9]{3}|-)"),
    "code": Kind("status", (STATUS,), "([0-9]{3}|0)"),
    "bytes": Kind("bytes", (BYTES,), r"(\+?[0-9]+|-)"),
    "number": Kind("number", (), r"(?:[0-9]+|-)"),
    "capitals": Kind("cache status", (), "(?:[A-Z_]+|-)"),
    "hierarchy": Kind("hierarchy", (), "[A-Z_0-9]+/[^ ]+"),
    "pop": Kind("edge", (), "(?:[A-Z]{2,4}[0-9]*|-)"),
    "hex": Kind("request's number", (), "(?:[0-9a-f-]+)"),
    "country": Kind("country", (), "(?:[A-Z]{2}|-)?"),
    "lb_type": Kind("type", (), "(?:https?|h2|grpcs|wss?)"),
    "word": Kind("text", (), r"[^ ]+"),
    "list": Kind("text", (), _LIST),
    "text": Kind("text"),
    "referer": Kind("referrer", (REFERER,)),
    "agent": Kind("agent", (AGENT,)),
    "piped_agent": Kind("agent", (AGENT,), "([^|]*)", "(.*?)"),
    "cut_agent": Kind("agent", (AGENT,), '([^"]*)'),
    "rest": Kind("columns after the agent", (REST,), f"({_COLUMNS})", f'({_COLUMNS}(?: "[^"]*)?)'),
    "numbers": Kind("columns at the end", (), _NUMBERS),
    "columns": Kind("columns at the end", (), _COLUMNS),
    "any": Kind("columns at the end", (), "(?: .*)?"),
    "named_host": Kind("host", (NAMED_HOST,), r"([^ ]+)"),
    "host_port": Kind("host", (NAMED_HOST,), r"([^ :]+:[0-9]{1,5})"),
    "host": Kind("host", (HOST,), r"([^ ]+)"),
    "given_host": Kind("host", (GIVEN_HOST,)),
    "host_word": Kind("host", (GIVEN_HOST,), "([^ ]+)"),
    "http_date": Kind("time", (HTTP_TIME,), "([A-Z][a-z]{2}, [^ ]+ [^ ]+ [^ ]+ [^ ]+ GMT)"),
    "us_date": Kind("date", (US_DAY,)),
    "clock": Kind("time", (CLOCK,)),
    "captured": Kind("captured headers", (), r"\{[^}]*\}"),
    "part_seconds": Kind("duration", (PART_SECONDS,)),
    "seconds": Kind("duration", (SECONDS,)),
    "millis": Kind("duration", (MILLIS,)),
    "micros": Kind("duration", (MICROS,)),
    "nanos": Kind("duration", (NANOS,)),
    "duration": Kind("duration", (DURATION,)),
}
