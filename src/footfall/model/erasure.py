"""Whose rows are to be removed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Subject:
    """A project, by its number, or one of its visitors: as listings show them, by name or by hash.

    `id` tells apart when it was asked for a visitor several times; 0 for a project.
    """

    project: int
    visitor: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A visitor whose erasure is done. Of rows that were received before it was asked for, some may come yet.

    `mark` is of the name, which is kept nowhere. `until` in Unix milliseconds: what was received later counts.
    """

    project: int
    mark: str
    until: int

    @property
    def salt(self) -> str:
        return self.mark.partition("$")[0]


def new_salt() -> str:
    return secrets.token_hex(16)


@lru_cache(100_000)
def mark_of(name: str, salt: str) -> str:
    """A hash of a name under a salt, with the salt in front."""
    return f"{salt}${blake2b(name.encode('utf-8', 'surrogatepass'), key=salt.encode(), digest_size=32).hexdigest()}"


@dataclass(frozen=True, slots=True)
class ErasureNote:
    """An erasure of a visitor as it is recorded. Times are Unix milliseconds; `done_at` is None while it is under way.

    `visitor` is `""` once it is done: nobody is told what is to be forgotten.
    """

    id: int
    project: int
    visitor: str
    asked_at: int
    done_at: int | None
