"""The names of the IANA time zone database."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def time_zones() -> frozenset[str]:
    """Of the packaged database, so that the names don't depend on what the host has."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())
