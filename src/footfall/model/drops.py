"""Why a well-formed report of a browser is not stored: a closed list (docs/api/collect); and what is told by name."""

from __future__ import annotations

from enum import StrEnum


class NameKind(StrEnum):
    """What a project's names, which senders make up, are names of."""

    FIELD = "field"  # a field of a body that is not known
    HOST = "host"  # a host whose reports are dropped, as the project does not list it


class DropReason(StrEnum):
    """The value is what answers, metrics and counts name."""

    ORIGIN = "origin"  # the page that it names, or that sends it, is not on a host of the project
    EXCLUDED = "excluded"  # the project excludes its path, address or country
    OPT_OUT = "opt-out"  # the visitor does not want to be counted
    PREFETCH = "prefetch"  # the browser loads the page ahead of a visit
    IDENTIFY = "identify"  # it names a visitor and reports nothing to count
    UNKNOWN_DOMAIN = "unknown-domain"  # no project lists the domain
