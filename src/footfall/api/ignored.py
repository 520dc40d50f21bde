"""What a request says and nothing reads: told in the answer, counted, and refused where the client asks for it.

`strict=1` in the query refuses it. Otherwise an answer that is a JSON object lists unknown fields of the body, and the
header `X-Footfall-Ignored` names those of other answers, and query parameters that do not count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import parse_qsl, quote

from pydantic import Field

from footfall.api.problem import Headers
from footfall.api.state import Collecting
from footfall.collect.unknown import MAX_NAMES, Ignored, of_names
from footfall.errors import UserError
from footfall.model.drops import NameKind

STRICT = "strict"
"""The parameter that every endpoint knows."""

HEADER = "X-Footfall-Ignored"

IGNORED = Field(
    None,
    max_length=MAX_NAMES,
    description="Fields of the body that are not known, each name once; absent where there is none.",
    examples=[None],
)
HINTS = Field(
    None, description="What was probably meant, for people; absent where there is nothing to say.", examples=[None]
)

_FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def header(names: Iterable[str]) -> Headers:
    """One header; what a header can't carry is percent-encoded. None without a name."""
    text = ", ".join(quote(name, safe="$@:/") for name in names)
    return [(HEADER.lower().encode(), text.encode())] if text else []


def headers_of(ignored: Ignored) -> Headers:
    return header(one.name for one in ignored)


def told(ignored: Ignored, *hints: str) -> dict[str, Any]:
    """What an answer gains: nothing where nothing was ignored, and there is no hint."""
    names = [one.name for one in ignored]
    said = [*filter(None, (one.hint for one in ignored)), *hints]
    return ({"ignored": names} if names else {}) | ({"hints": said} if said else {})


def count(collecting: Collecting, project: int, ignored: Ignored) -> None:
    """Count the names, for the operator and for the project."""
    for one in ignored:
        collecting.metrics.ignored(one.name)
        collecting.drops.count_name(project, NameKind.FIELD, one.name)


def parameters(query: bytes, known: Collection[str]) -> tuple[bool, Ignored]:
    """Whether a query string is strict, and its parameters that are not known.

    UserError `bad_parameter` where it is strict and there are such.
    """
    sent = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    text = sent.pop(STRICT, "0")
    strict = _FLAGS.get(text.lower())
    if strict is None:
        raise UserError("bad_parameter", f"{STRICT}: {text[:100]!r} is neither 1 nor 0")
    ignored = of_names(sent, known)
    if strict:
        refuse_parameters(ignored)
    return strict, ignored


def refuse_parameters(ignored: Ignored) -> None:
    """Raises UserError `bad_parameter` where there is an unknown parameter."""
    if ignored:
        raise UserError("bad_parameter", "; ".join(one.refusal for one in ignored))
