"""Finds a visitor named in a filter by key, which is indexed, instead of comparing every row's name."""

from __future__ import annotations

import re
from dataclasses import replace

from footfall.pipeline.keys import text_key
from footfall.query.ast import Keys, Query, Term

_HASH = re.compile(r"[0-9a-f]{16}")


def find_visitors(query: Query) -> Query:
    found = tuple(keys for term in query.filters if (keys := _keys(term)) and keys not in query.keys)
    return replace(query, keys=(*query.keys, *found)) if found else query


def _keys(term: Term) -> Keys | None:
    """The keys that visitors of the term's names can have; None unless the term lists whole names."""
    if term.key != "visitor_id" or term.negated or not all(value.literal for value in term.values):
        return None
    names = [value.parts[0] for value in term.values]
    hashes = (int(name, 16) for name in names if _HASH.fullmatch(name))
    return Keys("visitor", tuple(sorted({*map(text_key, names), *hashes})))
