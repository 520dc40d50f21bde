"""What keeps the process's memory small and its pauses short."""

from __future__ import annotations

import ctypes
import gc
import os
import sys

SWITCH_SECONDS = 0.001
"""How long a thread may hold the interpreter while another one waits for it.

An acknowledgement takes it several times, on the event loop and on the thread that commits. Beside a busy drain it
waited 5 ms, Python's default, each time.
"""


HEAPS = 2
LARGE_BYTES = 128 << 10

_ARENA_MAX = -8
_MMAP_THRESHOLD = -3
"""The GNU C library's numbers of options: how many heaps a process has, and what is taken from no heap."""


def tune_heaps() -> None:
    """Let all threads take memory from two heaps, and large pieces from the system. Call it before they start.

    The GNU C library gives threads heaps of their own: what is freed in one heap is of no use to another, and little of
    it goes back to the system. With a single one, bodies that are decoded on several threads wait for one another. And
    once a large piece has been freed, it takes others of its size, up to 32 MB, from its heaps: where small ones that
    stay lie behind them, they are never given back. An operator's `MALLOC_ARENA_MAX` and `MALLOC_MMAP_THRESHOLD_`
    count.
    """
    option = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if option is None:
        return
    for variable, number, value in (
        ("MALLOC_ARENA_MAX", _ARENA_MAX, HEAPS),
        ("MALLOC_MMAP_THRESHOLD_", _MMAP_THRESHOLD, LARGE_BYTES),
    ):
        if variable not in os.environ:
            option(number, value)


def trim_heap() -> None:
    """Return the C library's free memory to the system after a busy time; the engine sees to its own."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only the GNU C library has it
    if trim is not None:
        trim(0)


def share_interpreter() -> None:
    """Let no thread hold up the others for long."""
    sys.setswitchinterval(SWITCH_SECONDS)


def tune_collector() -> None:
    """Leave what exists now out of garbage collection: a full one would walk all of it while requests wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
