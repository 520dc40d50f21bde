"""From a format's texts to the columns of a request: what every format shares.

A format says which typed field each of its texts is (`Field`); this module reads them, and refuses a line whose field
is not what its type says. `-`, the empty text and null are absent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from footfall.collect.address import is_inner, packed
from footfall.collect.requests import MAX_RESPONSE_BYTES
from footfall.importers.times import DAY_AND_CLOCK, ahead, at_zone
from footfall.model.period import iso_seconds
from footfall.settings import Network

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
_SCHEME = r"^[A-Za-z][A-Za-z0-9+.-]*://"
_ABSOLUTE = _SCHEME + r"(?:[^/?#@]*@)?(?P<authority>[^/?#]*)(?P<path>[^?#]*)"
_NO_TARGET = r"^(?:HTTP/[0-9.]+)?$"  # nothing, or the protocol in its place

Reject = tuple[int, str]
"""Index of a line within its block, and why it was refused: without what the line says, which may be private."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What reading depends on beside the line.

    Times are believed in `[oldest, newest]` (Unix milliseconds); those that name no zone are of `zone` (an IANA name).
    The addresses of `trusted` proxies name no client.
    """

    oldest: int
    newest: int
    zone: str = "UTC"
    trusted: tuple[Network, ...] = ()

    def whenever(self) -> ReadOptions:
        """The same for any time: what a format is recognised with."""
        return replace(self, oldest=-(1 << 60), newest=1 << 60)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a block, and the time that a wrapper gave each of them (Unix milliseconds), where there was one."""

    texts: pl.Series
    times: pl.Series | None = None


Reader = Callable[[pl.Series, ReadOptions], pl.Series]
"""Texts (null where absent) to values of one of `FIELDS`; null where a text is not valid."""


@dataclass(frozen=True, slots=True)
class Field:
    """One typed value of a line.

    `label` is what reasons and explanations call it. `column` is one of `FIELDS`; or `day` and `clock`, which make a
    timestamp together, with an `offset` where that is one (`+0200`); or `duration_part`, one of several
    durations that add up; or `forwarded`, a list of addresses that names the client where `ip_address` does not; or
    `""` for a text that is checked only. Of two fields with one column the first that is present counts.
    """

    label: str
    column: str
    read: Reader
    required: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """Accepted rows in line order: `line` and the pipeline's request columns that a log can tell; and the rejects.

    Lines in neither part are directives: neither accepted nor rejected.
    """

    frame: pl.DataFrame
    rejects: list[Reject]


def read_fields(
    raw: pl.DataFrame,
    fields: Sequence[Field],
    lines: Lines,
    options: ReadOptions,
    constants: Sequence[tuple[str, str]] = (),
) -> Parsed:
    """`raw` has `line` (UInt32, index within the block) and one column of texts per field, in their order.

    `constants` are values of columns that no field fills.
    """
    frame = raw.select("line")
    texts = raw.select(pl.when((pl.col(name) != "-") & (pl.col(name) != "")).then(name) for name in raw.columns[1:])
    fault = pl.lit(None, pl.String)
    flags, values = [], list[pl.Series]()
    for number, (field, text) in enumerate(zip(fields, texts.iter_columns(), strict=True)):
        value = field.read(text, options)
        bad = value.is_null() if field.required else value.is_null() & text.is_not_null()
        if bad.any():
            flags.append(bad.alias(f"bad{number}"))
            fault = pl.coalesce(fault, pl.when(pl.col(f"bad{number}")).then(pl.lit(f"{field.label}: {_WRONG}")))
        values.append(value)
    told = [pl.lit(value).alias(name) for name, value in constants]
    frame = frame.with_columns(*_combined(fields, values), *told, *flags)
    if lines.times is not None and "timestamp" not in frame.columns and "day" not in frame.columns:
        frame = frame.with_columns(timestamp=lines.times.gather(raw["line"]))
    return _settled(frame.with_columns(fault=fault), options)


_WRONG = "not a valid value"


def _combined(fields: Sequence[Field], values: Sequence[pl.Series]) -> list[pl.Series]:
    """One series per column that the fields fill."""
    columns: dict[str, list[pl.Series]] = {}
    for field, value in zip(fields, values, strict=True):
        if field.column:
            columns.setdefault(field.column, []).append(value)
    return [
        _merged(name, found).alias("duration_us" if name == "duration_part" else name)
        for name, found in columns.items()
    ]


def _merged(name: str, found: list[pl.Series]) -> pl.Series:
    if len(found) == 1:
        return found[0]
    frame = pl.DataFrame({str(number): value for number, value in enumerate(found)})
    if name == "duration_part":
        return frame.sum_horizontal()
    return frame.select(pl.coalesce(pl.all())).to_series()


