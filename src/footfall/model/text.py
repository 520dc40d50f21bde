"""Texts that people write: names and labels."""

from __future__ import annotations

from unicodedata import category

_NOT_OF_A_LINE = {"Cc", "Cs", "Zl", "Zp"}
_UNSEEN = {"Cf", "Zs"}
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of the text around it, and so of a line that quotes it."""


def is_line(text: str) -> bool:
    """Whether it can be seen, and has no control characters, breaks of lines, or halves of surrogate pairs.

    `str.isprintable` refuses more than that: joiners, without which Persian, Hindi and many emoji can't be written, and
    spaces of other scripts.
    """
    kinds = {category(char) for char in text}
    return not kinds & _NOT_OF_A_LINE and not _TURNING & {*text} and not (kinds and kinds <= _UNSEEN)
