"""What is kept of a URL that a browser sends: its query string may carry what is nobody else's business."""

from __future__ import annotations

NAMES = frozenset({"ref", "source"})
"""Parameters that are kept beside `utm_*`, click ids and what the operator names."""


def kept_url(url: str, names: frozenset[str], *, route: bool = False) -> str:
    """The URL without user, fragment and all parameters but `utm_*` and those of `names`, as they were sent.

    With `route`, a fragment that begins with `/` or `!/` stays, without its own parameters.
    """
    if "?" not in url and "#" not in url and "@" not in url:
        return url
    before, _, fragment = url.partition("#")
    base, _, query = before.partition("?")
    kept = "&".join([pair for pair in query.split("&") if pair[:4] == "utm_" or pair.partition("=")[0] in names])
    place = _route(fragment) if route and fragment else ""
    return (_without_user(base) if "@" in base else base) + (f"?{kept}" if kept else "") + place


def route_of(url: str) -> str:
    """`#/settings` of `https://app.example/#/settings?tab=1`; `""` where the fragment is no route."""
    return _route(url.partition("#")[2])


def path_of(url: str) -> str:
    """The path of an absolute URL, `/` where it has none; a URL without scheme is all path."""
    base = url.partition("#")[0].partition("?")[0]
    scheme, separator, rest = base.partition("://")
    if not separator or not scheme:
        return base
    slash, backslash = rest.find("/"), rest.find("\\")
    start = min((place for place in (slash, backslash) if place >= 0), default=-1)
    return rest[start:] if start >= 0 else "/"


def _route(fragment: str) -> str:
    return f"#{fragment.partition('?')[0]}" if fragment.startswith(("/", "!/")) else ""


def _without_user(base: str) -> str:
    scheme, separator, rest = base.partition("://")
    if not separator:
        return base
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
