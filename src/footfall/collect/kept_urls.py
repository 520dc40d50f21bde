"""What is kept of a URL that a browser sends: its query string may carry what is nobody else's business."""

from __future__ import annotations

from urllib.parse import unquote_plus

NAMES = frozenset({"ref", "source"})
"""Parameters that are kept beside `utm_*`, click ids and what the operator names."""


def kept_url(url: str, names: frozenset[str], *, route: bool = False) -> str:
    """The URL without user, fragment and all parameters but `utm_*` and those of `names`, as they were sent.

    With `route`, the fragment stays, without its own parameters.
    """
    if "?" not in url and "#" not in url and "@" not in url:
        return url
    before, _, fragment = url.partition("#")
    base, _, query = before.partition("?")
    kept = "&".join([pair for pair in query.split("&") if _is_kept(pair.partition("=")[0], names)])
    place = _route(fragment) if route and fragment else ""
    return (_without_user(base) if "@" in base else base) + (f"?{kept}" if kept else "") + place


def route_of(url: str) -> str:
    """`#/settings` of `https://app.example/#/settings?tab=1`; `""` without a fragment."""
    return _route(url.partition("#")[2])


def is_route(url: str) -> bool:
    """Whether the fragment looks like a route, where the client does not say: it begins with `/` or `!/`."""
    return "#" in url and url.partition("#")[2].startswith(("/", "!/"))


def path_of(url: str) -> str:
    """The path of an absolute URL, `/` where it has none; a URL without scheme is all path."""
    base = url.partition("#")[0].partition("?")[0]
    scheme, separator, rest = base.partition("://")
    if not separator or not scheme:
        return base
    slash, backslash = rest.find("/"), rest.find("\\")
    start = min((place for place in (slash, backslash) if place >= 0), default=-1)
    return rest[start:] if start >= 0 else "/"


def _is_kept(name: str, names: frozenset[str]) -> bool:
    plain = unquote_plus(name) if "%" in name else name
    return plain[:4] == "utm_" or plain in names


def _route(fragment: str) -> str:
    place = fragment.partition("?")[0]
    return f"#{place}" if place else ""


def _without_user(base: str) -> str:
    scheme, separator, rest = base.partition("://")
    if not separator:
        return base
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
