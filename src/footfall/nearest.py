"""The known name that an unknown one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

_LEAST = 0.5
_ALIKE = 0.65
"""How similar names have to be, from 0 to 1: where one stands in the other as it is, and where not."""

_CHARS = 64  # longer names are typed by nobody, and to compare them takes long


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The most similar of the known names, case and punctuation apart; None where none is similar."""
    return _nearest(name, tuple(known)) if len(name) <= _CHARS else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """`; did you mean page_url?`, or nothing."""
    found = nearest(name, known)
    return f"; did you mean {found}?" if found else ""


@lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    plain = _plain(name)
    matcher = SequenceMatcher(b=plain)
    best, found = _LEAST, None
    for candidate in known:
        other = _plain(candidate)
        least = best if other in plain or plain in other else max(best, _ALIKE)
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() > least and matcher.quick_ratio() > least and (ratio := matcher.ratio()) > least:
            best, found = ratio, candidate
    return found


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())
