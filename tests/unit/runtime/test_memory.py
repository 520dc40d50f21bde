from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from footfall.runtime.memory import HEAPS

_COUNT_HEAPS = """
import ctypes, sys, threading
from footfall.runtime.memory import share_heaps
if sys.argv[1] == "shared":
    share_heaps()
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

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the GNU C library's heaps")


def heaps(shared: str, **environment: str) -> int:
    command = [sys.executable, "-c", _COUNT_HEAPS, shared]
    kept = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=kept | environment)  # noqa: S603 - our own
    return done.stdout.count("<heap nr=")


@glibc
def test_threads_share_two_heaps() -> None:
    assert heaps("each its own") > HEAPS
    assert heaps("shared") == HEAPS


@glibc
def test_an_operators_wish_counts() -> None:
    assert heaps("shared", MALLOC_ARENA_MAX="3") == 3
