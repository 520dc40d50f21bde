"""A filter term as a condition. No condition is ever NULL, so it and its negation partition the rows."""

from __future__ import annotations

from footfall.catalog.dimensions import DIMENSIONS, PROPERTY_PREFIX, SEARCH, SEARCHED, Dimension
from footfall.catalog.tables import Table
from footfall.query.ast import Pattern, Term
from footfall.query.sql.binder import Binder


def condition(term: Term, table: Table, binder: Binder) -> str:
    if term.key == SEARCH:
        found = _any([_contains(value, table, binder) for value in term.values])
    elif term.key.startswith(PROPERTY_PREFIX):
        found = _property(term, binder)
    else:
        found = _dimension(term, table, binder)
    return f"NOT {found}" if term.negated else found


def label(row: Dimension, table: Table) -> str:
    """What is shown: the expression, or the label of empty values."""
    return label_or("", row, table)


def label_or(empty: str, row: Dimension, table: Table) -> str:
    """The same, with `empty` as the label where the dimension has none of its own.

    `replaceRegexpOne` runs once per distinct value of a LowCardinality column; `if` would turn that into plain texts.
    """
    expression = row.expressions[table]
    shown = row.empty or empty
    return f"replaceRegexpOne({expression}, '^$', '{shown}')" if shown else expression


def like(value: Pattern) -> str:
    r"""A LIKE pattern: `%` where the value has `*`, everything else literal."""
    return "%".join(part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for part in value.parts)


def _any(conditions: list[str]) -> str:
    return f"({' OR '.join(conditions)})"


def _dimension(term: Term, table: Table, binder: Binder) -> str:
    row = DIMENSIONS[term.key]
    expression = label(row, table)
    if row.ignore_case:
        return _any([f"{expression} ILIKE {binder.text(like(_named(value, row)))}" for value in term.values])
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
    pattern = binder.text(f"%{like(value)}%")
    return _any([f"{DIMENSIONS[name].expressions[table]} ILIKE {pattern}" for name in SEARCHED])


def _property(term: Term, binder: Binder) -> str:
    """Texts are compared as they are, numbers and booleans by their JSON text; absent and null match nothing."""
    keys = ", ".join(binder.text(key) for key in term.key.removeprefix(PROPERTY_PREFIX).split("."))
    text = f"JSONExtract(properties, {keys}, 'Nullable(String)')"
    return f"ifNull({_compare(text, term.values, binder)}, 0)"
