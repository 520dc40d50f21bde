"""Figures derived from two figures: computed exactly, then rounded once, half to even."""

from __future__ import annotations

from fractions import Fraction


def share(part: int, whole: int) -> float:
    """To 4 decimals; 0 if `whole` is 0."""
    return float(round(Fraction(part, whole), 4)) if whole else 0.0


def average(total: int, count: int, *, unit: int = 1, digits: int = 1) -> float:
    """`total` ÷ `count` in `unit`s, to so many decimals; 0 if `count` is 0."""
    return float(round(Fraction(total, count * unit), digits)) if count else 0.0


def delta_percent(now: int, before: int | None) -> int | None:
    """The change in whole percent; None if there was nothing before."""
    return round(Fraction(100 * (now - before), before)) if before else None
