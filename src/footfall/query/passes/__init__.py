"""Rules, one file each: `Query → Query`, without state, and changing nothing when they are applied again.

They run in the order of `PASSES`: `clamp` first, since the queries that `sessions` nests take over the period;
`bots` before `sessions`, because what it adds is a filter like any other.
"""

from __future__ import annotations

from functools import reduce

from footfall.query.ast import Query
from footfall.query.passes.bots import count_people
from footfall.query.passes.clamp import clamp
from footfall.query.passes.sessions import join_sessions

PASSES = (clamp, count_people, join_sessions)


def complete(query: Query) -> Query:
    return reduce(lambda done, rule: rule(done), PASSES, query)
