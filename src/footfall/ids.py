"""Event ids: ULIDs as two 64-bit halves, so that the store keeps integers and compares them in time order.

A ULID is 48 bits of Unix milliseconds and 80 random bits (https://github.com/ulid/spec). A generator counts
the low bits upwards, so ids sort in the order in which they are made.
"""

from __future__ import annotations

import secrets
import threading
from functools import lru_cache
from uuid import UUID

from footfall.clock import Clock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DECODE = {c: i for i, c in enumerate(_ALPHABET)} | {c.lower(): i for i, c in enumerate(_ALPHABET)}
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_LOW = (1 << 64) - 1


class IdSource:
    """Makes ids that only increase, from any thread, even when the clock steps back.

    Some random bits are drawn once: they tell processes apart. The others are a counter, so that the ids of
    neighbouring rows differ little and compress well in the store.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._node = secrets.randbits(36) << 40
        self._last = 0
        self._made = 0

    def take(self, count: int = 1) -> int:
        """The first of `count` successive 128-bit ids, whose high halves are the same."""
        with self._lock:
            time = self._clock()
            if time < self._last:  # noqa: PLR1730 - max() would take a fifth of the whole call
                time = self._last
            if self._made + count >= 1 << 40:
                time, self._made = time + 1, 0
            first = time << 80 | self._node | self._made
            self._last = time
            self._made += count
            return first


def split(value: int) -> tuple[int, int]:
    """A 128-bit id as its (high, low) 64-bit halves."""
    return value >> 64, value & _LOW


def join(high: int, low: int) -> int:
    return high << 64 | low


def render(value: int) -> str:
    """The 26 characters of a ULID."""
    low = value & 0xFF_FFFF_FFFF
    return (
        _render_high(value >> 40)
        + _PAIRS[low >> 30]
        + _PAIRS[low >> 20 & 1023]
        + _PAIRS[low >> 10 & 1023]
        + _PAIRS[low & 1023]
    )


@lru_cache(maxsize=256)
def _render_high(value: int) -> str:
    """The first 18 characters, which ids made one after another share."""
    return "".join([_PAIRS[value >> shift & 1023] for shift in range(80, -1, -10)])


def parse(text: str) -> int | None:
    """The id that a client sent, as a ULID or a UUID in any usual spelling; None where it is neither."""
    if len(text) == 26:
        value = 0
        for char in text:
            digit = _DECODE.get(char)
            if digit is None:
                return None
            value = value << 5 | digit
        return value if value >> 128 == 0 else None
    try:
        return UUID(text).int
    except ValueError:
        return None
