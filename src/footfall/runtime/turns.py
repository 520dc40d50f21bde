"""Short turns on the processors for the threads that acknowledge (ADR 33)."""

from __future__ import annotations

import ctypes
import platform
import sys

TURN_NANOS = 100_000
"""The least that Linux accepts. A thread that is not asked has 0.7 to 2.8 ms, by the number of processors."""

_CALLS = {"x86_64": (314, 315), "aarch64": (274, 275), "riscv64": (274, 275)}
"""By machine, the numbers of sched_setattr and sched_getattr, for which C libraries have had no functions for long."""

_THIS_THREAD = 0
_OTHER, _BATCH = 0, 3
_RESET_ON_FORK = 1


class Attributes(ctypes.Structure):
    """`struct sched_attr` of Linux, in its first version."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def take_short_turns() -> None:
    """Let the calling thread run as soon as it wakes up, with the same share of the processors as before.

    Linux 6.12 and newer let a thread that wakes up replace one whose turns are longer; else it waits for the end of the
    other's turn, up to a tick of 4 ms. Older ones, and other systems, change nothing. It needs no capability. Threads
    that this one starts have turns of the usual length.
    """
    attributes = attributes_of()
    if attributes is None or attributes.policy not in {_OTHER, _BATCH}:
        return
    if attributes.nice < 0:  # the operator's wish for the whole process, which a reset would take from later threads
        return
    attributes.runtime = TURN_NANOS
    attributes.flags |= _RESET_ON_FORK
    set_attributes, _ = _CALLS[platform.machine()]
    _syscall(set_attributes, _THIS_THREAD, ctypes.byref(attributes), 0)


def attributes_of(thread: int = _THIS_THREAD) -> Attributes | None:
    """How a thread is scheduled, by its native id; None where the system does not say."""
    if sys.platform != "linux" or platform.machine() not in _CALLS:
        return None
    attributes = Attributes()
    _, get_attributes = _CALLS[platform.machine()]
    failed = _syscall(get_attributes, thread, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    return None if failed else attributes


def _syscall(number: int, *arguments: object) -> int:
    return int(ctypes.CDLL(None).syscall(number, *arguments))
