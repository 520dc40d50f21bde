"""The next block is read and parsed while the last one is identified and stored: two processors have work."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar, cast

_T = TypeVar("_T")
_END = object()


@contextmanager
def one_ahead(items: Iterator[_T]) -> Iterator[Iterator[_T]]:
    """The same items in the same order, each made on a thread while the caller has the one before.

    What `items` raises is raised in the item's place. At the end of the block nothing is being made any more.
    """
    with ThreadPoolExecutor(1, "ahead") as thread:

        def made() -> Iterator[_T]:
            coming = thread.submit(next, items, _END)
            while (item := coming.result()) is not _END:
                coming = thread.submit(next, items, _END)
                yield cast(_T, item)

        yield made()
