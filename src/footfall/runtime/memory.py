"""What keeps the process's memory small and its pauses short."""

from __future__ import annotations

import ctypes
import gc


def trim_heap() -> None:
    """Return the C library's free memory to the system after a busy time; the engine sees to its own."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only the GNU C library has it
    if trim is not None:
        trim(0)


def tune_collector() -> None:
    """Leave what exists now out of garbage collection: a full one would walk all of it while requests wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
