"""Figures about people leave known bots out by default; figures about requests count everything by default.

A filter on `traffic` decides by itself which classes count.
"""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.columns import HUMAN
from footfall.catalog.tables import TABLES
from footfall.query.ast import Query, equals


def count_people(query: Query) -> Query:
    with_bots = query.bots if query.bots is not None else not TABLES[query.table].humans
    if with_bots or any(term.key == "traffic" for term in query.filters):
        return replace(query, bots=True)
    return replace(query, bots=True, filters=(*query.filters, equals("traffic", HUMAN)))
