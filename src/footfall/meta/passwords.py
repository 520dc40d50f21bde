"""Passwords of links, as Argon2id hashes."""

from __future__ import annotations

import threading

_MEMORY_KIB = 19_456
_PASSES = 2
"""What OWASP's cheat sheet for stored passwords asks for at least, with one lane."""


class Passwords:
    """Hashes and compares, from any thread: one at a time, since each takes its memory and a core."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def hashed(self, password: str) -> str:
        from argon2 import PasswordHasher  # noqa: PLC0415 - processes that only collect have no use for it

        with self._lock:
            return PasswordHasher(_PASSES, _MEMORY_KIB, 1).hash(password)

    def match(self, password: str, stored: str) -> bool:
        from argon2 import PasswordHasher  # noqa: PLC0415 - as above
        from argon2.exceptions import VerificationError  # noqa: PLC0415 - as above

        with self._lock:
            try:
                return PasswordHasher().verify(stored, password)
            except VerificationError:
                return False
