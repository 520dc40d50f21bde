"""Projects by name, remembered for a few seconds: what every request asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from footfall.clock import SECOND, Clock
from footfall.meta.repository import Meta
from footfall.model.project import Project

FRESH_FOR = 4 * SECOND
"""How long an answer may be given again: changes hold everywhere within 5 seconds."""

K = TypeVar("K", str, int)

_MOST = 10_000


class Directory:
    """Looks projects up. Only what exists is remembered, so a new project is found at once."""

    def __init__(self, meta: Meta, clock: Clock) -> None:
        self._meta = meta
        self._clock = clock
        self._found: dict[tuple[str, str | int], tuple[Project, int]] = {}

    def named(self, slug_or_id: str) -> Project | None:
        return self._look_up("name", slug_or_id, self._meta.project)

    def numbered(self, number: int) -> Project | None:
        return self._look_up("number", number, self._meta.project_numbered)

    def of_site_key(self, site_key: str) -> Project | None:
        return self._look_up("site_key", site_key, self._meta.project_of_site_key)

    def of_domain(self, domain: str) -> Project | None:
        return self._look_up("domain", domain, self._meta.project_of_domain)

    def only(self) -> Project | None:
        """The installation's project where it has exactly one."""
        return self._look_up("only", "", self._the_only)

    def _the_only(self, _: str) -> Project | None:
        projects = self._meta.projects()
        return projects[0] if len(projects) == 1 else None

    def _look_up(self, kind: str, key: K, find: Callable[[K], Project | None]) -> Project | None:
        now = self._clock()
        known = self._found.get((kind, key))
        if known is not None and known[1] <= now < known[1] + FRESH_FOR:
            return known[0]
        project = find(key)
        if project is not None:
            if len(self._found) >= _MOST:
                self._found.clear()
            self._found[kind, key] = (project, now)
        return project
