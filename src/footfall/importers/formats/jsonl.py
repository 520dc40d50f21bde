"""One JSON object per line: nginx's usual names, and Caddy's structured log.

Sources: https://nginx.org/en/docs/varindex.html (variables, named as people put them into `log_format … escape=json`);
https://caddyserver.com/docs/logging.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import msgspec
import polars as pl

from footfall.collect.cdn import named_by
from footfall.importers.fields import FIELDS, Fields, Reject
from footfall.importers.formats.text import clf_time

Scalar = str | int | float | None


class NginxLine(msgspec.Struct, gc=False):
    """Numbers may stand in quotes: nginx puts them there where the operator does."""

    time_iso8601: Scalar = None
    time_local: Scalar = None
    msec: Scalar = None
    remote_addr: Scalar = None
    remote_user: Scalar = None
    request: Scalar = None
    request_method: Scalar = None
    request_uri: Scalar = None
    uri: Scalar = None
    status: Scalar = None
    bytes_sent: Scalar = None
    body_bytes_sent: Scalar = None
    request_time: Scalar = None
    http_referer: Scalar = None
    http_user_agent: Scalar = None
    http_host: Scalar = None
    host: Scalar = None
    server_name: Scalar = None
    server_protocol: Scalar = None
    scheme: Scalar = None
    provider: Scalar = None


class CaddyHeaders(msgspec.Struct, gc=False, frozen=True):
    agent: list[str] = msgspec.field(default_factory=list, name="User-Agent")
    referer: list[str] = msgspec.field(default_factory=list, name="Referer")
    cloudflare: list[str] = msgspec.field(default_factory=list, name="Cf-Ray")
    cloudfront: list[str] = msgspec.field(default_factory=list, name="X-Amz-Cf-Id")
    loop: list[str] = msgspec.field(default_factory=list, name="Cdn-Loop")
    via: list[str] = msgspec.field(default_factory=list, name="Via")

    @property
    def provider(self) -> str:
        """The CDN that they name."""
        told = {"cf-ray": self.cloudflare, "x-amz-cf-id": self.cloudfront, "cdn-loop": self.loop, "via": self.via}
        return named_by({name: " ".join(values) for name, values in told.items() if values})


class CaddyRequest(msgspec.Struct, gc=False):
    method: str
    uri: str
    remote_ip: str = ""
    client_ip: str = ""
    tls: dict[str, object] | None = None
    host: str = ""
    headers: CaddyHeaders = msgspec.field(default_factory=CaddyHeaders)


class CaddyLine(msgspec.Struct, gc=False):
    request: CaddyRequest
    ts: Scalar = None
    logger: str = ""
    user_id: str = ""
    status: Scalar = None
    size: Scalar = None
    duration: Scalar = None


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """`line` is what one line must decode to; `columns` makes the fields from the decoded lines' values."""

    name: str
    line: type[msgspec.Struct]
    columns: Callable[[Sequence[msgspec.Struct]], pl.DataFrame]

    def begin(self) -> JsonFormat:
        """No line depends on an earlier one, so the format is its own parser."""
        return self

    def parse(self, lines: pl.Series) -> Fields:
        decode = msgspec.json.Decoder(self.line).decode
        rows: list[msgspec.Struct] = []
        taken: list[int] = []
        rejects: list[Reject] = []
        for at, text in enumerate(lines):
            try:
                rows.append(_decode(decode, text))
                taken.append(at)
            except (msgspec.DecodeError, RecursionError) as error:
                rejects.append((at, str(error)))
        index = pl.Series("line", taken, dtype=pl.UInt32)
        return Fields(self.columns(rows).with_columns(index).select("line", *FIELDS), rejects)


def _decode(decode: Callable[[str], msgspec.Struct], text: str) -> msgspec.Struct:
    try:
        return decode(text)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # nginx without `escape=json` writes \xHH, which JSON does not have.
        if "\\x" not in text:
            raise
        return decode(text.replace("\\x", "\\u00"))


