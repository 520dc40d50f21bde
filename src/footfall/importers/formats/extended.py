"""Formats that name their columns in a `#Fields:` line: W3C extended (IIS and others) and CloudFront.

Sources: https://www.w3.org/TR/WD-logfile.html; Microsoft's "W3C Logging" and "Advanced Logging"; Amazon's "Standard
logging reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import polars as pl

from footfall.importers.fields import Field, Lines, Parsed, ReadOptions, Reject, map_distinct, no_rows, read_fields
from footfall.importers.formats import kinds
from footfall.importers.formats.kinds import undo_percent
from footfall.importers.formats.records import Record, json_object

_DIRECTIVE = r"^(?i:#fields|#date):"
_CELL = re.compile(r'"((?:[^"]|"")*)"(?=[ \t]|$)|([^ \t]+)')
_TABBED = re.compile(r'"((?:[^"]|"")*)"(?=\t|$)|([^\t]*)')
_DAY = Field("date", "day", kinds.texts)
_CLOCK = Field("time", "clock", kinds.texts)

COLUMNS: tuple[tuple[Field, tuple[str, ...]], ...] = (
    (_DAY, ("date", "date-utc", "date-local")),
    (_CLOCK, ("time", "time-utc", "time-local")),
    (kinds.TIME, ("timestamp(ms)", "timestamp", "beginrequest-utc", "endrequest-utc")),
    (kinds.ADDRESS, ("c-ip", "client-ip")),
    (
        kinds.FORWARDED,
        (
            "x-forwarded-for",
            "cs(x-forwarded-for)",
            "x-real-ip",
            "cs(x-real-ip)",
            "true-client-ip",
            "cs(true-client-ip)",
            "cf-connecting-ip",
            "cs(cf-connecting-ip)",
        ),
    ),
    (kinds.NAMED_USER, ("cs-username",)),
    (kinds.METHOD, ("cs-method",)),
    (kinds.TARGET, ("cs-uri-stem", "cs-uri")),
    (kinds.GIVEN_HOST, ("x-host-header", "cs-host", "cs(host)")),
    (kinds.PROTOCOL, ("cs-protocol", "cs-version", "cs-protocol-version")),
    (kinds.STATUS, ("sc-status",)),
    (kinds.BYTES, ("sc-bytes",)),
    (kinds.REFERER, ("cs(referer)",)),
    (kinds.AGENT, ("cs(user-agent)",)),
    (kinds.MILLIS, ("timetakenms",)),
    (kinds.W3C_TAKEN, ("time-taken",)),
)
"""Fields, and the names of their columns; the first that a file has counts."""

_DECODED = {"user_agent", "referer", "forwarded"}

CLOUDFRONT = (
    "date time x-edge-location sc-bytes c-ip cs-method cs(host) cs-uri-stem sc-status cs(referer) cs(user-agent) "
    "cs-uri-query cs(cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken "
    "x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status "
    "fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len "
    "sc-range-start sc-range-end"
)


def decode_cloudfront(text: str) -> Record:
    """The same columns as JSON, by names in lower case; agent and referrer are percent-encoded once more."""
    record = {name.lower(): value for name, value in json_object(text).items()}
    for name, decoded in (("cs(user-agent)", undo_percent), ("cs(referer)", unquote)):
        if isinstance(record.get(name), str):
            record[name] = decoded(record[name])
    return record


@dataclass(frozen=True)
class ExtendedFormat:
    """`percent` says that agent and referrer are percent-encoded once more. `mark` is a column that a file must have.

    `default` names the columns of a file without `#Fields:`: so many of them as it has cells, where that is one of
    `lengths`.
    """

    name: str
    percent: bool = False
    mark: str = "cs-method"
    constants: tuple[tuple[str, str], ...] = ()
    default: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()

    def begin(self) -> ExtendedParser:
        return ExtendedParser(self)

    def count(self, lines: Lines, options: ReadOptions) -> tuple[int, int]:
        fitting = self.begin().parse(lines, options).frame.height
        return fitting, fitting


class ExtendedParser:
    """Keeps the columns that the last `#Fields:` line named, and the day of the last `#Date:` line."""

    def __init__(self, form: ExtendedFormat) -> None:
        self._form = form
        self._columns: tuple[str, ...] = ()
        self._day = ""

    def parse(self, lines: Lines, options: ReadOptions) -> Parsed:
        frames, rejects = [no_rows()], list[Reject]()
        for first, run in self._runs(lines.texts):
            parsed = self._rows(first, run, options)
            frames.append(parsed.frame)
            rejects += parsed.rejects
        return Parsed(pl.concat(frames), sorted(rejects))

    def explain(self, line: str, options: ReadOptions) -> list[tuple[str, str]]:
        """The cells that are read, by the columns' own names."""
        if line.startswith("#"):
            self.parse(Lines(pl.Series("line", [line])), options)
            return []
        names = self._names(cells := self._cells(line))
        read = {name for _, known in COLUMNS for name in known}
        return [(name, cell) for name, cell in zip(names, cells, strict=False) if name in read]

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
            self._columns = tuple(value.lower().split())
        elif name.lower() == "#date":
            self._day = value.strip().strip('"').partition(" ")[0]

    def _rows(self, first: int, lines: pl.Series, options: ReadOptions) -> Parsed:
        remark = lines.str.starts_with("#")
        index = pl.int_range(first, first + lines.len(), dtype=pl.UInt32, eager=True).alias("line")
        cells = self._split(lines)
        columns = self._columns
        if not columns and lines.len():
            lengths = set(cells.list.len().unique()) & set(self._form.lengths)
            columns = self._form.default[: max(lengths, default=0)]
        usable = bool(columns) and self._form.mark in columns
        fits = (cells.list.len() == len(columns)) & (lines != "") & ~remark & usable
        rejects = [(first + at, self._reason(lines[at], columns)) for at in (~fits & ~remark).arg_true()]
        if not fits.any():
            return Parsed(no_rows(), rejects)
        fields, texts = self._typed(cells.filter(fits), columns)
        raw = pl.DataFrame({"line": index.filter(fits)}).with_columns(texts)
        parsed = read_fields(raw, fields, Lines(lines), options, self._form.constants)
        return Parsed(parsed.frame, rejects + parsed.rejects)

    def _split(self, lines: pl.Series) -> pl.Series:
        if lines.str.contains('"', literal=True).any():
            return pl.Series([self._cells(line) for line in lines], dtype=pl.List(pl.String))
        tab = lines.str.contains("\t", literal=True) & ~lines.str.starts_with("#")
        if not tab.any() and lines.str.contains("  ", literal=True).any():
            lines = lines.str.replace_all(" +", " ")
        return lines.str.strip_chars_end(" ").str.split("\t" if tab.any() else " ")

    @staticmethod
    def _cells(line: str) -> list[str]:
        """A quoted string is one cell."""
        pattern, text = (_TABBED, line) if "\t" in line else (_CELL, line)
        found = [
            (match[1].replace('""', '"') if match[1] is not None else match[2], match)
            for match in pattern.finditer(text)
        ]
        if pattern is _TABBED:  # an empty match follows each cell
            found = [one for at, one in enumerate(found) if at == 0 or one[1].start() > found[at - 1][1].end()]
        return [cell for cell, _ in found]

    def _names(self, cells: list[str]) -> tuple[str, ...]:
        return self._columns or (self._form.default if len(cells) in self._form.lengths else ())

    def _typed(self, cells: pl.Series, columns: tuple[str, ...]) -> tuple[list[Field], list[pl.Series]]:
        fields, texts = [], list[pl.Series]()
        for field, names in COLUMNS:
            for name in [name for name in names if name in columns]:
                text = cells.list.get(columns.index(name))
                if field.column in _DECODED:
                    text = map_distinct(text, self._decoded if field.column != "user_agent" else self._decoded_agent)
                fields.append(field)
                texts.append(text.alias(f"cell{len(texts)}"))
        if "day" not in {field.column for field in fields}:
            fields.append(_DAY)
            texts.append(pl.Series("today", [self._day] * cells.len(), dtype=pl.String))
        return fields, texts

    def _decoded(self, text: str) -> str:
        """A blank is written `+` by IIS, so `++` was a blank and a plus: `(compatible;++http://…)`."""
        if self._form.percent:
            return unquote(text)
        return text if " " in text else text.replace("++", " \0").replace("+", " ").replace("\0", "+")

    def _decoded_agent(self, text: str) -> str:
        return undo_percent(text) if self._form.percent else self._decoded(text)

    def _reason(self, line: str, columns: tuple[str, ...]) -> str:
        if not columns:
            return "no #Fields: line before this one"
        if self._form.mark not in columns:
            return f"{self._form.mark}: not among the columns that #Fields: names"
        return f"{len(self._cells(line))} columns where the last #Fields: line names {len(columns)}"
