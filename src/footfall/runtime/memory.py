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

_ARENA_MAX = -8
"""The number of the GNU C library's option for how many heaps a process has."""


def share_heaps() -> None:
    """Let all threads take memory from two heaps. Call it before they start.

    The GNU C library gives threads heaps of their own: what is freed in one heap is of no use to another, and little of
    it goes back to the system. With a single one, bodies that are decoded on several threads wait for one another. An
    operator's `MALLOC_ARENA_MAX` counts.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return
    option = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if option is not None:
        option(_ARENA_MAX, HEAPS)


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
