"""The saved filters of a project by name, as filter strings refer to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from footfall.clock import Clock
from footfall.meta.directory import FRESH_FOR
from footfall.meta.saved import OF_PROJECT, SavedByProject, folded
from footfall.model.project import Project
from footfall.model.saved import Goal

_MAX_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class FiltersByName:
    """Goals in the order of their list; segments by folded name."""

    goals: tuple[Goal, ...] = ()
    segments: Mapping[str, str] = field(default_factory=dict)

    def find(self, key: str, name: str) -> str | None:
        """The filter string of a `goal` or a `segment`; None where there is none of this name."""
        if key == "goal":
            return next((goal.filter for goal in self.goals if folded(goal.name) == folded(name)), None)
        return self.segments.get(folded(name))


class SavedFilters(Protocol):
    """Every method may be called from any thread."""

    def of(self, project: Project, owner: int = OF_PROJECT) -> FiltersByName:
        """Those of the project and the private ones of a token, which come before the project's of the same name."""

    def forget(self) -> None:
        """Look everything up again: something was changed by this process."""


class StoredFilters:
    """`SavedFilters` of the installation, looked up once in `FRESH_FOR`."""

    def __init__(self, saved: SavedByProject, clock: Clock) -> None:
        self._saved = saved
        self._clock = clock
        self._known: dict[tuple[int, int], tuple[FiltersByName, int]] = {}

    def of(self, project: Project, owner: int = OF_PROJECT) -> FiltersByName:
        key, now = (project.number, owner), self._clock()
        known = self._known.get(key)
        if known is not None and known[1] <= now < known[1] + FRESH_FOR:
            return known[0]
        segments = sorted(self._saved.segments.all(project, owner), key=lambda one: one.private)
        found = FiltersByName(tuple(self._saved.goals.all(project)), {folded(one.name): one.filter for one in segments})
        if len(self._known) >= _MAX_KNOWN:
            self._known = {}
        self._known[key] = found, now
        return found

    def forget(self) -> None:
        self._known = {}


class MemoryFilters:
    """The same saved filters for every project."""

    def __init__(self, goals: Sequence[Goal] = (), segments: Mapping[str, str] | None = None) -> None:
        self._found = FiltersByName(tuple(goals), segments or {})

    def of(self, _project: Project, _owner: int = OF_PROJECT) -> FiltersByName:
        return self._found

    def forget(self) -> None:
        """Nothing is looked up."""
