"""Times as logs write them, as Unix milliseconds. A time that names no zone is taken for one of the given zone."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import polars as pl

from footfall.errors import UserError

CLF = "%d/%b/%Y:%H:%M:%S %z"
DAY_AND_CLOCK = "%Y-%m-%dT%H:%M:%S%.f"
_WHOLE_HOURS = re.compile(r"(?:UTC)?([+-])(\d{1,2})(?::?00)?")
_ISO = r"^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|z|[+-]\d\d:?(?:\d\d)?))?$"
_SLASHED = r"^(\d{4})/(\d\d)/(\d\d) "


def zone_named(name: str) -> str:
    """The zone's IANA name; `+02:00` is one too, in whole hours. Raises UserError (`bad_parameter`) for others."""
    offset = _WHOLE_HOURS.fullmatch(name)
    if offset and int(offset[2]) <= 14:
        return f"Etc/GMT{'-' if offset[1] == '+' else '+'}{int(offset[2])}"  # POSIX counts westwards
    try:
        ZoneInfo(name)
        pl.select(at_zone(pl.lit("2024-01-01T00:00:00").str.to_datetime(time_unit="ms"), name))
    except (KeyError, ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise UserError("bad_parameter", f"timezone: {name!r} is no zone such as Europe/Berlin or +02:00") from error
    return name


def at_zone(local: pl.Expr, zone: str) -> pl.Expr:
    """Times without a zone, of this zone. An hour that comes twice is its first; one that is skipped is none."""
    if zone != "UTC":
        local = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.epoch("ms")


def clf(text: pl.Expr) -> pl.Expr:
    """`17/May/2015:10:05:03 +0200`."""
    return text.str.to_datetime(CLF, time_unit="ms", strict=False).dt.epoch("ms")


def http(text: pl.Expr) -> pl.Expr:
    """`Fri, 27 Nov 2026 19:49:57 GMT`."""
    return text.str.to_datetime("%a, %d %b %Y %H:%M:%S GMT", time_unit="ms", strict=False).dt.epoch("ms")


def any_clf(text: pl.Expr, zone: str) -> pl.Expr:
    """The same with a fraction, with `UTC`, `GMT` or `Z` for the offset or without any; or ISO 8601 in its place."""
    zoned = text.str.replace(" (?:UTC|GMT|Z)$", " +0000")
    fractional = zoned.str.to_datetime("%d/%b/%Y:%H:%M:%S%.f %z", time_unit="ms", strict=False).dt.epoch("ms")
    local = text.str.to_datetime("%d/%b/%Y:%H:%M:%S%.f", time_unit="ms", strict=False)
    return pl.coalesce(fractional, at_zone(local, zone), iso(text, zone))


def local_clf(text: pl.Expr, zone: str) -> pl.Expr:
    """The same without a zone, with a fraction or not, with a blank for the first colon or not."""
    parts = text.str.replace(r"^(\d\d/\w{3}/\d{4}) ", "$1:")
    return at_zone(parts.str.to_datetime("%d/%b/%Y:%H:%M:%S%.f", time_unit="ms", strict=False), zone)


def iso(text: pl.Expr, zone: str) -> pl.Expr:
    """ISO 8601 with `T` or a blank, with `Z`, an offset or none; the day may have slashes."""
    parts = text.str.replace(_SLASHED, "$1-$2-$3 ").str.extract_groups(_ISO)
    day, clock, fraction, offset = (parts.struct[str(number)] for number in range(1, 5))
    moment = day + "T" + clock + "." + fraction.fill_null("0")
    local = moment.str.to_datetime(DAY_AND_CLOCK, time_unit="ms", strict=False)
    shift = pl.when(offset.str.contains("^[Zz]")).then(0).otherwise(ahead(offset))
    return pl.when(offset.is_null()).then(at_zone(local, zone)).otherwise(local.dt.epoch("ms") - shift)


def ahead(offset: pl.Expr) -> pl.Expr:
    """How far `+0200` or `-03:30` is ahead of UTC, in milliseconds; null for other texts."""
    parts = offset.str.extract_groups(r"^([+-])(\d\d):?(\d\d)?$")
    hours, minutes = parts.struct["2"].cast(pl.Int64), parts.struct["3"].fill_null("0").cast(pl.Int64)
    return pl.when(parts.struct["1"] == "-").then(-1).otherwise(1) * (hours * 60 + minutes) * 60_000


def unix(text: pl.Expr) -> pl.Expr:
    """Unix time in seconds, milliseconds, microseconds or nanoseconds, told apart by size."""
    number = text.cast(pl.Float64, strict=False)
    size = number.abs()
    millis = (
        pl.when(size < 1e11)
        .then(number * 1e3)
        .when(size < 1e14)
        .then(number)
        .when(size < 1e17)
        .then(number / 1e3)
        .when(size < 1e20)
        .then(number / 1e6)
    ).round()
    return pl.when(millis.abs() < 1e15).then(millis).cast(pl.Int64)


def rfc3164(text: pl.Expr, zone: str, newest: int) -> pl.Expr:
    """`Nov 27 19:49:57`, of the last year in which it does not lie after `newest` (Unix milliseconds)."""
    year = min(max(newest // 31_556_952_000 + 1970, 1971), 9000)

    def of(that: int) -> pl.Expr:
        dated = pl.lit(f"{that} ") + text.str.replace_all(r" +", " ")
        return at_zone(dated.str.to_datetime("%Y %b %e %H:%M:%S", time_unit="ms", strict=False), zone)

    later = of(year)
    return pl.when(later <= newest).then(later).otherwise(of(year - 1))
