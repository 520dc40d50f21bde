"""Projects by name, cached for a few seconds: every request looks one up."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from footfall.clock import SECOND, Clock
from footfall.meta.repository import Meta
from footfall.model.project import Project

FRESH_FOR = 4 * SECOND
"""How long a look-up is cached: changes take effect everywhere within 5 seconds."""

K = TypeVar("K", str, int)

_MAX_FOUND = 10_000
_MAX_LABELS = 10
"""Labels of a host name that are tried with wildcards."""


LOOKS = 20
"""How often per second a name that is not on the list of projects may cause the list to be read again."""


class Directory:
    """Looks projects up, on one thread. Only existing projects are cached, so a new one is found at once.

    Look-ups that need no token use a list of all projects, which is read at a limited rate: made-up names do not cost a
    query each.
    """

    def __init__(self, meta: Meta, clock: Clock, tick: Callable[[], float] = monotonic) -> None:
        self._meta = meta
        self._clock = clock
        self._tick = tick
        self._listed: dict[tuple[str, str], Project] = {}
        self._listed_at = -FRESH_FOR
        self._looks = float(LOOKS)
        self._looked_at = tick()
        self._found: dict[tuple[str, str | int], tuple[Project, int]] = {}

    def named(self, slug_or_id: str) -> Project | None:
        return self._look_up("name", slug_or_id, self._meta.project)

    def numbered(self, number: int) -> Project | None:
        return self._look_up("number", number, self._meta.project_numbered)

    def of_site_key(self, site_key: str) -> Project | None:
        return self._public([("site_key", site_key)])

    def of_website(self, project_id: str) -> Project | None:
        """By id or slug, as `named`, for callers without a token."""
        return self._public([("id", project_id), ("slug", project_id)])

    def of_domain(self, domain: str) -> Project | None:
        """The project that lists this host name, else the one with the nearest wildcard above it.

        Of several that an earlier version let list the same, the oldest.
        `www.` in front is ignored on both sides.
        """
        name = domain.lower().removeprefix("www.")
        parts = name.split(".")
        above = [("domain", "*." + ".".join(parts[place:])) for place in range(1, min(len(parts), _MAX_LABELS))]
        return self._public([("domain", name), *above])

    def only(self) -> Project | None:
        """The installation's project where it has exactly one."""
        return self._look_up("only", "", self._the_only)

    def forget(self) -> None:
        """Look everything up again: a project was changed by this process."""
        self._found.clear()
        self._listed_at = -FRESH_FOR

    def _the_only(self, _: str) -> Project | None:
        projects = self._meta.projects()
        return projects[0] if len(projects) == 1 else None

    def _public(self, keys: list[tuple[str, str]]) -> Project | None:
        """The first of these that is on the list. The list is read again where it is old or has none of them."""
        if not 0 <= self._clock() - self._listed_at < FRESH_FOR:
            self._list()
        found = self._first(keys)
        if found is None and self._may_look():
            self._list()
            found = self._first(keys)
        return found

    def _first(self, keys: list[tuple[str, str]]) -> Project | None:
        return next((found for key in keys if (found := self._listed.get(key))), None)

    def _list(self) -> None:
        self._listed_at = self._clock()
        self._listed = {}
        for project in self._meta.projects():  # oldest first, so the oldest keeps a domain that several list
            own = [("site_key", project.site_key), ("id", project.id), ("slug", project.slug)]
            own += [("site_key", old.site_key) for old in project.old_site_keys if self._listed_at < old.valid_until]
            for key in (*own, *(("domain", domain) for domain in project.domains)):
                self._listed.setdefault(key, project)

    def _may_look(self) -> bool:
        now = self._tick()
        self._looks = min(self._looks + (now - self._looked_at) * LOOKS, LOOKS)
        self._looked_at = now
        if self._looks < 1:
            return False
        self._looks -= 1
        return True

    def _look_up(self, kind: str, key: K, find: Callable[[K], Project | None]) -> Project | None:
        now = self._clock()
        known = self._found.get((kind, key))
        if known is not None and known[1] <= now < known[1] + FRESH_FOR:
            return known[0]
        project = find(key)
        if project is not None:
            if len(self._found) >= _MAX_FOUND:
                self._found.clear()
            self._found[kind, key] = (project, now)
        return project
