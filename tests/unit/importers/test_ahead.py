"""Blocks are made one ahead of whoever uses them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from footfall.importers.ahead import one_ahead


def counted(upto: int, made: list[int]) -> Iterator[int]:
    for number in range(1, upto + 1):
        made.append(number)
        yield number


@pytest.mark.parametrize("count", [0, 1, 5])
def test_all_items_come_in_their_order(count):
    with one_ahead(counted(count, [])) as items:
        assert list(items) == list(range(1, count + 1))


def test_the_next_is_made_while_the_caller_has_one():
    begun = threading.Event()

    def made() -> Iterator[str]:
        yield "first"
        begun.set()
        yield "second"

    with one_ahead(made()) as items:
        assert next(items) == "first"
        assert begun.wait(60)


def test_an_error_comes_in_its_place():
    def made() -> Iterator[str]:
        yield "first"
        raise ValueError("damaged")

    with one_ahead(made()) as items:
        assert next(items) == "first"
        with pytest.raises(ValueError, match="damaged"):
            next(items)


def test_nothing_is_made_after_a_caller_has_left():
    made: list[int] = []
    with one_ahead(counted(9, made)) as items:
        assert next(items) == 1
    assert made in ([1], [1, 2])
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
