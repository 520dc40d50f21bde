"""What a format is."""

from __future__ import annotations

from typing import Protocol

from footfall.importers.fields import Lines, Parsed, ReadOptions


class Parser(Protocol):
    """Reads one file, block after block: directives of an earlier block hold for the later ones."""

    def parse(self, lines: Lines, options: ReadOptions) -> Parsed:
        """Every line in exactly one place: a row of the frame, a reject, or nowhere if it is a directive."""

    def explain(self, line: str, options: ReadOptions) -> list[tuple[str, str]]:
        """The line's fields by label, as they stand there; none where the line does not fit."""


class LogFormat(Protocol):
    @property
    def name(self) -> str:
        """What `--format` calls it."""

    def begin(self) -> Parser:
        """A parser for one file."""

    def count(self, lines: Lines, options: ReadOptions) -> tuple[int, int]:
        """How many of a file's first lines fit, and how many of these tell the format by themselves."""
