"""Who owns data and who may touch it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from footfall.clock import DAY
from footfall.model.share import ShareLimits


@dataclass(frozen=True, slots=True)
class OldSiteKey:
    """A site key that was replaced; pages may still use it before `valid_until` (Unix milliseconds)."""

    site_key: str
    valid_until: int


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Which reports of browsers are dropped, by path, address or country.

    `*` in a path is any run of characters, addresses are networks, countries ISO 3166-1 alpha-2.
    """

    paths: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """`number` is the key in the store's tables; `id` is the opaque public name; `slug` is what people type.

    `timezone` is the IANA name of the zone that the project's days belong to. `retention_days` is None where the
    installation's retention counts alone. Before `facts_since` (Unix milliseconds) facts are gone, figures are not.
    """

    number: int
    id: str
    slug: str
    site_key: str
    domains: tuple[str, ...] = ()
    name: str = ""
    timezone: str = "UTC"
    created_at: int = 0
    old_site_keys: tuple[OldSiteKey, ...] = ()
    excluded: Exclusions = Exclusions()
    retention_days: int | None = None
    facts_since: int = 0

    def oldest(self, now: int) -> int:
        """The first instant that it accepts, in Unix milliseconds; a late event would change figures that stay."""
        return (
            self.facts_since if self.retention_days is None else max(self.facts_since, now - self.retention_days * DAY)
        )


class Scope(StrEnum):
    INGEST = "ingest"
    READ = "read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified token: its rights. `projects` is None for a token of the installation, which may touch them all.

    `last_four` are the last characters of its text, by which a log may name it. `limits` are those of a link, whose
    holder has no scope: endpoints that are open to links say so, and keep within the limits.
    """

    token_id: int
    scopes: frozenset[Scope]
    projects: frozenset[int] | None
    last_four: str = ""
    limits: ShareLimits | None = None

    def may_touch(self, project: Project) -> bool:
        return self.projects is None or project.number in self.projects

    def has(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes
