"""Rules, one file each: `Query → Query`, stateless and idempotent.

They run in the order of `PASSES`: `clamp` first, because the queries that `sessions` nests take over the period; `bots`
before `sessions`, because what it adds is a filter like any other; `visitors` before `sessions`, so that the nested
queries take over the keys.
"""

from __future__ import annotations

from functools import reduce

from footfall.query.ast import Query, QueryT, map_queries
from footfall.query.passes.bots import count_people
from footfall.query.passes.clamp import clamp
from footfall.query.passes.sessions import join_sessions
from footfall.query.passes.visitors import find_visitors

_PREPARING = (clamp, count_people, find_visitors)
PASSES = (*_PREPARING, join_sessions)


def prepare(query: Query) -> Query:
    """`query` with every rule applied but the last: its terms are not yet split by the table that has the property."""
    return reduce(lambda done, rule: rule(done), _PREPARING, query)


def complete(query: QueryT) -> QueryT:
    """`query` with every rule applied to each `Query` in it."""
    return map_queries(query, _complete)


def _complete(query: Query) -> Query:
    return reduce(lambda done, rule: rule(done), PASSES, query)
