"""How many names senders may make up: of events, and of properties. Each becomes a label that the store looks up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from footfall.clock import DAY

OTHER = "(other)"
"""What a name beyond the bound is stored as."""


class Label(StrEnum):
    EVENT = "event"
    PROPERTY = "property"


MAX_A_DAY = {Label.EVENT: 5_000, Label.PROPERTY: 2_000}
"""Distinct names of a project and a UTC day, by the time of receipt."""


@dataclass(slots=True)
class _Seen:
    day: int
    names: dict[Label, set[str]] = field(default_factory=lambda: {label: set() for label in Label})
    told: set[Label] = field(default_factory=set)


class Labels:
    """For one process: a restart begins to count anew. `folded` is told each name that is folded into `OTHER`."""

    def __init__(self, folded: Callable[[Label], None] = lambda _: None) -> None:
        self._folded = folded
        self._seen: dict[int, _Seen] = {}

    def known(self, project: int, at: int) -> Mapping[Label, AbstractSet[str]]:
        """Names that are stored as they are; more may be added."""
        return self._of(project, at).names

    def event(self, project: int, at: int, name: str) -> str:
        """The name under which a custom event is stored; `at` is the time of receipt in Unix milliseconds."""
        return name if self._is_known(Label.EVENT, project, at, name) else OTHER

    def properties(self, project: int, at: int, properties: dict[str, Any] | None) -> dict[str, Any] | None:
        """The properties under the keys by which they are stored. Of several beyond the bound, one is kept."""
        if not properties or self._of(project, at).names[Label.PROPERTY].issuperset(properties):
            return properties
        folded = [key for key in properties if not self._is_known(Label.PROPERTY, project, at, key)]
        if not folded:
            return properties
        kept = {key: value for key, value in properties.items() if key not in folded}
        return kept | {OTHER: properties[folded[0]]}

    def _of(self, project: int, at: int) -> _Seen:
        seen = self._seen.get(project)
        if seen is None or seen.day != at // DAY:
            seen = self._seen[project] = _Seen(at // DAY)
        return seen

    def _is_known(self, label: Label, project: int, at: int, name: str) -> bool:
        seen = self._of(project, at)
        names = seen.names[label]
        if name in names or name == OTHER:
            return True
        if len(names) < MAX_A_DAY[label]:
            names.add(name)
            return True
        if label not in seen.told:
            seen.told.add(label)
            structlog.get_logger("collect").warning(
                "too many names", project=project, kind=label.value, most=MAX_A_DAY[label], stored_as=OTHER
            )
        self._folded(label)
        return False