def _texts(rows: Sequence[msgspec.Struct], paths: Sequence[str]) -> pl.DataFrame:
    """One text column per attribute path; `-` and the empty text become null, so that `coalesce` passes over them."""
    values = zip(*map(attrgetter(*paths), rows), strict=True) if rows else [()] * len(paths)
    names = [path.replace(".", "_") for path in paths]
    frame = pl.DataFrame(
        [pl.Series(name, column, dtype=pl.String, strict=False) for name, column in zip(names, values, strict=True)]
    )
    return frame.with_columns(pl.when(~pl.all().is_in(["", "-"])).then(pl.all()))


def _nginx(rows: Sequence[msgspec.Struct]) -> pl.DataFrame:
    parts = pl.col("request").str.extract_groups(r"^([^ ]+) (.+?)(?: ([A-Z]+/[0-9.]+))?$")
    return _texts(rows, NginxLine.__struct_fields__).select(
        pl.coalesce(_unix("msec"), _iso("time_iso8601"), clf_time("time_local")).alias("timestamp"),
        pl.col("remote_user").alias("user_id"),
        pl.coalesce("request_method", parts.struct["1"]).alias("method"),
        pl.coalesce("request_uri", parts.struct["2"], "uri").alias("target"),
        pl.coalesce("http_host", "host", "server_name").alias("host"),
        pl.coalesce("scheme", "server_protocol", parts.struct["3"]).alias("protocol"),
        pl.col("remote_addr").alias("ip_address"),
        pl.col("http_user_agent").alias("user_agent"),
        pl.col("http_referer").alias("referer"),
        pl.col("provider"),
        pl.col("status").cast(pl.UInt16, strict=False),
        pl.coalesce("body_bytes_sent", "bytes_sent").cast(pl.UInt64, strict=False).alias("bytes"),
        _micros("request_time"),
    )


_CADDY = (
    "request.method", "request.uri", "request.host", "request.client_ip", "request.remote_ip",
    "user_id", "ts", "logger", "status", "size", "duration",
)  # fmt: skip


def _caddy(rows: Sequence[msgspec.Struct]) -> pl.DataFrame:
    headers = list(map(attrgetter("request.headers"), rows))
    schemes = ["http" if tls is None else "https" for tls in map(attrgetter("request.tls"), rows)]
    # The error log describes the same requests again: only lines of an access log, or of no named one, have a time.
    access = pl.col("logger").is_null() | pl.col("logger").str.starts_with("http.log.access")
    return _texts(rows, _CADDY).select(
        pl.when(access).then(pl.coalesce(_unix("ts"), _iso("ts"))).alias("timestamp"),
        pl.col("user_id"),
        pl.col("request_method").alias("method"),
        pl.col("request_uri").alias("target"),
        pl.col("request_host").alias("host"),
        pl.Series("protocol", schemes, dtype=pl.String),
        pl.coalesce("request_client_ip", "request_remote_ip").alias("ip_address"),
        pl.Series("user_agent", ["".join(found.agent[:1]) for found in headers], dtype=pl.String),
        pl.Series("referer", ["".join(found.referer[:1]) for found in headers], dtype=pl.String),
        pl.Series("provider", [found.provider for found in headers], dtype=pl.String),
        pl.col("status").cast(pl.UInt16, strict=False),
        pl.col("size").cast(pl.UInt64, strict=False).alias("bytes"),
        _micros("duration"),
    )


def _unix(column: str) -> pl.Expr:
    """Unix seconds, or from 1e11 on milliseconds, as milliseconds."""
    number = pl.col(column).cast(pl.Float64, strict=False)
    millis = pl.when(number.abs() < 1e11).then(number * 1e3).otherwise(number).round()
    return pl.when(millis.abs() < 1e15).then(millis).cast(pl.Int64)


def _iso(column: str) -> pl.Expr:
    """ISO 8601 with an offset or `Z`."""
    text = pl.col(column).str.replace(r"[Zz]$", "+0000")
    return text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="ms", strict=False).dt.epoch("ms")


def _micros(column: str) -> pl.Expr:
    """Seconds as microseconds."""
    micros = (pl.col(column).cast(pl.Float64, strict=False) * 1e6).round()
    return pl.when(micros.is_between(0, 1e15)).then(micros).cast(pl.UInt64).alias("duration_us")


JSON_FORMATS = (JsonFormat("json", NginxLine, _nginx), JsonFormat("caddy", CaddyLine, _caddy))
