"""Texts that people write: names and labels."""

from __future__ import annotations

from unicodedata import category

_NOT_OF_A_LINE = {"Cc", "Cs", "Zl", "Zp"}


def is_line(text: str) -> bool:
    """Whether it has no control characters, halves of surrogate pairs, or breaks of lines or paragraphs.

    `str.isprintable` refuses more than that: joiners, without which Persian, Hindi and many emoji can't be written, and
    spaces of other scripts.
    """
    return all(category(char) not in _NOT_OF_A_LINE for char in text)
