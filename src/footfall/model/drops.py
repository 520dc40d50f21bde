"""Why a well-formed report of a browser is not stored: a closed list (docs/api/collect)."""

from __future__ import annotations

from enum import StrEnum


class DropReason(StrEnum):
    """The value is what answers, metrics and counts name."""

    ORIGIN = "origin"  # the page that it names, or that sends it, is not on a host of the project
    OPT_OUT = "opt-out"  # the visitor does not want to be counted
    PREFETCH = "prefetch"  # the browser loads the page ahead of a visit
    IDENTIFY = "identify"  # it names a visitor and reports nothing to count
    UNKNOWN_DOMAIN = "unknown-domain"  # no project lists the domain
