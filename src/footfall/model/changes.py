"""How a batch changes what is stored already: facts that belong to another session now. Plans on disk hold these."""

from __future__ import annotations

import msgspec


class Merge(msgspec.Struct, frozen=True, tag="merge"):
    """Sessions whose facts all join another one: those of `old[i]` get `new[i]`. Times in Unix milliseconds.

    The facts lie in [start, end] and belong to one of `projects`.
    """

    table: str
    projects: list[int]
    old: list[int]
    new: list[int]
    start: int
    end: int


class Move(msgspec.Struct, frozen=True, tag="move"):
    """Facts of one project that all go to one session, and where `session_id` is not None get that name for it.

    A fact is known by its time and both halves of its id: an id alone may be used again after a day, also by another
    visitor.
    """

    table: str
    project: int
    session: int
    session_id: str | None
    at: list[int]
    high: list[int]
    low: list[int]


Change = Merge | Move
