"""Formats that name their fields: one JSON object per line, or pairs of `name=value`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl

from footfall.importers.fields import Field, Lines, Parsed, ReadOptions, Reject, read_fields

Record = dict[str, Any]
Decode = Callable[[str], Record]

_HEX_RUN = re.compile(r"((?:\\x[0-9A-Fa-f]{2})+)|\\.")
_PAIR = re.compile(r'([\w.-]+)=(?:"((?:[^"\\]|\\.)*)"|([^ "]*))(?: |$)')
_REQUEST = r"^([^ ]+) (.+?)(?: ([A-Z]+/[0-9.]+))?$"


class NotARecordError(ValueError):
    """Why a line is none."""


@dataclass(frozen=True, slots=True)
class Named:
    """A field, and the names under which it may stand, the most trusted first. A dot leads into an object."""

    field: Field
    names: tuple[str, ...]


@dataclass(frozen=True)
class RecordFormat:
    """Lines that `decode` turns into a record. A line without one of `marks` is another format's.

    `request` names the fields that hold a whole request line, of which methods and targets are read where no other
    field says them. `provider` tells the network whose edge was in between.
    """

    name: str
    fields: tuple[Named, ...]
    marks: tuple[str, ...] = ()
    request: tuple[str, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    provider: Callable[[Record], str] | None = None
    decode: Decode | None = None
    accepts: Callable[[Record], bool] = bool

    def begin(self) -> RecordFormat:
        """No line depends on an earlier one, so the format is its own parser."""
        return self

    def parse(self, lines: Lines, options: ReadOptions) -> Parsed:
        rows, rejects = self._rows(lines.texts)
        raw = pl.DataFrame({"line": pl.Series(list(rows), dtype=pl.UInt32)})
        known, columns = self._columns(list(rows.values()))
        parsed = read_fields(raw.with_columns(columns), known, lines, options, self.constants)
        frame = parsed.frame
        if self.provider:
            told = [self.provider(rows[at]) for at in frame["line"]]
            frame = frame.with_columns(provider=pl.Series(told, dtype=pl.String))
        return Parsed(frame, sorted(rejects + parsed.rejects))

    def count(self, lines: Lines, options: ReadOptions) -> tuple[int, int]:
        fitting = self.parse(lines, options).frame.height if self._rows(lines.texts)[0] else 0
        return fitting, fitting

    def _rows(self, texts: pl.Series) -> tuple[dict[int, Record], list[Reject]]:
        """Records by the index of their line."""
        rows, rejects = dict[int, Record](), list[Reject]()
        for at, text in enumerate(texts):
            try:
                rows[at] = self._record(text)
            except NotARecordError as error:
                rejects.append((at, str(error)))
        return rows, rejects

    def explain(self, line: str, options: ReadOptions) -> list[tuple[str, str]]:  # noqa: ARG002 - as other formats
        try:
            record = self._record(line)
        except NotARecordError:
            return []
        known, columns = self._columns([record])
        return [
            (one.label, column[0]) for one, column in zip(known, columns, strict=True) if column[0] not in {None, ""}
        ]

    def _record(self, text: str) -> Record:
        record = (self.decode or json_object)(text)
        if self.marks and not any(_at(record, mark) is not None for mark in self.marks):
            raise NotARecordError(f"{self.marks[0]}: not there, as in format {self.name}")
        if not self.accepts(record):
            raise NotARecordError("not a line of the access log")
        return record

    def _columns(self, rows: Sequence[Record]) -> tuple[list[Field], list[pl.Series]]:
        """The fields, and their texts by row."""
        spelled = sorted(set[str]().union(*rows))
        names = {_folded(name): name for name in spelled} | {name: name for name in spelled}
        known, columns = list[Field](), list[pl.Series]()
        for one in self.fields:
            known.append(one.field)
            columns.append(_texts(rows, one.names, names).alias(f"field{len(columns)}"))
        if self.request:
            lines = _texts(rows, self.request, names)
            parts = lines.str.extract_groups(_REQUEST).struct.unnest()
            for label, part in zip(("method", "target", "protocol"), parts.iter_columns(), strict=True):
                at = next((at for at, one in enumerate(known) if one.column == label), None)
                if at is not None:
                    columns[at] = pl.DataFrame({"a": columns[at], "b": part}).select(pl.coalesce("a", "b"))["a"]
                    columns[at] = columns[at].alias(f"field{at}")
        return known, columns


def _texts(rows: Sequence[Record], names: Sequence[str], known: Mapping[str, str]) -> pl.Series:
    """Per row, the text of the first of the names that has one; null where none has.

    `known` are the rows' own names, by themselves and as `_folded`.
    """
    present = [
        known.get(name) or known.get(_folded(name)) or name
        for name in names
        if name in known or _folded(name) in known or name.partition(".")[0] in known
    ]
    if not present:
        return pl.Series([None] * len(rows), dtype=pl.String)
    first, *others = present
    values = [_scalar(_at(row, first)) for row in rows]
    for name in others:
        values = [_scalar(_at(row, name)) if value is None else value for value, row in zip(values, rows, strict=True)]
    return pl.Series(values, dtype=pl.String)


def _folded(name: str) -> str:
    """`clientip` of `client_ip`, `clientIp` and `Client-IP`."""
    return name.replace("_", "").replace("-", "").lower()


def _at(record: Record, path: str) -> Any:
    """What stands under a name, or under a path of names."""
    if path in record:
        return record[path]
    found: Any = record
    while path and isinstance(found, dict):
        if path in found:
            return found[path]
        name, _, path = path.partition(".")
        found = found.get(name)
    return None


def _scalar(value: Any) -> str | None:
    """A text or number as text, the first of a list (a header's values); `-` and nothing are absent."""
    if isinstance(value, list):
        value = value[0] if value and isinstance(value[0], str) else None
    if isinstance(value, str):
        return value if value not in {"", "-"} else None
    return repr(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def json_object(text: str) -> Record:
    """Raises NotARecordError where a line is no JSON object."""
    try:
        found = _decoded(text)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise NotARecordError("not a JSON object") from error
    if not isinstance(found, dict):
        raise NotARecordError("not a JSON object")
    return found


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        # nginx without `escape=json` writes \xHH, which JSON does not have: bytes of UTF-8.
        if "\\x" not in text:
            raise
        return msgspec.json.decode(_HEX_RUN.sub(_utf8, text))


def _utf8(run: re.Match[str]) -> str:
    if run[1] is None:
        return run[0]
    return json.dumps(bytes.fromhex(run[1].replace("\\x", "")).decode("utf-8", "replace"))[1:-1]


def pairs(text: str) -> Record:
    """`name=value name="two words"`; raises NotARecordError where there is no pair."""
    found = {match[1]: match[3] if match[2] is None else match[2] for match in _PAIR.finditer(text)}
    if not found:
        raise NotARecordError("no name=value")
    return found