def _settled(frame: pl.DataFrame, options: ReadOptions) -> Parsed:
    """Fill in what is absent, split targets, and refuse rows without a usable time, method, target or status."""
    frame = _split_target(_fill(_timed(_client(frame, options), options)))
    good = (
        pl.col("timestamp").is_between(options.oldest, options.newest)
        & (pl.col("method") != "")
        & ~pl.col("endpoint").str.contains(_NO_TARGET)
        & (pl.col("status") <= 999)
        & (pl.col("bytes") <= MAX_RESPONSE_BYTES)
    ).fill_null(value=False) & pl.col("fault").is_null()
    kept, rejects = frame, list[Reject]()
    found = frame.select(good).to_series()
    if not found.all():
        kept, bad = frame.filter(found), frame.filter(~found)
        rejects = [(row["line"], row["fault"] or _fault(row, options)) for row in bad.iter_rows(named=True)]
    return Parsed(kept.select(_OUTPUT), rejects)


def _client(frame: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """A forwarded list names the client where the address is absent, private or a trusted proxy's."""
    if "forwarded" not in frame.columns or frame["forwarded"].null_count() == frame.height:
        return frame
    if "ip_address" not in frame.columns:
        return frame.with_columns(ip_address="forwarded")

    def inner(address: str) -> bool:
        raw = packed(address)
        return raw is None or is_inner(raw, options.trusted)

    addresses = frame["ip_address"].unique().drop_nulls()
    theirs = pl.Series([address for address in addresses if inner(address)], dtype=pl.String)
    told = pl.col("ip_address").is_null() | pl.col("ip_address").is_in(theirs.implode())
    named = pl.when(told & (pl.col("forwarded") != "")).then("forwarded").otherwise("ip_address")
    return frame.with_columns(ip_address=named)


def _timed(frame: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    if "day" not in frame.columns or "clock" not in frame.columns:
        return frame
    local = (pl.col("day") + "T" + pl.col("clock")).str.to_datetime(DAY_AND_CLOCK, time_unit="ms", strict=False)
    at = at_zone(local, options.zone)
    if "offset" in frame.columns:
        at = pl.coalesce(local.dt.epoch("ms") - ahead(pl.col("offset")), at)
    return frame.with_columns(
        timestamp=pl.coalesce("timestamp", at) if "timestamp" in frame.columns else at,
    )


def _fill(frame: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, kind).alias(name) for name, kind in FIELDS.items() if name not in frame.columns]
    return frame.with_columns(missing).with_columns(
        pl.col(*TEXTS).fill_null(""), pl.col("bytes", "duration_us").fill_null(0)
    )


def _split_target(frame: pl.DataFrame) -> pl.DataFrame:
    """`endpoint`: the target without query and fragment. An absolute target gives its host too, where none is known."""
    target = pl.col("target")
    frame = frame.with_columns(target.str.replace(r"(?s)[?#].*$", "").alias("endpoint"))
    if frame.select(target.str.contains(_SCHEME).any()).item():
        url = target.str.extract_groups(_ABSOLUTE)
        authority, path = url.struct["authority"], url.struct["path"]
        absolute = authority.is_not_null()
        frame = frame.with_columns(
            endpoint=pl.when(absolute & (path == "")).then(pl.lit("/")).when(absolute).then(path).otherwise("endpoint"),
            host=pl.when((pl.col("host") == "") & absolute).then(authority).otherwise("host"),
        )
    if frame["host"].n_unique() > 1 or (frame.height and frame["host"][0]):
        frame = frame.with_columns(pl.col("host").str.replace(r":[0-9]*$", "").str.to_lowercase())
    return frame


def _fault(row: dict[str, Any], options: ReadOptions) -> str:  # noqa: PLR0911 - one for each fault
    """What is wrong with a row whose fields are valid one by one."""
    at = row["timestamp"]
    if at is None:
        return "time: none, or one that can't be read"
    if at < options.oldest:
        return f"time: {iso_seconds(at)} is before {iso_seconds(options.oldest)}"
    if at > options.newest:
        return f"time: {iso_seconds(at)} lies in the future"
    if not row["method"]:
        return "request: no method"
    if row["status"] is None:
        return "status: none"
    if row["status"] > 999:
        return f"status: {row['status']} is not from 0 to 999"
    if row["bytes"] > MAX_RESPONSE_BYTES:
        return f"bytes: {row['bytes']} are more than {MAX_RESPONSE_BYTES}"
    return "request: no target"


def no_rows() -> pl.DataFrame:
    """A frame of accepted rows that has none."""
    kinds = FIELDS | {"line": pl.UInt32(), "endpoint": pl.String()}
    return pl.DataFrame(schema={name: kinds[name] for name in _OUTPUT})


def map_distinct(texts: pl.Series, change: Callable[[str], str | None]) -> pl.Series:
    """Apply a Python function once per distinct text; null stays null."""
    if texts.null_count() == texts.len():
        return texts
    distinct = texts.unique().drop_nulls()
    changed = pl.Series([change(text) for text in distinct], dtype=pl.String)
    return texts.replace_strict(distinct, changed, default=None, return_dtype=pl.String)
