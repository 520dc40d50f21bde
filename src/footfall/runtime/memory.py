"""What keeps the process's memory small and its pauses short."""

from __future__ import annotations

import ctypes
import gc
import sys

SWITCH_SECONDS = 0.001
"""How long a thread may hold the interpreter while another one waits for it.

An acknowledgement takes it several times, on the event loop and on the thread that commits. Beside a busy drain it
waited 5 ms, Python's default, each time.
"""


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
