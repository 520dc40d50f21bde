"""Listings that are read page by page while events keep arriving."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.oracle.intake import Event, Intake
from tests.oracle.lists import newest_first, row
from tests.oracle.moments import iso
from tests.oracle.query import Query, read
from tests.oracle.site import Site
from tests.support.history import History, Pairs
from tests.support.history_check import everything, grouped, learn
from tests.support.history_product import Arrivals, Product
from tests.support.history_queries import params_of

MAX_PAGES = 60
VISITOR = "ada"
"""The visitor whose sessions are read."""


@dataclass(frozen=True)
class Page:
    """`events` is the number of events accepted before the page was requested."""

    events: int
    found: Any


@dataclass
class Reader:
    """Reads one listing of a history's first query, a page after each round, then to the end."""

    history: History
    slug: str
    events: list[Event] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)  # events after each round
    pages: list[Page] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        intake = Intake(self.history.retention_days)
        for sent in self.history.rounds:
            for each in sent:
                intake.receive(each)
            self.counts.append(len(intake.events))
        self.events = intake.events

    @property
    def now(self) -> int:
        """Of the first page: after the first round."""
        first = [sent.at for sent in self.history.rounds[0]]
        return (first[-1] if first else self.history.now) + 2

    def params(self) -> Pairs:
        return params_of(self.history.templates[0], Site.of(self.events), self.now)

    def call(self) -> tuple[int, str, str, Pairs]:
        path = self.history.templates[0].path.replace("{visitor_id}", VISITOR)
        following = (("cursor", self.pages[-1].found["next_cursor"]),) if self.pages else ()
        return self.now, self.slug, path, (*self.params(), *following)

    def take(self, count: int, status: int, found: Any) -> None:
        if status == 400 and not self.pages:  # the filter is malformed
            self.ended = True
            return
        assert status == 200, (found, self.history)
        self.pages.append(Page(count, found))
        self.ended = found["next_cursor"] is None

    def query_of(self, count: int) -> Query:
        """The query of the first page, once `count` events are known: its range stays."""
        first = read(Site.of(self.events[: self.pages[0].events]), self.now, grouped(self.params()))
        return replace(first, site=Site.of(self.events[:count]))


def read_pages(product: Product, histories: list[History]) -> list[Reader]:
    arrivals = Arrivals(product, histories)
    readers = [Reader(history, slug) for history, slug in zip(histories, arrivals.slugs, strict=True)]
    for number in range(arrivals.rounds + MAX_PAGES):
        if number < arrivals.rounds:
            arrivals.take_in(number)
        reading = [reader for reader in readers if not reader.ended]
        if not reading and number >= arrivals.rounds:
            break
        answers = product.ask(reader.call() for reader in reading)
        for reader, (status, found) in zip(reading, answers, strict=True):
            reader.take(reader.counts[min(number, len(reader.counts) - 1)], status, found)
    return readers


def rows_amiss(product: Product, histories: list[History]) -> list[str]:
    """Each page must have the rows of its time that follow the last one shown: none repeated, none missing."""
    readers = read_pages(product, histories)
    sites = [Site.of(reader.events) for reader in readers]
    listings = product.ask(
        (reader.history.now, reader.slug, "", everything(site)) for reader, site in zip(readers, sites, strict=True)
    )
    found = []
    for reader, site, listing in zip(readers, sites, listings, strict=True):
        found.append(learn(reader.history, site, listing) or next(wrong_pages(reader, site), ""))
    return found


def wrong_pages(reader: Reader, known: Site) -> Iterator[str]:
    if not reader.ended:
        yield "the pages have no end"
    last: Event | None = None
    for page in reader.pages:
        query = reader.query_of(page.events)
        query.site.shown_ids.update(known.shown_ids)
        query.site.shown_visitors.update(known.shown_visitors)
        left = [event for event in newest_first(query.events()) if last is None or event.order < last.order]
        shown = left[: query.limit(100, 1000)]
        expected = [comparable(row(query, event)) for event in shown]
        given = [comparable(item) for item in page.found["items"]]
        if given != expected or (page.found["next_cursor"] is not None) != (len(left) > len(shown)):
            yield f"page of {page.events} events\n  expected {expected}\n  answered {given}\n  asked {reader.params()}"
        last = shown[-1] if shown else last


def comparable(item: dict[str, Any]) -> dict[str, Any]:
    """Sessions may merge later; the merged one has the id of the one that started first."""
    return {name: value for name, value in item.items() if name != "session_id"}


def sessions_amiss(product: Product, histories: list[History]) -> list[str]:
    """No session twice; and every event that was there from the beginning is in one of those shown.

    But for one that has taken over such an event since it was shown: a named session that a late event stretches over
    events without a session of their own (docs/semantics.md). It is shown again where the oldest of them stands.
    """
    found = []
    for reader in read_pages(product, histories):
        shown = [session for page in reader.pages for session in page.found["sessions"]]
        if not reader.pages:
            found.append("")
            continue
        times = {event["timestamp"] for session in shown for event in session["events"]}
        query = reader.query_of(reader.pages[0].events)
        mine = [event for event in query.events() if event.visitor.name == VISITOR]
        missing = [iso(event.at) for event in mine if iso(event.at) not in times]
        problems = [] if reader.ended else ["the pages have no end"]
        there = {iso(event.at) for event in mine}
        problems += [f"twice: {one}" for one in repeated(shown, there)] + [f"missing: {one}" for one in missing]
        found.append("\n".join(problems) and f"{problems}, asked {VISITOR} {reader.params()}: {reader.pages}")
    return found


def repeated(shown: list[dict[str, Any]], there: set[str]) -> Iterator[str]:
    """Sessions that are shown again without additional events among those present from the beginning."""
    last: dict[str, set[str]] = {}
    for session in shown:
        name, events = session["session_id"], {event["timestamp"] for event in session["events"]} & there
        if name in last and not events - last[name]:
            yield name
        last[name] = events
