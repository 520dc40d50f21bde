"""Where events and sessions meet.

Events, filtered by a property of the session: all events of the sessions that match. Sessions, in a period: those
with at least one event in it that matches; what is said of a session is said of the whole of it.
"""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.dimensions import Level, level_of
from footfall.catalog.tables import Table
from footfall.query.ast import Member, Query, Term


def join_sessions(query: Query) -> Query:
    if query.table is Table.SESSIONS and not query.within:
        return _of_sessions(query)
    if query.table is Table.EVENTS:
        return _of_events(query)
    return query


def _of_events(query: Query) -> Query:
    own = _terms(query, Level.EVENT)
    visit = _terms(query, Level.SESSION)
    if not visit:
        return query
    joint = tuple(term for term in visit if not term.negated and not _asks_for_url(term))
    alone = tuple(term for term in visit if term not in joint)
    members = [Member((_sessions(query, joint),))] if joint else []
    members += [_member(query, term) for term in alone]
    return replace(query, filters=own, within=(*query.within, *members))


def _of_sessions(query: Query) -> Query:
    """Properties of the session are compared on its row; the rest chooses the events that make it count."""
    own = tuple(term for term in _terms(query, Level.SESSION) if not _asks_for_url(term))
    urls = tuple(term for term in _terms(query, Level.SESSION) if _asks_for_url(term))
    events = replace(_events(query), filters=_terms(query, Level.EVENT))
    members = (Member((events,)), *(_member(query, term) for term in urls))
    return replace(query, filters=own, within=members)


def _member(query: Query, term: Term) -> Member:
    """The sessions that one term, taken without its negation, matches."""
    urls = tuple(value for value in term.values if _asks_for_url(Term(term.key, (value,))))
    hosts = tuple(value for value in term.values if value not in urls)
    queries = [_sessions(query, (Term(term.key, hosts),))] if hosts else []
    queries += [_sessions_from_url(query, Term("first_referrer_url", urls))] if urls else []
    return Member(tuple(queries), term.negated)


def _sessions_from_url(query: Query, term: Term) -> Query:
    """Only the host is kept with a session; its URL is that of its first event, maybe before the period.

    Candidates come first, the sessions with any event from there: fewer to group.
    """
    first = replace(_sessions(query, ()), dimensions=(), metrics=("earliest_start",))
    events = replace(_events(query), since=first)
    candidates = replace(events, filters=(Term("referrer_url", term.values),))
    return replace(events, within=(Member((candidates,)),), having=(term,))


def _asks_for_url(term: Term) -> bool:
    return term.key == "referrer" and any("/" in part for value in term.values for part in value.parts)


def _terms(query: Query, level: Level) -> tuple[Term, ...]:
    return tuple(term for term in query.filters if level_of(term.key) is level)


def _events(query: Query) -> Query:
    """The sessions of the period's events."""
    period, project = query.period, query.project
    return Query(project=project, table=Table.EVENTS, period=period, dimensions=("session",), bots=True)


def _sessions(query: Query, terms: tuple[Term, ...]) -> Query:
    """The sessions that overlap the period and that every one of `terms` matches."""
    return replace(_events(query), table=Table.SESSIONS, filters=terms)
