"""Route templates in one form, `/users/{id}`, whatever the framework uses."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote

_BRACES = re.compile(r"\{([A-Za-z_]\w*)(?::[^{}]*)?\}")
_ANGLES = re.compile(r"<(?:[^<>]*:)?\s*(\w+)>")
_PATTERN = re.compile(r"[\^$\\(\[*+]")
_GROUP = re.compile(r"\(\?P<(\w+)>")
_SET = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d*,?\d*\})[?+]?")
_ANY = "{}"


def names(template: str) -> list[str]:
    """Parameters of a template in braces."""
    return _BRACES.findall(template)


@lru_cache(maxsize=4096)
def braces(template: str) -> str:
    """`/users/{id:int}` → `/users/{id}`."""
    return _BRACES.sub(r"{\1}", template)


@lru_cache(maxsize=4096)
def angles(template: str) -> str:
    """`/users/<int:id>` → `/users/{id}` (Werkzeug, Django)."""
    return _ANGLES.sub(r"{\1}", template)


@lru_cache(maxsize=4096)
def django(route: str) -> str:
    """A template from Django's `ResolverMatch.route`, which joins paths and regular expressions of nested includes."""
    return "/" + angles(_unescaped(route) if _PATTERN.search(route) else route).lstrip("/")


def as_received(path: str, target: str) -> str:
    """The path as it stands in the request's target, which may lack prefixes of it.

    Where there is none, or the path was rewritten on the way, the decoded path is encoded anew.
    """
    sent = target.partition("?")[0]
    decoded = unquote(sent)
    if decoded and path.endswith(decoded):
        return _encoded(path.removesuffix(decoded)) + sent
    return _encoded(path)


def _encoded(path: str) -> str:
    """A decoded path as in a URL, so that a `?` in it does not begin a query."""
    return quote(path, safe="/:@!$&'()*+,;=~-._")


def _unescaped(pattern: str) -> str:
    """A template of a regular expression: `^users/(?P<id>[0-9]+)/$` → `users/{id}/`; unnamed parts become `{}`."""
    found: list[str] = []
    at = 0
    while at < len(pattern):
        text, at = _piece(pattern, at)
        quantifier = _QUANTIFIER.match(pattern, at)
        if quantifier:
            at = quantifier.end()
            # A repeated character is a parameter without a name; an optional one is written as if present.
            text = _ANY if text and len(text) == 1 and quantifier[0][0] != "?" else text
        found.append(text)
    return re.sub(r"(?:\{\})+", _ANY, "".join(found))


def _piece(pattern: str, at: int) -> tuple[str, int]:
    """The next part of a pattern as it appears in the template, and where it ends."""
    char = pattern[at]
    if char in "^$":
        return "", at + 1
    if char == "\\":
        following = pattern[at + 1 : at + 2]
        return ("" if following in "AZbB" else _ANY if following in "dDwWsS" else following), at + 2
    if char == "[":
        found = _SET.match(pattern, at)
        return _ANY, found.end() if found else at + 1
    if char == "(":
        end = _group_end(pattern, at)
        return _group(pattern[at:end]), end
    return char, at + 1


def _group(text: str) -> str:
    named = _GROUP.match(text)
    if named:
        return "{" + named[1] + "}"
    if text.startswith(("(?=", "(?!", "(?<")):
        return ""
    inner = text[3:-1] if text.startswith("(?:") else ""
    return _unescaped(inner) if inner and "|" not in inner else _ANY


def _group_end(pattern: str, at: int) -> int:
    """The index after the parenthesis that closes the one at `at`."""
    depth = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char == "[" and (found := _SET.match(pattern, at)):
            at = found.end() - 1
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return len(pattern)
