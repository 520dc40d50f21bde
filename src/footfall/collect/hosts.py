"""Which hosts a project's browser events may come from."""

from __future__ import annotations

from functools import lru_cache

from footfall.idn import HOST_CHARS, ascii_host

_MAX_CHARS = 400
_WITH_PORT = HOST_CHARS + len(":65535")


def host_of(origin: str) -> str:
    """The host of `https://User@WWW.Example.com:8080/…` as `bare` writes it; `""` where there is none.

    A host that does not end within the first 400 characters counts as none: long texts must not fill the cache.
    """
    return _host_of(origin[:_MAX_CHARS])


@lru_cache(maxsize=16_384)
def _host_of(beginning: str) -> str:
    scheme, separator, rest = beginning.partition("://")
    if not separator or not scheme:
        return ""
    authority = rest
    for end in "/?#\\":
        authority = authority.partition(end)[0]
    cut_off = len(beginning) == _MAX_CHARS and authority == rest
    return "" if cut_off else bare(authority.rpartition("@")[2])


def bare(host: str) -> str:
    """A host in lower case and ASCII, as projects list it, without port and `www.`; `""` where it is too long."""
    if len(host) > _WITH_PORT:
        return ""
    name = host.lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return ascii_host(name.partition(":")[0].removesuffix(".")).removeprefix("www.")


@lru_cache(maxsize=16_384)
def is_allowed(domains: tuple[str, ...], host: str) -> bool:
    """Whether a `bare` host is one of them: `example.com`, or below `*.example.com` (which it is not itself)."""
    return any(host.endswith(domain[1:]) if domain.startswith("*.") else host == domain for domain in domains)
