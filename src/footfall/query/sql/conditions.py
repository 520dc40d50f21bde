"""A filter term as a condition. No condition is ever NULL, so it and its negation partition the rows."""

from __future__ import annotations

import re
from dataclasses import replace
from math import isfinite

from footfall.catalog.dimensions import (
    DIMENSIONS,
    OF_HOSTS,
    OF_URLS,
    PROPERTY_PREFIX,
    SEARCH,
    SEARCHED,
    SEARCHED_PIECES,
    Dimension,
)
from footfall.catalog.tables import Table
from footfall.idn import ascii_host
from footfall.percent import encoded
from footfall.query.ast import Pattern, Term
from footfall.query.sql.binder import Binder

LONG = 16
"""Letters from which on a text is looked for in texts that are lowered first."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NEVER_ESCAPED = re.compile(r"[A-Za-z0-9_ .:-]+")
"""What a name consists of that stands in stored JSON as it is, between quotes."""
_WHOLE = re.compile(r"-?[1-9][0-9]*")


def condition(term: Term, table: Table, binder: Binder) -> str:
    term = _spelled(term)
    if term.key == SEARCH:
        found = _any([_contains(value, table, binder) for value in term.values])
    elif term.key.startswith(PROPERTY_PREFIX):
        found = _property(term, binder)
    else:
        found = _dimension(term, table, binder)
    return f"NOT {found}" if term.negated else found


def _spelled(term: Term) -> Term:
    """With the values that people read otherwise than browsers send them in that spelling, too."""
    others = []
    for value in term.values:
        if term.key in OF_URLS:
            others.append(Pattern(tuple(map(encoded, value.parts))))
        if term.key in OF_HOSTS and value.literal:
            others.append(Pattern((ascii_host(value.parts[0]),)))
    return replace(term, values=(*term.values, *(value for value in others if value not in term.values)))


def label(row: Dimension, table: Table) -> str:
    """What is shown: the expression, or the label of empty values.

    `replaceRegexpOne` runs once per distinct value of a LowCardinality column; `if` would turn that into plain texts.
    """
    expression = row.expressions[table]
    return f"replaceRegexpOne({expression}, '^$', '{row.empty}')" if row.empty else expression


def like(value: Pattern) -> str:
    r"""A LIKE pattern: `%` where the value has `*`, everything else literal."""
    return "%".join(part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for part in value.parts)


def like_ignoring_case(expressions: tuple[str, ...], value: Pattern, binder: Binder) -> str:
    """One of the texts matches, whatever the case of its letters.

    ILIKE compares letter by letter: where most of a long text is found at each place of another one, as of `aaaa…b` in
    `aaaa…`, that takes milliseconds a row, and the engine does not stop within a block of rows.
    """
    pattern = binder.text(like(value))
    if max(map(len, value.parts)) < LONG:
        return " OR ".join(f"{expression} ILIKE {pattern}" for expression in expressions)
    return " OR ".join(f"lowerUTF8({expression}) LIKE lowerUTF8({pattern})" for expression in expressions)


def _any(conditions: list[str]) -> str:
    return f"({' OR '.join(conditions)})"


def _dimension(term: Term, table: Table, binder: Binder) -> str:
    row = DIMENSIONS[term.key]
    expression = label(row, table)
    if row.ignore_case:
        return _any([like_ignoring_case((expression,), _named(value, row), binder) for value in term.values])
    urls = tuple(value for value in term.values if row.urls and any("/" in part for part in value.parts))
    names = tuple(_named(value, row) for value in term.values if value not in urls)
    found = [_compare(expression, names, binder)] if names else []
    found += [_compare(row.urls, urls, binder)] if urls else []
    return found[0] if len(found) == 1 else _any(found)


def _named(value: Pattern, row: Dimension) -> Pattern:
    """An empty value matches what is shown under the label of empty values."""
    return Pattern((row.empty,)) if value.parts == ("",) else value


def _compare(expression: str, values: tuple[Pattern, ...], binder: Binder) -> str:
    literals = [value.parts[0] for value in values if value.literal]
    found = []
    if len(literals) == 1:
        found.append(f"{expression} = {binder.text(literals[0])}")
    elif literals:
        found.append(f"{expression} IN ({', '.join(binder.text(text) for text in literals)})")
    found += [f"{expression} LIKE {binder.text(like(value))}" for value in values if not value.literal]
    return _any(found)


def _contains(value: Pattern, table: Table, binder: Binder) -> str:
    pieces = SEARCHED_PIECES if value.literal and not set(value.parts[0]) & set("/?#") else {}
    searched = [
        piece for name in SEARCHED for piece in pieces.get(name) or (("", DIMENSIONS[name].expressions[table]),)
    ]
    pattern = Pattern(("", *value.parts, ""))
    plain = tuple(text for only, text in searched if not only)
    found = [like_ignoring_case(plain, pattern, binder)]
    found += [f"({only} AND {like_ignoring_case((text,), pattern, binder)})" for only, text in searched if only]
    return _any(found)


def _property(term: Term, binder: Binder) -> str:
    """Texts compare as they are, booleans by their JSON text, numbers as numbers: `1.0` finds 1.

    Absent and null match nothing. Most events have no such key, which is seen before their JSON is parsed.
    """
    names = term.key.removeprefix(PROPERTY_PREFIX).split(".")
    quoted = [binder.text(f'"{name}"' if _NEVER_ESCAPED.fullmatch(name) else "") for name in names]
    keys = ", ".join(binder.text(key) for key in names)
    found = [_compare(f"JSONExtract(properties, {keys}, 'Nullable(String)')", term.values, binder)]
    numbers = [binder.text(value.parts[0]) for value in term.values if value.literal and _is_number(value.parts[0])]
    if numbers:
        # Read by the JSON parser that reads the property, so that both are rounded alike. A text is no number.
        number = f"JSONExtract(properties, {keys}, 'Nullable(Float64)')"
        equal = _any([f"{number} = JSONExtract({value}, 'Float64')" for value in numbers])
        found.append(f"(JSONType(properties, {keys}) IN ('Int64', 'UInt64', 'Double') AND {equal})")
    there = "".join(f"position(properties, {text}) > 0 AND " for text in quoted)
    return f"({there}ifNull({found[0] if len(found) == 1 else _any(found)}, 0))"


def _is_number(text: str) -> bool:
    """Whether it reads as a JSON number that the text of an equal property may differ from.

    That of a whole number of 64 bits is the same, and exact, however the sender wrote it. 0 may be stored as -0.
    """
    if not _NUMBER.fullmatch(text) or not isfinite(float(text)):
        return False
    return not _WHOLE.fullmatch(text) or not -(1 << 63) <= int(text) < 1 << 64
