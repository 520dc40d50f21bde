"""How many facts there are to read."""

from __future__ import annotations

from footfall.catalog.tables import Table
from footfall.query.ast import Query
from footfall.query.passes import prepare
from footfall.query.rows import read
from footfall.store.protocol import Reader


def amount(store: Reader, query: Query) -> int:
    """The events of a query's period, whatever it asks of them: that costs no more than a look at the key."""
    every = Query(project=query.project, table=Table.EVENTS, period=query.period, metrics=("events",), bots=True)
    (found,) = read(store, prepare(every))
    return int(found["events"])
