"""Many histories, checked a group at a time; the first failing one is shrunk and reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from tests.support.history_shrink import shrink, simpler

HISTORIES = int(os.environ.get("FOOTFALL_HISTORIES", "512"))
"""The number of histories; a longer run has more of them (`make test-long`)."""

FEWER = max(HISTORIES // 32, 1)
"""The number where a history takes longer, as of roll-ups."""

PARTS = 8
"""Parts generate different histories, so that processes can share the work."""

TOGETHER = 32
"""Histories drained together: that takes as long as for one."""

AT_ONCE = 256

H = TypeVar("H")

Amiss = Callable[[list[H]], list[str]]
"""Says what is wrong with each history, `''` for nothing."""

Simpler = Callable[[H], Iterator[H]]
"""Yields histories with a little less in them."""


def survey(made: SearchStrategy[H], count: int, amiss: Amiss[H], part: int = 0, simpler: Simpler[H] = simpler) -> None:
    """The same histories every time; a larger `count` starts with those of a smaller one."""
    for start in range(0, count, AT_ONCE):
        found = some(made, min(AT_ONCE, count - start), start * PARTS + part)
        for place in range(0, len(found), TOGETHER):
            examine(found[place : place + TOGETHER], amiss, simpler)


def some(made: SearchStrategy[H], count: int, number: int) -> list[H]:
    found: list[H] = []

    # Hypothesis would shrink and show whole groups: it only generates histories, which are checked outside of it.
    @seed(number)
    @settings(max_examples=count, phases=[Phase.generate], database=None, deadline=None)
    @given(made)
    def make(history: H) -> None:
        found.append(history)

    make()
    return found


def examine(group: list[H], amiss: Amiss[H], simpler: Simpler[H]) -> None:
    failing = [history for history, problem in zip(group, amiss(group), strict=True) if problem]
    if failing:
        least = shrink(failing[0], amiss, simpler)
        pytest.fail(f"{amiss([least])[0]}\n{least}\n\n{least!r}", pytrace=False)
