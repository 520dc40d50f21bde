"""From a format's texts to the columns of a request: what every format shares.

A format gives a frame with `line` (UInt32, index within the block) and any of the columns of `FIELDS`; a column that
it lacks counts as absent in every row. `-` and null are absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from footfall.collect.requests import MAX_RESPONSE_BYTES
from footfall.model.period import iso_seconds

TEXTS = ("user_id", "method", "target", "host", "protocol", "ip_address", "user_agent", "referer", "provider")
NUMBERS: dict[str, pl.DataType] = {
    "timestamp": pl.Int64(),
    "status": pl.UInt16(),
    "bytes": pl.UInt64(),
    "duration_us": pl.UInt64(),
}
FIELDS: dict[str, pl.DataType] = {**{name: pl.String() for name in TEXTS}, **NUMBERS}
"""`timestamp` in Unix milliseconds; `target` as in the request line: path with query, or an absolute URL. `protocol` is
the scheme (`https`) where a log says it, else what stands in the request line (`HTTP/1.1`)."""

_OUTPUT = (
    "line", "timestamp", "user_id", "method", "endpoint", "host", "status", "bytes", "duration_us", "protocol",
    "ip_address", "user_agent", "referer", "provider",
)  # fmt: skip
_METHOD = r"^[A-Za-z][A-Za-z_-]{0,31}$"
_NO_TARGET = r"^(?:HTTP/[0-9.]+)?$"  # nothing, or the protocol in its place
_SCHEME = r"^[A-Za-z][A-Za-z0-9+.-]*://"
_ABSOLUTE = _SCHEME + r"(?:[^/?#@]*@)?(?P<authority>[^/?#]*)(?P<path>[^?#]*)"
_ESCAPE = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|(["\\/bfnrtv]))')
_ESCAPED = {"b": b"\b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t", "v": b"\v"}

Reject = tuple[int, str]
"""Index of a line within its block, and why it was refused: without what the line says, which may be private."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A format's answer. Lines in neither part are directives: neither accepted nor rejected."""

    frame: pl.DataFrame
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Parsed:
    """Accepted rows in line order: `line` and the pipeline's request columns that a log can tell; and the rejects."""

    frame: pl.DataFrame
    rejects: list[Reject]


@dataclass(frozen=True, slots=True)
class Window:
    """The times that are believed: `[oldest, newest]`, Unix milliseconds."""

    oldest: int
    newest: int


def settle(fields: Fields, window: Window) -> Parsed:
    """Fill in what is absent, split targets, and refuse rows without a usable time, method, target or status."""
    frame = _split_target(_fill(fields.frame))
    good = (
        pl.col("timestamp").is_between(window.oldest, window.newest)
        & pl.col("method").str.contains(_METHOD)
        & ~pl.col("endpoint").str.contains(_NO_TARGET)
        & (pl.col("status") <= 999)
        & (pl.col("bytes").fill_null(0) <= MAX_RESPONSE_BYTES)
    ).fill_null(value=False)
    bad = frame.filter(~good)
    rejects = fields.rejects + [(row["line"], _fault(row, window)) for row in bad.iter_rows(named=True)]
    kept = frame if bad.is_empty() else frame.filter(good)
    numbers = pl.col("bytes", "duration_us").fill_null(0)
    return Parsed(kept.with_columns(numbers).select(_OUTPUT), sorted(rejects))


def unescape(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    r"""Undo the escapes that servers write into quoted fields: `\"`, `\\`, `\n`…, and bytes as `\xHH`."""
    marked = pl.any_horizontal(pl.col(*columns).str.contains("\\", literal=True).any())
    if not frame.select(marked).item():
        return frame
    return frame.with_columns(map_distinct(frame[name], _unescaped) for name in columns)


def map_distinct(texts: pl.Series, change: Callable[[str], str]) -> pl.Series:
    """Apply a Python function once per distinct text."""
    distinct = texts.unique().drop_nulls()
    changed = pl.Series([change(text) for text in distinct], dtype=pl.String)
    return texts.replace_strict(distinct, changed, default=None, return_dtype=pl.String)


def _fill(frame: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in FIELDS.items() if name not in frame.columns]
    texts = [pl.when(pl.col(name) != "-").then(pl.col(name)).otherwise(pl.lit("")).alias(name) for name in TEXTS]
    return frame.with_columns(missing).with_columns(texts)


def _split_target(frame: pl.DataFrame) -> pl.DataFrame:
    """`endpoint`: the target without query and fragment. An absolute target gives its host too, where none is known."""
    target = pl.col("target")
    frame = frame.with_columns(target.str.splitn("?", 2).struct[0].str.splitn("#", 2).struct[0].alias("endpoint"))
    if frame.select(target.str.contains(_SCHEME).any()).item():
        url = target.str.extract_groups(_ABSOLUTE)
        authority, path = url.struct["authority"], url.struct["path"]
        absolute = authority.is_not_null()
        frame = frame.with_columns(
            endpoint=pl.when(absolute & (path == "")).then(pl.lit("/")).when(absolute).then(path).otherwise("endpoint"),
            host=pl.when((pl.col("host") == "") & absolute).then(authority).otherwise("host"),
        )
    host = pl.col("host").str.replace(r":[0-9]*$", "").str.to_lowercase()
    return frame.with_columns(host)


def _fault(row: dict[str, Any], window: Window) -> str:  # noqa: PLR0911 - one for each fault
    """What is wrong with a row that `settle` refuses."""
    at = row["timestamp"]
    if at is None:
        return "no time, or one that can't be read"
    if at < window.oldest:
        return f"time {iso_seconds(at)} is before {iso_seconds(window.oldest)}"
    if at > window.newest:
        return f"time {iso_seconds(at)} lies in the future"
    if re.search(_METHOD, row["method"]) is None:
        return "request without a method"
    if re.search(_NO_TARGET, row["endpoint"]):
        return "request without a target"
    if row["status"] is None:
        return "no status, or one that can't be read"
    if row["status"] > 999:
        return f"status {row['status']} is not from 0 to 999"
    return f"{row['bytes']} bytes are more than {MAX_RESPONSE_BYTES}"


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    parts, at = [], 0
    for match in _ESCAPE.finditer(text):
        parts.append(text[at : match.start()].encode())
        code, char = match.groups()
        parts.append(bytes([int(code, 16)]) if code else _ESCAPED.get(char, char.encode()))
        at = match.end()
    parts.append(text[at:].encode())
    return b"".join(parts).decode("utf-8", "replace")
