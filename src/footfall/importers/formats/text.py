"""Formats that are one line of text: a sequence of typed fields, with what the server writes between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from footfall.importers.fields import Field, Lines, Parsed, ReadOptions, Reject, map_distinct, no_rows, read_fields
from footfall.importers.formats.kinds import KINDS, Kind

Part = str | Kind
"""Text as it stands, or a field."""

_PLACE = re.compile(r"\{(\w+)\}")
_BLANKS = re.compile(r" +")
_QUOTED = r'((?:[^"\\]|\\.)*)'
_ESCAPED = {"user_id", "target", "referer", "user_agent", "forwarded"}
_ESCAPE = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|(["\\/bfnrtv]))')
_AT = r"\[[0-9]{2}(?:/[A-Z][a-z]{2}/[0-9]{4}|[0-9]{2}-[0-9]{2}-[0-9]{2}T)"
_TWICE = f"{_AT}.*{_AT}"
_CONTROL = {"b": b"\b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t", "v": b"\v"}


def parts_of(template: str) -> tuple[Part, ...]:
    """`{address} - [{clf}]` as parts; the names are those of `KINDS`."""
    pieces = _PLACE.split(template)
    return tuple(KINDS[piece] if number % 2 else piece for number, piece in enumerate(pieces) if piece)


@dataclass(frozen=True, slots=True)
class Shape:
    """One way in which a line may be written. `sure` says that a file of nothing else would be of this format."""

    pattern: str
    fields: tuple[Field, ...]
    steps: tuple[tuple[str, str], ...]
    loose: bool
    sure: bool = True


@dataclass(frozen=True)
class TextFormat:
    """Lines of text. `variants` are the ways in which the format's versions write them, tried in turn.

    Of `unsure` ones, a file that is recognised by others may hold some. `constants` are what every line of the format
    says without writing it.
    """

    name: str
    variants: tuple[tuple[Part, ...], ...]
    unsure: tuple[tuple[Part, ...], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()

    def begin(self) -> TextFormat:
        """No line depends on an earlier one, so the format is its own parser."""
        return self

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """All strict ones first."""
        known = [(variant, True) for variant in self.variants] + [(variant, False) for variant in self.unsure]
        return tuple(
            replace(_shape(variant, loose=loose), sure=sure) for loose in (False, True) for variant, sure in known
        )

    @cached_property
    def _any_shape(self) -> str:
        return "|".join(shape.pattern for shape in self.shapes)

    def parse(self, lines: Lines, options: ReadOptions) -> Parsed:
        found, left, faults = self._found(self.shapes, lines, options)
        frames = [frame for frame in found if frame.height] or found[:1]
        frame = frames[0] if len(frames) == 1 else pl.concat(frames).sort("line")
        return Parsed(frame, self._reasons(left, faults))

    def count(self, lines: Lines, options: ReadOptions) -> tuple[int, int]:
        if not lines.texts.str.contains(self._any_shape).any():  # of most formats: told at once, not shape by shape
            return 0, 0
        found, _, _ = self._found(self.shapes, lines, options)
        heights = [(frame.height, shape.sure) for frame, shape in zip(found, self.shapes, strict=False)]
        return sum(height for height, _ in heights), sum(height for height, sure in heights if sure)

    def _found(
        self, shapes: Sequence[Shape], lines: Lines, options: ReadOptions
    ) -> tuple[list[pl.DataFrame], pl.DataFrame, dict[int, str]]:
        """Rows by shape, the lines that are left, and reasons for those of them that have a shape."""
        left = pl.DataFrame({"line": pl.int_range(lines.texts.len(), dtype=pl.UInt32, eager=True), "text": lines.texts})
        escaped = lines.texts.str.contains("\\", literal=True).any()
        found, faults = list[pl.DataFrame](), dict[int, str]()
        for shape in shapes:
            raw = _extracted(_single(left, faults) if shape.loose else left, shape, escaped=bool(escaped))
            if raw.is_empty():
                found.append(no_rows())
                continue
            parsed = read_fields(raw, shape.fields, lines, options, self.constants)
            found.append(parsed.frame)
            for line, reason in parsed.rejects:
                faults.setdefault(line, reason)
            if parsed.frame.height == left.height:
                left = left.clear()
            elif parsed.frame.height:
                left = left.join(parsed.frame.select("line"), on="line", how="anti", maintain_order="left")
            if left.is_empty():
                break
        return found, left, faults

    def _reasons(self, left: pl.DataFrame, faults: dict[int, str]) -> list[Reject]:
        unknown = left.filter(~pl.col("line").is_in(list(faults))) if faults else left
        known = {line: reason for line, reason in faults.items() if line in set(left["line"])}
        return sorted([*known.items(), *self._misfits(unknown)])

    def _misfits(self, left: pl.DataFrame) -> Iterator[Reject]:
        """For lines that fit no shape: the field up to which the shape that fits longest does."""
        if left.is_empty():
            return
        best = [(-1, "")] * left.height
        for shape in self.shapes[len(self.shapes) // 2 :]:
            reached = pl.Series([0] * left.height)
            for _, prefix in shape.steps:
                reached += left["text"].str.contains(prefix).cast(pl.Int64)
            for at, count in enumerate(reached):
                label = shape.steps[min(count, len(shape.steps) - 1)][0]
                best[at] = max(best[at], (count, label), key=lambda pair: pair[0])
        for line, (_, label) in zip(left["line"], best, strict=True):
            yield line, f"{label}: not what format {self.name} has there"

    def explain(self, line: str, options: ReadOptions) -> list[tuple[str, str]]:
        """The line's fields by the shape that takes it, else those before the first that misfits, and what follows."""
        one, options = Lines(pl.Series("line", [line])), options.whenever()
        for shape in self.shapes:
            if self._found([shape], one, options)[0][0].height:
                return _labelled(shape, shape.pattern, line)
        patterns = [(shape, pattern) for shape in self.shapes for _, pattern in shape.steps]
        return max((_labelled(shape, f"{pattern}(.*)", line) for shape, pattern in patterns), key=len, default=[])


