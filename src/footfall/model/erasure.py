"""Whose rows are to be removed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """A project, by its number, or one of its visitors: as listings show them, by name or by hash.

    `id` tells apart when it was asked for a visitor several times; 0 for a project.
    """

    project: int
    visitor: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class ErasureNote:
    """An erasure of a visitor as it is recorded. Times are Unix milliseconds; `done_at` is None while it is under way.

    `visitor` is `""` once it is done: the record must not keep what is to be forgotten.
    """

    id: int
    project: int
    visitor: str
    asked_at: int
    done_at: int | None
