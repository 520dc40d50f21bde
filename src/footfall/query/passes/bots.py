"""Figures about people leave known bots out unless asked; figures about requests count everything unless asked.

Whoever filters by class of traffic asks for those classes.
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
