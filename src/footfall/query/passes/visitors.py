"""Finds a visitor named in a filter by key, which is indexed, instead of comparing every row's name."""

from __future__ import annotations

from dataclasses import replace

from footfall.pipeline.keys import visitor_keys
from footfall.query.ast import Keys, Query, Term


def find_visitors(query: Query) -> Query:
    found = tuple(keys for term in query.filters if (keys := _keys(term)) and keys not in query.keys)
    return replace(query, keys=(*query.keys, *found)) if found else query


def _keys(term: Term) -> Keys | None:
    """The keys that visitors of the term's names can have; None unless the term lists whole names."""
    if term.key != "visitor_id" or term.negated or not all(value.literal for value in term.values):
        return None
    found = {key for value in term.values for key in visitor_keys(value.parts[0])}
    return Keys("visitor", tuple(sorted(found)))
