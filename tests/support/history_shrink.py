"""Shrinks a failing history, so that one can see why it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

from tests.oracle.intake import Sent
from tests.support.history import History, QueryTemplate

Json = dict[str, Any]
H = TypeVar("H")

TOGETHER = 16
"""Candidates tried at a time: that takes little longer than one."""


def shrink(history: H, failing: Callable[[list[H]], list[str]], simpler: Callable[[H], Iterator[H]]) -> H:
    """Remove whatever is not needed for the failure, largest parts first. `failing` says how each history fails."""
    candidates = simpler(history)
    while group := list(islice(candidates, TOGETHER)):
        for smaller, problem in zip(group, failing(group), strict=True):
            if problem:
                return shrink(smaller, failing, simpler)
    return history


def simpler(history: History) -> Iterator[History]:
    """Histories with a little less in them."""
    for template in history.templates if len(history.templates) > 1 else ():
        yield replace(history, templates=(template,))
    if len(history.rounds) > 1:
        yield replace(history, rounds=(tuple(sent for each in history.rounds for sent in each),))
    for number, sent in enumerate(history.rounds):
        for smaller in fewer(sent):
            yield replace(history, rounds=put(history.rounds, number, smaller))
    for number, template in enumerate(history.templates):
        for plainer in simpler_template(template):
            yield replace(history, templates=put(history.templates, number, plainer))
    for number, sent in enumerate(history.rounds):
        for place, each in enumerate(sent):
            for lesser in simpler_sent(each):
                yield replace(history, rounds=put(history.rounds, number, put(sent, place, lesser)))


def fewer(found: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Halves, then all but one."""
    middle = len(found) // 2
    if middle > 1:
        yield found[:middle]
        yield found[middle:]
    for place in range(len(found)):
        yield found[:place] + found[place + 1 :]


def simpler_template(template: QueryTemplate) -> Iterator[QueryTemplate]:
    for terms in fewer(template.terms):
        yield replace(template, terms=terms)
    for others in fewer(template.others):
        yield replace(template, others=others)
    for number, term in enumerate(template.terms):
        if term.negated:
            yield replace(template, terms=put(template.terms, number, replace(term, negated=False)))
        for picks in fewer(term.picks) if len(term.picks) > 1 else ():
            yield replace(template, terms=put(template.terms, number, replace(term, picks=picks)))
    if template.span != "all":
        yield replace(template, span="all")


def simpler_sent(sent: Sent) -> Iterator[Sent]:
    """Fewer events, then fewer fields."""
    events: list[Json] = sent.body["events"]
    for place, event in enumerate(events):
        if len(events) > 1:
            yield replace(sent, body=sent.body | {"events": events[:place] + events[place + 1 :]})
        for name in event:
            if name != "event_name":
                less = {key: value for key, value in event.items() if key != name}
                yield replace(sent, body=sent.body | {"events": [*events[:place], less, *events[place + 1 :]]})


def put(found: tuple[Any, ...], place: int, item: Any) -> tuple[Any, ...]:
    return (*found[:place], item, *found[place + 1 :])
