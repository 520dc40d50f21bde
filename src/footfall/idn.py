"""Host names in one spelling: ASCII, as browsers send them (UTS 46)."""

from __future__ import annotations

import idna

HOST_CHARS = 253
"""The longest host name (RFC 1035)."""


def ascii_host(host: str) -> str:
    """The host in ASCII (`xn--…`); unchanged where it is ASCII already or has no such form."""
    if host.isascii() or len(host) > HOST_CHARS:
        return host
    star = "*." if host.startswith("*.") else ""
    try:
        return star + idna.encode(host[len(star) :], uts46=True).decode()
    except idna.IDNAError:
        return host
