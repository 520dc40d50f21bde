"""Formats that name their columns in a `#Fields:` line: W3C extended (IIS and others) and CloudFront.

Sources: https://www.w3.org/TR/WD-logfile.html; Microsoft's "W3C Logging"; Amazon's "Standard logging reference".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import polars as pl

from footfall.importers.fields import FIELDS, Fields, map_distinct

_DIRECTIVE = r"^(?i:#fields|#date):"
# Our column ← the first of these that the file has.
_NAMES: dict[str, tuple[str, ...]] = {
    "ip_address": ("c-ip",),
    "user_id": ("cs-username",),
    "method": ("cs-method",),
    "target": ("cs-uri-stem", "cs-uri"),
    "host": ("x-host-header", "cs-host", "cs(host)"),
    "protocol": ("cs-protocol", "cs-version", "cs-protocol-version"),
    "status": ("sc-status",),
    "bytes": ("sc-bytes",),
    "referer": ("cs(referer)",),
    "user_agent": ("cs(user-agent)",),
    "clock": ("time",),
    "day": ("date",),
    "taken": ("time-taken",),
}


@dataclass(frozen=True, slots=True)
class ExtendedFormat:
    """`separator` divides the columns; `percent` says that agent and referrer are percent-encoded once more.

    `provider` is the network whose edges write such logs.
    """

    name: str
    separator: str
    percent: bool
    provider: str | None = None

    def begin(self) -> ExtendedParser:
        return ExtendedParser(self)


class ExtendedParser:
    """Keeps the columns that the last `#Fields:` line named, and the day of the last `#Date:` line."""

    def __init__(self, form: ExtendedFormat) -> None:
        self._form = form
        self._columns: list[str] = []
        self._day = ""

    def parse(self, lines: pl.Series) -> Fields:
        frames, rejects = [_nothing()], []
        for first, run in self._runs(lines):
            fields = self._rows(first, run)
            frames.append(fields.frame)
            rejects += fields.rejects
        return Fields(pl.concat(frames), rejects)

    def _runs(self, lines: pl.Series) -> Iterator[tuple[int, pl.Series]]:
        """Lines under the same columns, with the index of the first; directives take effect as they are passed."""
        start = 0
        for at in lines.str.contains(_DIRECTIVE).arg_true():
            if at > start:
                yield start, lines.slice(start, at - start)
            self._direct(lines[at])
            start = at + 1
        if start < lines.len():
            yield start, lines.slice(start)

    def _direct(self, directive: str) -> None:
        name, _, value = directive.partition(":")
        if name.lower() == "#fields":
            self._columns = value.lower().split()
        elif name.lower() == "#date":
            self._day = value.strip().partition(" ")[0]

    def _rows(self, first: int, lines: pl.Series) -> Fields:
        cells = lines.str.split(self._form.separator)
        remark = lines.str.starts_with("#")
        fits = (cells.list.len() == len(self._columns)) & (lines != "") & ~remark
        rejects = [(first + at, self._reason(lines[at])) for at in (~fits & ~remark).arg_true()]
        index = pl.int_range(first, first + lines.len(), dtype=pl.UInt32, eager=True).alias("line")
        chosen = {
            ours: cells.filter(fits).list.get(self._columns.index(theirs))
            for ours, names in _NAMES.items()
            for theirs in [next((name for name in names if name in self._columns), "")]
            if theirs
        }
        return Fields(self._typed(pl.DataFrame({"line": index.filter(fits), **chosen})), rejects)

    def _typed(self, raw: pl.DataFrame) -> pl.DataFrame:
        day = pl.col("day") if "day" in raw.columns else pl.lit(self._day)
        clock = pl.col("clock") if "clock" in raw.columns else pl.lit("")
        at = (day + "T" + clock).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="ms", strict=False).dt.epoch("ms")
        numbers = [pl.col(name).cast(FIELDS[name], strict=False) for name in ("status", "bytes") if name in raw.columns]
        texts = [map_distinct(raw[name], self._decode) for name in ("user_agent", "referer") if name in raw.columns]
        taken = [_duration()] if "taken" in raw.columns else []
        provider = pl.lit(self._form.provider, pl.String).alias("provider")
        typed = raw.with_columns(at.alias("timestamp"), provider, *numbers, *texts, *taken)
        missing = [pl.lit(None, kind).alias(name) for name, kind in FIELDS.items() if name not in typed.columns]
        return typed.with_columns(missing).select("line", *FIELDS)

    def _decode(self, text: str) -> str:
        """A blank is written `+` by IIS, so `++` was a blank and a plus: `(compatible;++http://…)`."""
        if self._form.percent:
            return unquote(text)
        return text.replace("++", " \0").replace("+", " ").replace("\0", "+")

    def _reason(self, line: str) -> str:
        if not self._columns:
            return "no #Fields: line before this one"
        found = len(line.split(self._form.separator))
        return f"{found} columns where the last #Fields: line names {len(self._columns)}"


def _duration() -> pl.Expr:
    """`time-taken` in microseconds: whole numbers are milliseconds (IIS), others seconds (W3C, CloudFront)."""
    number = pl.col("taken").cast(pl.Float64, strict=False)
    unit = pl.when(pl.col("taken").str.contains(".", literal=True)).then(1e6).otherwise(1e3)
    micros = (number * unit).round()
    return pl.when(micros.is_between(0, 1e15)).then(micros).cast(pl.UInt64).alias("duration_us")


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={"line": pl.UInt32(), **FIELDS})


EXTENDED_FORMATS = (
    ExtendedFormat("cloudfront", separator="\t", percent=True, provider="Amazon CloudFront"),
    ExtendedFormat("w3c", separator=" ", percent=False),
)
