"""What people save with a project: goals, segments, funnels and annotations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """`id` is opaque, `created_at` Unix milliseconds."""

    id: str
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Saved):
    """A named filter: each event that matches it is a conversion."""

    name: str
    filter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Saved):
    """A named filter of the project, or, private, of those who hold one token."""

    name: str
    filter: str
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFunnel(Saved):
    """A filter string per step, and the time for all of them as the funnel's endpoint takes it, such as `7d`."""

    name: str
    steps: tuple[str, ...]
    window: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation(Saved):
    """A text at a time (Unix milliseconds), shown on charts."""

    at: int
    text: str
