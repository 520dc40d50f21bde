"""Which hosts a project's browser events may come from."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=16_384)
def host_of(origin: str) -> str:
    """The host of `https://User@WWW.Example.com:8080/…`, in lower case, without `www.`; `""` where there is none."""
    scheme, separator, rest = origin.partition("://")
    if not separator or not scheme:
        return ""
    authority = rest
    for end in "/?#\\":
        authority = authority.partition(end)[0]
    return bare(authority.rpartition("@")[2])


def bare(host: str) -> str:
    """A host without port, case and `www.`."""
    name = host.lower().removeprefix("www.")
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].removesuffix(".")


@lru_cache(maxsize=16_384)
def is_allowed(domains: tuple[str, ...], host: str) -> bool:
    """Whether a `bare` host is one of them: `example.com`, or below `*.example.com` (which it is not itself)."""
    return any(host.endswith(domain[1:]) if domain.startswith("*.") else host == domain for domain in domains)
