"""Where events and sessions meet.

Events, filtered by a property of the session: all events of the sessions that match. Sessions, in a period: those
with at least one event in it that matches (unless they are asked for by key); what is said of a session is said of the
whole of it.
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
    visit = _terms(query, Level.SESSION)
    if not visit:
        return query
    sessions = replace(_keys_of(query), table=Table.SESSIONS)
    joint = tuple(term for term in visit if not term.negated)
    members = [Member(replace(sessions, filters=joint))] if joint else []
    members += [
        Member(replace(sessions, filters=(replace(term, negated=False),)), negated=True)
        for term in visit
        if term.negated
    ]
    return replace(query, filters=_terms(query, Level.EVENT), within=(*query.within, *members))


def _of_sessions(query: Query) -> Query:
    """Properties of the session are compared on its row; the rest chooses the events that make it count."""
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
    )
