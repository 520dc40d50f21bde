"""Rules, one file each: `Query → Query`, without state, and changing nothing when they are applied again.

They run in the order of `PASSES`: `clamp` first, since the queries that `sessions` nests take over the period;
`bots` before `sessions`, because what it adds is a filter like any other; `visitors` before it, so that the nested
queries take the keys over.
"""

from __future__ import annotations

from functools import reduce
from typing import TypeVar

from footfall.query.ast import Query, Question
from footfall.query.passes.bots import count_people
from footfall.query.passes.clamp import clamp
from footfall.query.passes.sessions import join_sessions
from footfall.query.passes.visitors import find_visitors

PASSES = (clamp, count_people, find_visitors, join_sessions)

Asked = TypeVar("Asked", bound=Question)


def complete(question: Asked) -> Asked:
    """The question with every rule applied to each query in it."""
    return question.over(_complete)  # type: ignore[return-value]  # `over` keeps the kind of question


def _complete(query: Query) -> Query:
    return reduce(lambda done, rule: rule(done), PASSES, query)
