"""The URL of a page as a browser reports it, and what is kept of it: a query string may hold private data."""

from __future__ import annotations

from urllib.parse import unquote_plus

import msgspec

from footfall.collect.hosts import bare, host_of

KEPT_PARAMETERS = frozenset({"ref", "source"})
"""Parameters that are kept beside `utm_*`, click ids and what the operator names."""


class PageUrl(msgspec.Struct, frozen=True, gc=False):
    """A page's URL, parsed once.

    `host` is bare (`hosts.bare`), `""` where it is unknown. `hostname` is the host as it was sent apart from a URL
    without one. `path` is set where a single-page application's route counts: path and route, which the URL alone does
    not say; `route` is then its fragment without parameters (`#/settings`), `""` where there is none.
    """

    text: str
    host: str = ""
    hostname: str = ""
    path: str = ""
    route: str = ""

    @classmethod
    def parse(cls, text: str, *, hostname: str = "", fragment_is_route: bool | None = None) -> PageUrl:
        """`fragment_is_route` is None where the client does not tell: then `#/…` and `#!/…` are routes."""
        host = host_of(text)
        if host:
            hostname = ""
        elif hostname:
            host = bare(hostname)
        if "#" not in text:
            return cls(text, host, hostname)
        base, _, fragment = text.partition("#")
        if fragment_is_route is None:
            fragment_is_route = fragment.startswith(("/", "!/"))
        if not fragment_is_route:
            return cls(text, host, hostname)
        place = fragment.partition("?")[0]
        route = f"#{place}" if place else ""
        return cls(text, host, hostname, _path(base) + route, route)

    def kept(self, names: frozenset[str]) -> str:
        """What is stored: the URL as `kept_url` leaves it, with its route."""
        return kept_url(self.text, names) + self.route


def kept_url(url: str, names: frozenset[str]) -> str:
    """The URL without user, fragment and all parameters but `utm_*` and those of `names`, as they were sent."""
    if "?" not in url and "#" not in url and "@" not in url:
        return url
    base, _, query = url.partition("#")[0].partition("?")
    kept = "&".join([pair for pair in query.split("&") if _is_kept(pair.partition("=")[0], names)])
    return (_without_user(base) if "@" in base else base) + (f"?{kept}" if kept else "")


def _is_kept(name: str, names: frozenset[str]) -> bool:
    plain = unquote_plus(name) if "%" in name else name
    return plain[:4] == "utm_" or plain in names


def _path(url: str) -> str:
    """The path of an absolute URL, `/` where it has none; a URL without scheme is all path."""
    base = url.partition("?")[0]
    scheme, separator, rest = base.partition("://")
    if not separator or not scheme:
        return base
    slash, backslash = rest.find("/"), rest.find("\\")
    start = min((place for place in (slash, backslash) if place >= 0), default=-1)
    return rest[start:] if start >= 0 else "/"


def _without_user(base: str) -> str:
    scheme, separator, rest = base.partition("://")
    if not separator:
        return base
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
