from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from footfall.runtime.memory import HEAPS

_COUNT_HEAPS = """
import ctypes, sys, threading
from footfall.runtime.memory import tune_heaps
if sys.argv[1] == "shared":
    tune_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
arrived = threading.Barrier(5)
def work():
    libc.malloc(1 << 16)  # without the interpreter
    arrived.wait()
for _ in range(4):
    threading.Thread(target=work).start()
arrived.wait()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""

_LARGE_AGAIN = """
import ctypes, sys
from footfall.runtime.memory import LARGE_BYTES, tune_heaps
if sys.argv[1] == "tuned":
    tune_heaps()
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.mallinfo2.restype = ctypes.c_void_p, Info
libc.free(ctypes.c_void_p(libc.malloc(16 << 20)))
before = libc.mallinfo2().hblkhd
libc.malloc(8 << 20)
print(libc.mallinfo2().hblkhd - before >= 8 << 20)
"""

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the GNU C library's heaps")


def printed(program: str, argument: str, **environment: str) -> str:
    command = [sys.executable, "-c", program, argument]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=kept | environment)  # noqa: S603 - our own
    return done.stdout


def heaps(shared: str, **environment: str) -> int:
    return printed(_COUNT_HEAPS, shared, **environment).count("<heap nr=")


@glibc
def test_threads_share_two_heaps() -> None:
    assert heaps("each its own") > HEAPS
    assert heaps("shared") == HEAPS


@glibc
def test_an_operators_wish_counts() -> None:
    assert heaps("shared", MALLOC_ARENA_MAX="3") == 3


@glibc
def test_large_pieces_are_taken_from_no_heap_also_after_one_was_freed() -> None:
    assert printed(_LARGE_AGAIN, "tuned") == "True\n"
    assert printed(_LARGE_AGAIN, "as it is") == "False\n"
    assert printed(_LARGE_AGAIN, "tuned", MALLOC_MMAP_THRESHOLD_=str(32 << 20)) == "False\n"
