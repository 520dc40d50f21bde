"""The filter string (docs/api/web.md): parsed, and matched against an event."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.oracle.intake import Event
from tests.oracle.saved import SAVED
from tests.oracle.site import Site
from tests.oracle.urls import UTM, ascii_host

ANY = object()
"""A wildcard in a value."""

Value = tuple[Any, ...]  # characters and ANY
MOST_CHARACTERS, MOST_VALUES = 2000, 50


class BadFilter(Exception):  # noqa: N818 - named as the answer calls it
    """`position` is that of the fault, None for a string that is too long."""

    def __init__(self, position: int | None) -> None:
        super().__init__(position)
        self.position = position


@dataclass(frozen=True)
class Term:
    key: str
    values: tuple[Value, ...]
    negated: bool = False


def parse(text: str) -> tuple[Term, ...]:
    if len(text) > MOST_CHARACTERS:
        raise BadFilter(None)
    terms, at, values = [], 0, 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        term, at, first = read_term(text, at, MOST_VALUES - values)
        found = saved_terms(term, first) if term.key in SAVED else (term,)
        terms += found
        values += sum(len(one.values) for one in found)
        if values > MOST_VALUES:
            raise BadFilter(first)
    return tuple(terms)


def saved_terms(term: Term, at: int) -> tuple[Term, ...]:
    """The terms that one whole name stands for; only a single one can be negated."""
    names = {name.casefold(): text for name, text in SAVED[term.key].items()}
    (value, *others) = term.values
    name = written(value).casefold()
    if others or ANY in value or name not in names:
        raise BadFilter(at)
    found = parse(names[name])
    if term.negated and len(found) > 1:
        raise BadFilter(at)
    return tuple(replace(one, negated=one.negated != term.negated) for one in found)


def read_term(text: str, at: int, values_left: int) -> tuple[Term, int, int]:
    """The term that starts at `at`, where it ends, and where its first value starts. A bare word means `search:`."""
    negated = text[at] == "!"
    start = at + negated
    name, end = read_text(text, start, " |:")
    key = written(name)
    if text[start : start + 1] == '"' or text[end : end + 1] != ":":
        key, end = "search", start - 1
    elif not is_key(key):
        raise BadFilter(start)
    first = end + 1
    values: list[Value] = []
    while not values or text[end : end + 1] == "|":
        begin = end + 1
        value, end = read_value(text, begin)
        if len(values) == values_left:
            raise BadFilter(begin)
        values.append(value)
    if key in CHOICES and any(ANY not in value and written(value) not in CHOICES[key] for value in values):
        raise BadFilter(first)
    return Term(key, tuple(values), negated), end, first


def read_value(text: str, at: int) -> tuple[Value, int]:
    if text[at : at + 1] != '"':
        value, end = read_text(text, at, " |")
        if end == at:
            raise BadFilter(at)
        return value, end
    value, end = read_text(text, at + 1, '"')
    if end == len(text):
        raise BadFilter(at)
    if text[end + 1 : end + 2] not in {"", " ", "|"}:
        raise BadFilter(end + 1)
    return value, end + 1


def read_text(text: str, at: int, stop: str) -> tuple[Value, int]:
    """Characters up to one of `stop`; a backslash makes the next one literal, `*` is any run of characters."""
    found: list[Any] = []
    while at < len(text) and text[at] not in stop:
        if text[at] == "\\" and at + 1 == len(text):
            raise BadFilter(at)
        literal = text[at] == "\\"
        at += literal
        found.append(text[at] if literal or text[at] != "*" else ANY)
        at += 1
    return tuple(found), at


def written(value: Value) -> str:
    return "".join("*" if char is ANY else char for char in value)


def is_key(key: str) -> bool:
    return key in KEYS or key in SAVED or (key.startswith("prop.") and all(key.removeprefix("prop.").split(".")))


def holds(site: Site, terms: tuple[Term, ...], event: Event) -> bool:
    """Whether an event matches every term. A term on a session property looks at the event's whole session."""
    return all(holds_any(site, term, event) != term.negated for term in terms)


def holds_any(site: Site, term: Term, event: Event) -> bool:
    return any(holds_value(site, term.key, text, event) for value in term.values for text in spellings(term.key, value))


def spellings(key: str, value: Value) -> Iterator[Value]:
    """The value as it is, and as browsers send it."""
    yield value
    if key in SENT_ENCODED:
        yield tuple(sent for char in value for sent in ([ANY] if char is ANY else encoded(char)))
    if key in {"hostname", "referrer"} and ANY not in value and "/" not in value:
        yield tuple(ascii_host(written(value)))