def _labelled(shape: Shape, pattern: str, line: str) -> list[tuple[str, str]]:
    """The texts of a pattern's groups by the labels of the fields; none where the line does not have it."""
    groups = pl.select(pl.lit(line).str.extract_groups(pattern)).to_series()[0]
    if next(iter(groups.values())) is None:
        return []
    known = shape.fields if pattern == shape.pattern else shape.fields[: len(groups) - 1]
    labels = [*(field.label for field in known), "and then"]
    return [(label, text or "") for label, text in zip(labels, groups.values(), strict=False)]


def _single(left: pl.DataFrame, faults: dict[int, str]) -> pl.DataFrame:
    """The lines that are one line each. What is unescaped could otherwise reach into the line behind a torn one."""
    torn = left.filter(pl.col("text").str.contains(_TWICE))
    if torn.is_empty():
        return left
    faults.update(dict.fromkeys(torn["line"], "two lines in one: the first is torn"))
    return left.join(torn.select("line"), on="line", how="anti", maintain_order="left")


def _extracted(left: pl.DataFrame, shape: Shape, *, escaped: bool) -> pl.DataFrame:
    """`line` and one column per field, of the lines that have the shape."""
    columns = left.select("line", pl.col("text").str.extract_groups(shape.pattern).struct.unnest())
    raw = columns.filter(columns.to_series(1).is_not_null())  # the first field is never an optional group
    if escaped:
        raw = raw.with_columns(
            map_distinct(raw.to_series(number + 1), unescaped)
            for number, known in enumerate(shape.fields)
            if known.column in _ESCAPED
        )
    return raw


def _shape(parts: Sequence[Part], *, loose: bool) -> Shape:
    pattern, steps = "", []
    for number, part in enumerate(parts):
        if isinstance(part, str):
            pattern += _literal(part, loose=loose)
            continue
        before = parts[number - 1] if number else ""
        after = parts[number + 1] if number + 1 < len(parts) else ""
        pattern += _pattern(part, _text(before), _text(after), loose=loose)
        follows = _literal(after, loose=loose) if isinstance(after, str) else ""
        steps.append((part.label, f"^{pattern}{follows}" + ("" if after else "$")))
    fields = tuple(known for part in parts if isinstance(part, Kind) for known in part.fields)
    return Shape(f"^{pattern}$", fields, tuple(steps), loose)


def _text(part: Part) -> str:
    return part if isinstance(part, str) else ""


def _literal(text: str, *, loose: bool) -> str:
    """Blanks that fill up a column are any number of them; loosely, all are."""
    return _BLANKS.sub(lambda run: " +" if loose or len(run[0]) > 1 else " ", re.escape(text).replace("\\ ", " "))


def _pattern(kind: Kind, before: str, after: str, *, loose: bool) -> str:
    pattern = (kind.loose or kind.strict) if loose else kind.strict
    if not pattern or (not kind.strict and _is_quoted(before, after)):
        pattern = _reach(before, after, loose=loose, empty=loose or not kind.fields)
        if not kind.fields:
            pattern = f"(?:{pattern[1:-1]})"
    return pattern


def _is_quoted(before: str, after: str) -> bool:
    return before.endswith('"') and after.startswith('"')


def _reach(before: str, after: str, *, loose: bool, empty: bool) -> str:
    """A text up to what follows it."""
    if _is_quoted(before, after):
        return "(.*?)" if loose else _QUOTED
    if not after:
        return "(.*)"
    stop = re.escape(after[0])
    return f"([^{stop}]*)" if empty else f"([^{stop}]+)"


def unescaped(text: str) -> str:
    r"""Undo the escapes that servers write into quoted fields: `\"`, `\\`, `\n`…, and bytes as `\xHH`."""
    if "\\" not in text:
        return text
    parts, at = [], 0
    for match in _ESCAPE.finditer(text):
        parts.append(text[at : match.start()].encode())
        code, char = match.groups()
        parts.append(bytes([int(code, 16)]) if code else _CONTROL.get(char, char.encode()))
        at = match.end()
    parts.append(text[at:].encode())
    return b"".join(parts).decode("utf-8", "replace")
