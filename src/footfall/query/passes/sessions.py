"""Terms on session properties and event properties, on the table that has them.

A query on events with a term on a session property takes all events of the sessions that match. A query on sessions
takes those with at least one matching event in the period (unless it names them by key); its figures are those of the
whole sessions.
"""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.dimensions import Level, level_of
from footfall.catalog.tables import Table
from footfall.query.ast import Member, Query, Term


def join_sessions(query: Query) -> Query:
    named = any(keys.column == "session" for keys in query.keys)
    if query.table is Table.SESSIONS and not query.within and not named:
        return _of_sessions(query)
    if query.table is Table.EVENTS:
        return _of_events(query)
    return query


def _of_events(query: Query) -> Query:
    on_session = _terms(query, Level.SESSION)
    if not on_session:
        return query
    sessions = replace(_keys_of(query), table=Table.SESSIONS)
    joint = tuple(term for term in on_session if not term.negated)
    members = [Member(replace(sessions, filters=joint))] if joint else []
    members += [
        Member(replace(sessions, filters=(replace(term, negated=False),)), negated=True)
        for term in on_session
        if term.negated
    ]
    return replace(query, filters=_terms(query, Level.EVENT), within=(*query.within, *members))


def _of_sessions(query: Query) -> Query:
    """Terms on session properties apply to its row; the others select the events that make it count."""
    events = replace(_keys_of(query), filters=_terms(query, Level.EVENT))
    return replace(query, filters=_terms(query, Level.SESSION), within=(Member(events),))


def _terms(query: Query, level: Level) -> tuple[Term, ...]:
    return tuple(term for term in query.filters if level_of(term.key) is level)


def _keys_of(query: Query) -> Query:
    """The sessions of the period's events."""
    return Query(
        project=query.project,
        table=Table.EVENTS,
        period=query.period,
        dimensions=("session",),
        keys=query.keys,
        bots=True,
        longest=query.longest,
    )
