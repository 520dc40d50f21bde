"""The filter string: `country:RO|US !device:mobile path:/blog/* checkout`.

    filter = { space } [ term { space { space } term } ]
    term   = [ "!" ] ( key ":" value | word ) { "|" value }
    value  = text, or '"' text '"' where it holds spaces or "|"

A backslash makes the next character literal, an unescaped `*` matches any run of characters, and a bare word means
`search:`. `goal:NAME` and `segment:NAME` stand for the terms of a saved filter. The text is scanned once, from left to
right; every error names its position.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from footfall.catalog.dimensions import DIMENSIONS, FILTER_KEYS, PROPERTY_PREFIX, SEARCH
from footfall.errors import UserError
from footfall.query.ast import Pattern, Term

MAX_LENGTH = 2_000
MAX_VALUES = 50

_SPACE = " \t\r\n"

SAVED_KEYS = ("goal", "segment")
"""Keys whose value is the name of a saved filter."""

FindSaved = Callable[[str, str], str | None]
"""The filter string that is saved under a name, by one of `SAVED_KEYS`; None where there is none."""


def parse(text: str, find: FindSaved | None = None) -> tuple[Term, ...]:
    """The terms of a filter string, all of which must match; UserError(`bad_filter`) with the position of the fault.

    Without `find` it is one that is saved itself, and may name no other.
    """
    if len(text) > MAX_LENGTH:
        raise UserError("bad_filter", f"filter is {len(text)} characters long; at most {MAX_LENGTH} are allowed")
    scanner = _Scanner(text, find)
    terms: list[Term] = []
    while scanner.skip_spaces():
        terms += scanner.terms()
    return tuple(terms)


class _Scanner:
    """Reads each character once. `at` is the offset of the next one."""

    def __init__(self, text: str, find: FindSaved | None) -> None:
        self.text = text
        self.find = find
        self.at = 0
        self.values = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def fail(self, offset: int, problem: str) -> UserError:
        found = self.text[offset : offset + 20]
        where = f"at position {offset}: {found!r}" if found else f"at position {offset}, the end"
        return UserError("bad_filter", f"filter: {problem} {where}")

    def skip_spaces(self) -> bool:
        """Whether any text remains."""
        while (char := self.peek()) and char in _SPACE:
            self.at += 1
        return char != ""

    def terms(self) -> tuple[Term, ...]:
        """The next term, or those of the saved filter that it names."""
        negated = self.peek() == "!"
        self.at += negated
        start = self.at
        if self.peek() == '"':
            return (Term(SEARCH, self.alternatives(start, self.value()), negated),)
        word = self.run(_SPACE + "|:")
        if self.peek() != ":":
            return (Term(SEARCH, self.alternatives(start, word), negated),)
        key = self.key(start, word)
        self.at += 1
        start = self.at
        values = self.alternatives(start, self.value())
        if key in SAVED_KEYS:
            return self.saved(key, values, start, negated=negated)
        self.check_choices(key, values, start)
        return (Term(key, values, negated),)

    def saved(self, key: str, values: tuple[Pattern, ...], start: int, *, negated: bool) -> tuple[Term, ...]:
        if len(values) > 1 or not values[0].literal:
            raise self.fail(start, f"{key} takes one whole name, without | and *,")
        if self.find is None:
            raise self.fail(start, f"the filter of a goal or segment can't name a {key}")
        (name,) = values[0].parts
        text = self.find(key, name)
        if text is None:
            raise self.fail(start, f"there is no {key} {name[:100]!r}")
        try:
            found = parse(text)
        except UserError as error:
            raise self.fail(
                start, f"the filter of {key} {name[:100]!r} does not hold any more ({error.message})"
            ) from error
        self.values += sum(len(term.values) for term in found) - 1
        if self.values > MAX_VALUES:
            raise self.fail(start, f"more than {MAX_VALUES} values with those of {key} {name[:100]!r}")
        if not negated:
            return found
        if len(found) != 1:
            raise self.fail(start, f"{key} {name[:100]!r} has {len(found)} terms, and only one can be negated,")
        return (replace(found[0], negated=not found[0].negated),)

    def key(self, start: int, word: Pattern | None) -> str:
        key = "*".join(word.parts) if word else ""
        if key.startswith(PROPERTY_PREFIX) and all(key.removeprefix(PROPERTY_PREFIX).split(".")):
            return key
        if key not in FILTER_KEYS and key not in SAVED_KEYS:
            known = ", ".join((*FILTER_KEYS, PROPERTY_PREFIX + "<name>", *SAVED_KEYS))
            raise self.fail(start, f"unknown key {key!r} (known: {known})")
        return key

    def alternatives(self, start: int, first: Pattern | None) -> tuple[Pattern, ...]:
        """`first` and the values after it, separated by `|`."""
        found = [self.checked(start, first)]
        while self.peek() == "|":
            self.at += 1
            start = self.at
            found.append(self.checked(start, self.value()))
        return tuple(found)

    def checked(self, start: int, value: Pattern | None) -> Pattern:
        if value is None:
            raise self.fail(start, "a value is missing")
        self.values += 1
        if self.values > MAX_VALUES:
            raise self.fail(start, f"more than {MAX_VALUES} values")
        return value

    def check_choices(self, key: str, values: tuple[Pattern, ...], start: int) -> None:
        choices = DIMENSIONS[key].choices if key in DIMENSIONS else ()
        for value in values if choices else ():
            if value.literal and value.parts[0] not in choices:
                raise self.fail(start, f"{key} is {' or '.join(choices)}, not {value.parts[0]!r},")

    def value(self) -> Pattern | None:
        """A value, quoted or not; None if there is none."""
        if self.peek() != '"':
            return self.run(_SPACE + "|")
        start = self.at
        self.at += 1
        found = self.run('"') or Pattern(("",))
        if self.peek() != '"':
            raise self.fail(start, "a quote is not closed")
        self.at += 1
        if self.peek() not in {"", "|", *_SPACE}:
            raise self.fail(self.at, "a closing quote must be followed by a space or |")
        return found

    def run(self, stop: str) -> Pattern | None:
        """The text up to an unescaped character of `stop` or the end; None if it is empty."""
        start = self.at
        parts = [""]
        while (char := self.peek()) and char not in stop:
            self.at += 1
            if char == "\\":
                parts[-1] += self.escaped()
            elif char != "*":
                parts[-1] += char
            elif len(parts) == 1 or parts[-1]:  # a run of wildcards is one wildcard
                parts.append("")
        return Pattern(tuple(parts)) if self.at > start else None

    def escaped(self) -> str:
        char = self.peek()
        if not char:
            raise self.fail(self.at - 1, "a backslash has nothing to escape")
        self.at += 1
        return char