def encoded(char: str) -> str:
    """A character of a path as a browser sends it."""
    is_plain = "!" <= char <= "~" and char not in '"<>`{}'
    return char if is_plain else "".join(f"%{byte:02X}" for byte in char.encode())


def holds_value(site: Site, key: str, value: Value, event: Event) -> bool:
    if key == "search":
        return any(matches((ANY, *value, ANY), text, ignore_case=True) for text in searched(event))
    if key.startswith("prop."):
        found = property_of(event.properties, key.removeprefix("prop.").split("."))
        return found is not None and (matches(value, text_of(found)) or is_same_number(value, found))
    if key == "referrer" and "/" in value:
        return matches(value, site.session_of[event].first.referrer)
    return matches(value or tuple(NAMELESS.get(key, "")), LOOKED_AT[key](site, event), ignore_case=key in OF_VISITOR)


def matches(value: Value, text: str, *, ignore_case: bool = False) -> bool:
    pattern = "".join(".*" if char is ANY else re.escape(fold(char) if ignore_case else char) for char in value)
    return re.fullmatch(pattern, fold(text) if ignore_case else text, re.DOTALL) is not None


def fold(text: str) -> str:
    """Lower case, character by character."""
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def searched(event: Event) -> tuple[str, ...]:
    return event.page.path, event.url, event.referrer, event.custom_name


def property_text(properties: Any, keys: list[str]) -> str | None:
    """A text as it is, anything else as JSON; None if absent or null."""
    found = property_of(properties, keys)
    return None if found is None else text_of(found)


def property_of(properties: Any, keys: list[str]) -> Any:
    value = properties
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text_of(found: Any) -> str:
    return found if isinstance(found, str) else as_json(found)


def is_same_number(value: Value, found: Any) -> bool:
    """Whether a value without `*` is JSON for the number that a property is, as `1.0` and `1e0` are for 1."""
    if ANY in value or isinstance(found, bool) or not isinstance(found, int | float):
        return False
    text = written(value)
    try:
        asked = json.loads(text, parse_constant=lambda _: None) if text == text.strip() else None
    except ValueError:
        return False
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        return False
    whole = isinstance(asked, int) and abs(asked) < 2**64
    return asked == found if whole else float(asked) == float(found)


def as_json(value: Any) -> str:
    """As JavaScript writes it: 2.0 is 2."""
    return json.dumps(whole_numbers(value), ensure_ascii=False, separators=(",", ":"))


def whole_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def campaign_label(place: int) -> Callable[[Site, Event], str]:
    return lambda site, event: site.session_of[event].first.page.utm[place]


CHOICES = {
    "event_type": ("pageview", "custom"),
    "traffic": ("human", "bot", "ai", "monitor", "scanner"),
    "screen_class": ("mobile", "tablet", "laptop", "desktop", "unknown"),
}
"""The only values of these keys."""

OF_VISITOR = ("country", "browser", "os", "device")
"""Keys whose comparison ignores case."""

SENT_ENCODED = ("path", "entry_page", "exit_page", "referrer", "search")
"""Keys of paths and URLs, which browsers percent-encode."""

NAMELESS = dict.fromkeys((*OF_VISITOR, "screen_class", "timezone"), "unknown") | {
    "referrer": "direct",
    "channel": "direct",
}
"""The label that an empty value matches."""

LOOKED_AT: dict[str, Callable[[Site, Event], str]] = {
    "country": lambda _, event: event.place.country or "unknown",
    "browser": lambda _, event: event.agent.browser,
    "os": lambda _, event: event.agent.os,
    "device": lambda _, event: event.agent.device,
    "path": lambda _, event: event.page.path,
    "hostname": lambda _, event: event.page.hostname,
    "language": lambda *_: "",  # the batch endpoint has no field for it
    "timezone": lambda *_: "unknown",  # nor for this
    "screen_class": lambda *_: "unknown",  # nor for this
    "region": lambda _, event: event.place.region or "",
    "city": lambda _, event: event.place.city or "",
    "traffic": lambda _, event: event.agent.traffic,
    "event_type": lambda _, event: "pageview" if event.pageview else "custom",
    "custom_event_name": lambda _, event: event.custom_name,
    "visitor_id": lambda site, event: site.visitor_id(event.visitor),
    "session_id": lambda site, event: site.session_id(site.session_of[event]),
    "referrer": lambda site, event: site.session_of[event].first.source,
    "channel": lambda site, event: site.session_of[event].first.channel,
    "entry_page": lambda site, event: site.session_of[event].entry_page,
    "exit_page": lambda site, event: site.session_of[event].exit_page,
    **{name: campaign_label(place) for place, name in enumerate(UTM)},
}
"""The compared text by key; the last keys are session properties."""

KEYS = {"search", *LOOKED_AT}
