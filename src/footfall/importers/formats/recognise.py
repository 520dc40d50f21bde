"""Which format a file has, told by several of its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import polars as pl

from footfall.errors import UserError
from footfall.importers.fields import Lines, Parsed, ReadOptions, Reject
from footfall.importers.formats.builtin import ENTRIES
from footfall.importers.formats.protocol import LogFormat, Parser
from footfall.importers.formats.wrappers import WRAPPERS, Wrapper
from footfall.importers.reader import LINE_BYTES

SAMPLE_LINES = 200
"""What a format is recognised by: as many lines of a file's beginning, half of them in a row."""

_DEEPEST = 3  # wrappers around a line
_DIRECTIVES = ("#version:", "#software:", "#date:", "#fields:", "#remark:", "#start-date:")
_W3C_ROW = r"^\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d[ \t]"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format within its wrappers, outermost first; `fitting` of `lines` sample lines fit it."""

    form: LogFormat
    wrappers: tuple[Wrapper, ...] = ()
    fitting: int = 0
    lines: int = 0

    def __str__(self) -> str:
        return " in ".join([self.form.name, *(wrapper.name for wrapper in reversed(self.wrappers))])

    def sureness(self) -> str:
        """What it is, and how sure that is."""
        return f"{self}, which {self.fitting} of {self.lines} sample lines fit"

    def begin(self) -> WrappedParser:
        return WrappedParser(self.form.begin(), self.wrappers)


@dataclass(frozen=True, slots=True)
class WrappedParser:
    """Takes wrappers off, and gives lines that no format takes their reasons."""

    inner: Parser
    wrappers: tuple[Wrapper, ...]

    def parse(self, lines: Lines, options: ReadOptions) -> Parsed:
        rejects = dict[int, str]()
        lines = _tamed(lines, rejects)
        for wrapper in self.wrappers:
            lines, bare = wrapper.strip(lines, options)
            rejects = dict(bare) | rejects
        parsed = self.inner.parse(lines, options)
        refused: list[Reject] = [(line, rejects.get(line, reason)) for line, reason in parsed.rejects]
        return Parsed(parsed.frame, refused)

    def explain(self, line: str, options: ReadOptions) -> list[tuple[str, str]]:
        lines = Lines(pl.Series("line", [line]))
        for wrapper in self.wrappers:
            lines, _ = wrapper.strip(lines, options)
        return self.inner.explain(lines.texts[0], options)


def format_in(name: str, lines: pl.Series, options: ReadOptions, form: LogFormat | None) -> Recognised:
    """The format of a file that begins with `lines`, and what is wrapped around it.

    A `form` that is given counts even where no line fits it. Raises UserError (`bad_format`) where none is known.
    """
    sample = sample_of(lines)
    found = recognise(sample, options, (form,) if form else ())
    if found is None and form is None:
        raise UserError("bad_format", f"{name}: {why_unknown(sample)}")
    return found or Recognised(cast("LogFormat", form), lines=len(sample))


def recognise(sample: Sequence[str], options: ReadOptions, forms: Sequence[LogFormat] = ()) -> Recognised | None:
    """The format that takes most lines, of `forms` or of all; None where none takes any.

    Lines count whatever their time. Of equals, the one with fewer wrappers counts, then the first.
    """
    lines = _tamed(Lines(pl.Series("line", sample, dtype=pl.String)), {})
    return _best(lines, options.whenever(), forms)


def _best(lines: Lines, options: ReadOptions, forms: Sequence[LogFormat]) -> Recognised | None:
    known = forms or [entry.form for entry in ENTRIES]
    best = None
    every = sum(1 for text in lines.texts if text and not text.startswith("#"))
    for wrappers, inner in _unwrapped(lines, options):
        for form in known:
            fitting, telling = form.count(inner, options)
            if telling and fitting > (best.fitting if best else 0):
                best = Recognised(form, wrappers, fitting, every)
                if fitting == every:
                    return best
    if best or lines.times is not None:
        return best
    # Lines that only lack the time that a wrapper would give are refused for that, one by one.
    timed = Lines(lines.texts, pl.Series("time", [0] * lines.texts.len(), dtype=pl.Int64))
    untimed = _best(timed, options, forms)
    return replace(untimed, fitting=0) if untimed else None


def _unwrapped(lines: Lines, options: ReadOptions) -> Iterator[tuple[tuple[Wrapper, ...], Lines]]:
    """The lines as they are, then without one wrapper, without two…, where any line has such."""
    level: list[tuple[tuple[Wrapper, ...], Lines]] = [((), lines)]
    yield from level
    for _ in range(_DEEPEST):
        level = [
            ((*around, wrapper), bare)
            for around, inner in level
            for wrapper in WRAPPERS
            for bare, missing in [wrapper.strip(inner, options)]
            if len(missing) < inner.texts.len()
        ]
        yield from level


def sample_of(lines: pl.Series) -> list[str]:
    """Lines to recognise a format by: those of the beginning, and some further on, should that be odd."""
    first = lines.head(SAMPLE_LINES // 2)
    later = lines.slice(SAMPLE_LINES // 2)
    step = max(later.len() // (SAMPLE_LINES // 2), 1)
    return [*first, *later.gather_every(step).head(SAMPLE_LINES // 2)]


def why_unknown(sample: Sequence[str]) -> str:
    """Why no format fits, as far as the lines tell."""
    remarks = [text.lower() for text in sample if text.startswith("#")]
    rows = pl.Series("line", sample, dtype=pl.String).str.contains(_W3C_ROW)
    w3c = any(text.startswith(_DIRECTIVES) for text in remarks) or 2 * rows.sum() > len(sample)
    if w3c and not any(text.startswith("#fields:") for text in remarks):
        return "it looks like a W3C log, but has no #Fields: line that would name its columns"
    return f"no known format fits its first {SAMPLE_LINES} lines; name it"


def _tamed(lines: Lines, rejects: dict[int, str]) -> Lines:
    """Lines that are too long are emptied, and what is odd is noted."""
    texts = lines.texts
    lengths = texts.str.len_bytes()
    rejects |= dict.fromkeys((lengths == 0).arg_true(), "empty line")
    long = lengths > LINE_BYTES
    if long.any():
        rejects |= dict.fromkeys(long.arg_true(), f"longer than {LINE_BYTES} bytes")
        texts = texts.set(long, "")
    return Lines(texts, lines.times)
