"""The known name that an unknown one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

_LEAST = 0.5
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
        matcher.set_seq1(_plain(candidate))
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and (ratio := matcher.ratio()) > best:
            best, found = ratio, candidate
    return found


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())
