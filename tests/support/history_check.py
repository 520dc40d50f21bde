"""Differences between product and oracle on histories."""

from __future__ import annotations

from typing import Any

from tests.oracle.answers import answer
from tests.oracle.lists import newest_first
from tests.oracle.moments import iso
from tests.oracle.site import Site
from tests.support.history import History, Pairs, QueryTemplate
from tests.support.history_product import Answer, Product, WebCall, take_in
from tests.support.history_queries import params_of, text_of, visitor_of


def differences(product: Product, group: list[History]) -> list[str]:
    """One text per history: the first difference found, `''` if there is none."""
    slugs, receipts = take_in(product, group)
    told = [history.told() for history in group]
    sites = [site for site, _ in told]
    found = [differing("receipts", one[1], other) for one, other in zip(told, receipts, strict=True)]
    listed = product.ask(
        (history.now, slug, "", everything(site)) for history, site, slug in zip(group, sites, slugs, strict=True)
    )
    for place, (history, site, listing) in enumerate(zip(group, sites, listed, strict=True)):
        found[place] = found[place] or learn(history, site, listing)
    asked = [
        (place, template, filled_in(template, sites[place], history.now, slugs[place]))
        for place, history in enumerate(group)
        for template in history.templates
    ]
    answers = product.ask(call for *_, call in asked)
    for (place, template, call), given in zip(asked, answers, strict=True):
        found[place] = found[place] or compare(sites[place], template, call, given)
    return found


def everything(site: Site) -> Pairs:
    """A listing of all events. The range is as narrow as possible, since reading takes time."""
    start, end = (site.events[0].at, site.events[-1].at + 1) if site.events else (0, 1)
    return (("from", iso(start)), ("to", iso(end)), ("bots", "1"), ("limit", "1000"))


def learn(history: History, site: Site, listing: Answer) -> str:
    """The listing of everything shows every event, and under which ids."""
    status, found = listing
    if status != 200:
        return f"listing: {found}"
    for event, row in zip(newest_first(list(site.events)), found["items"], strict=False):
        site.learn(event, row["id"], row["visitor_id"], row["session_id"])
    expected = answer(site, history.now, "", grouped(everything(site)))[1]
    return differing("listing", expected, plain(found)) or "\n".join(site.confusions())


def filled_in(template: QueryTemplate, site: Site, now: int, slug: str) -> WebCall:
    return now, slug, template.path.replace("{visitor_id}", visitor_of(template, site)), params_of(template, site, now)


def compare(site: Site, template: QueryTemplate, call: WebCall, given: Answer) -> str:
    now, _, path, params = call
    in_path = {"visitor_id": visitor_of(template, site)} if "{" in template.path else {}
    status, expected = answer(site, now, template.path, grouped(params), **in_path)
    where = f"{path} {dict(params)}"
    if status == 200 or given[0] != status:
        return differing(where, (status, expected), (given[0], plain(given[1])))
    # The answer may name any of several faults: without the faulty parameter, the next fault shows.
    message, faults = given[1]["error"]["message"], [expected]
    while status == 400 and any(text not in message for text in faults[-1]):
        left = tuple(pair for pair in params if pair[0] not in {faults[-1][0], *GO_TOGETHER.get(faults[-1][0], ())})
        if left == params:  # one is missing; the answer names one that was given
            return (
                "" if any(name in message for name, _ in params) else f"{where}: {faults[-1]} not told in {message!r}"
            )
        params = left
        status, expected = answer(site, now, template.path, grouped(params), **in_path)
        faults.append(expected)
    return "" if status != 200 else f"{where}: not told in {message!r}: {faults[:-1]}"


GO_TOGETHER = {"from": ("to",)}


def differing(what: str, expected: Any, found: Any) -> str:
    return "" if expected == found else f"{what}\n  expected {expected}\n  answered {found}"


def plain(found: Any) -> Any:
    """The oracle does not know cursors, only whether there is one."""
    return found | {"next_cursor": bool(found["next_cursor"])} if "next_cursor" in found else found


def grouped(params: Pairs) -> dict[str, tuple[str, ...]]:
    return {name: tuple(value for key, value in params if key == name) for name, _ in params}


def unpartitioned(product: Product, group: list[History]) -> list[str]:
    """The lists of a term and of its negation, if together they are not every row exactly once."""
    slugs, _ = take_in(product, group)
    sites = [history.told()[0] for history in group]
    calls = []
    for history, site, slug in zip(group, sites, slugs, strict=True):
        text = text_of(history.templates[0].terms[0], site)
        filters = ("", text, text[1:] if text.startswith("!") else f"!{text}")
        calls += [(history.now, slug, "", (*everything(site), ("filter", each))) for each in filters]
    answers = product.ask(calls)
    found = []
    for place in range(len(group)):
        lists = [found["items"] if status == 200 else None for status, found in answers[3 * place : 3 * place + 3]]
        found.append("" if is_partition(*lists) else f"{calls[3 * place + 1]}: {lists}")
    return found


def is_partition(rows: list[Any], holding: list[Any] | None, others: list[Any] | None) -> bool:
    """Or both are refused."""
    if holding is None or others is None:
        return holding is others
    return sorted((*holding, *others), key=repr) == sorted(rows, key=repr)
