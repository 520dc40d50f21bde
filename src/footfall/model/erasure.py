"""Whose rows are to be removed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
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

    def was(self, name: str) -> bool:
        """Whether it is the name of this visitor."""
        return mark_of(name, self.mark.partition("$")[0]) == self.mark


def mark_of(name: str, salt: str = "") -> str:
    """A hash of a name under a salt, a new one unless it is given, with the salt in front."""
    salt = salt or secrets.token_hex(16)
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
