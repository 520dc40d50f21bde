"""Parts of one answer that need nothing of one another, asked at once.

Much of what a statement takes runs on one thread (its plan above all), so that two at once keep two processors busy.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import cache
from typing import TypeVar

First = TypeVar("First")
Second = TypeVar("Second")


def both(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """What both find; the second on another thread if one is free, else after the first.

    Neither outlives the call. The first's error comes before the second's.
    """
    later = _threads().submit(copy_context().run, second)
    try:
        found = first()
    except BaseException:
        if not later.cancel():
            wait((later,))
        raise
    return found, second() if later.cancel() else later.result()


@cache
def _threads() -> ThreadPoolExecutor:
    """The process's, which all answers share."""
    return ThreadPoolExecutor(8, "statement")
