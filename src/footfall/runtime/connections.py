"""How many connections the server takes at once."""

from __future__ import annotations

import resource

import structlog

CONNECTIONS = 16_384
LEAST = 10_000
"""Clients that the server promises to hold, idle ones included."""

OTHER_FILES = 3_000
"""Open files that the store, the spools and the metadata may need."""


def connections() -> int:
    """As many as open files allow, up to `CONNECTIONS`: the process's limit is raised as far as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = CONNECTIONS + OTHER_FILES if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS + OTHER_FILES)
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    found = min(CONNECTIONS, max(files - OTHER_FILES, files // 2))
    if found < LEAST:
        structlog.get_logger("server").warning("few connections", connections=found, open_files=files)
    return found
