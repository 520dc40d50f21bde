"""Whether a project excludes a report, by its path, address or country."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network

from footfall.collect.address import packed
from footfall.collect.page_url import PageUrl
from footfall.model.project import Exclusions
from footfall.percent import spellings


def is_excluded(excluded: Exclusions, url: PageUrl, address: str, country: str) -> bool:
    path = path_of(url) if excluded.paths else ""
    return (
        any(matches(spelling, path) for pattern in excluded.paths for spelling in spellings(pattern))
        or country in excluded.countries
        or (bool(excluded.addresses) and _within(excluded.addresses, address))
    )


def path_of(url: PageUrl) -> str:
    """The path, with a route where that counts, as figures show it."""
    if url.path:
        return url.path
    text = url.text.partition("#")[0].partition("?")[0]
    _, absolute, rest = text.partition("://")
    if not absolute:
        return text or "/"
    _, slash, path = rest.partition("/")
    return slash + path or "/"


def matches(pattern: str, path: str) -> bool:
    """`*` is any run of characters. Each text between wildcards is looked for once, from left to right."""
    first, *others = pattern.split("*")
    if not others:
        return path == pattern
    *inner, last = others
    if not path.startswith(first) or not path.endswith(last):
        return False
    at, end = len(first), len(path) - len(last)
    for text in inner:
        found = path.find(text, at, end)
        if found < 0:
            return False
        at = found + len(text)
    return at <= end


@lru_cache(maxsize=16_384)
def _within(networks: tuple[str, ...], address: str) -> bool:
    raw = packed(address)
    if raw is None:
        return False
    found = ip_address(raw)
    return any(found in ip_network(network) for network in networks)
