"""From requests to `POST /api/v1/analytics/batch` to events: visitors, refusals, repeated events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.oracle.facts import AGENTS, PLACES, Agent, Place
from tests.oracle.moments import DAY, MINUTE, from_datetime
from tests.oracle.urls import REFERRER_CHARS, URL_CHARS, Page, channel, names_a_page, page, source

CATEGORIES = ("page_view", "user_action", "trading", "auth", "error", "performance", "feature", "system")
YEAR_2000 = from_datetime(datetime(2000, 1, 1, tzinfo=UTC))
Json = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """One request as it was sent; `at` is when it was received, in Unix milliseconds."""

    at: int
    address: str
    agent: str
    body: Json


@dataclass(frozen=True)
class Visitor:
    """A name that the client gave; or, for `name == ''`, one address with one user agent on one day.

    `salt` says which day's: a salt is deleted 48 hours after its day, and what still arrives for that day gets another.
    """

    name: str = ""
    salt: tuple[str, int] = ("", 0)
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, eq=False)
class Event:
    """An accepted event. Events are put in order by (`at`, `id`)."""

    at: int
    id: int
    own_id: bool
    pageview: bool
    name: str
    category: str
    priority: str
    visitor: Visitor
    session_name: str
    url: str
    page: Page
    referrer: str
    source: str
    channel: str
    agent: Agent
    place: Place
    properties: Json
    passive: bool = False  # the batch's events can't say it

    @property
    def order(self) -> tuple[int, int]:
        return self.at, self.id

    @property
    def custom_name(self) -> str:
        return "" if self.pageview else self.name


@dataclass(frozen=True)
class Receipt:
    """The answer to the sender: events accepted (repeated ones included), and (index, code) of the refused ones."""

    status: int
    queued: int = 0
    errors: tuple[tuple[int, str], ...] = ()


class Refused(Exception):  # noqa: N818 - named for what it says of an event
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Salts:
    """The salt that a visitor's hash is made with."""

    def __init__(self) -> None:
        self._made: set[int] = set()  # days whose own salt was made while it could be

    def of(self, day: int, today: int) -> tuple[str, int]:
        """A day's salt is created until the following day, and used until 48 hours after the day."""
        if day >= today - 1:
            self._made.add(day)
        served = day in self._made and day >= today - 2
        return ("own" if served else "late"), day


class Intake:
    """Accepts requests in the order of their receipt."""

    def __init__(self, retention_days: int | None = None) -> None:
        self.events: list[Event] = []
        self._retention = retention_days
        self._stored: dict[int, int] = {}  # when an id of a sender's was stored
        self._salts = Salts()
        self._count = 0

    def receive(self, sent: Sent) -> Receipt:
        if not holds_schema(sent.body):
            return Receipt(422)
        errors = []
        for index, item in enumerate(sent.body["events"]):
            self._count += 1
            try:
                event = self._event(item, sent)
            except Refused as refusal:
                errors.append((index, refusal.code))
                continue
            if not self._is_repeated(event, sent.at):
                self.events.append(event)
        return Receipt(200, len(sent.body["events"]) - len(errors), tuple(errors))

    def _is_repeated(self, event: Event, now: int) -> bool:
        """The same id within 24 hours is stored once."""
        if not event.own_id:
            return False
        before = self._stored.get(event.id)
        if before is not None and now < before + DAY:
            return True
        self._stored[event.id] = now
        return False

    def _event(self, item: Json, sent: Sent) -> Event:
        properties = item.get("properties") or {}
        check_properties(properties)
        at = self._time(item.get("timestamp"), sent.at)
        session_name = item.get("session_id") or ""
        if len(session_name) > 128:
            raise Refused("session_id_too_long")
        url, referrer = item.get("page_url") or "", item.get("referrer") or ""
        if not names_a_page(url):
            raise Refused("bad_url")
        found = page(url)
        sender = source(referrer, found.hostname)
        own_id = read_id(item["event_id"]) if item.get("event_id") is not None else None
        return Event(
            at=at,
            id=self._next_id(sent.at) if own_id is None else own_id,
            own_id=own_id is not None,
            pageview=item.get("category") == "page_view",
            name=item["event_name"],
            category=item.get("category", "user_action"),
            priority=item.get("priority", "medium"),
            visitor=self._visitor(item, sent, at),
            session_name=session_name,
            url=url[:URL_CHARS],
            page=found,
            referrer=referrer[:REFERRER_CHARS],
            source=sender,
            channel=channel(found, sender),
            agent=AGENTS[item.get("user_agent") or ""],
            place=PLACES[sent.address],
            properties=properties,
        )

    def _next_id(self, now: int) -> int:
        """Ids from the server start with the time of receipt and grow with arrival; the rest cannot be predicted."""
        return (now << 80) + self._count

    def _visitor(self, item: Json, sent: Sent, at: int) -> Visitor:
        name = sent.body.get("client_id") or item.get("session_id") or ""
        if name:
            return Visitor(name)
        return Visitor(
            "", self._salts.of(at // DAY, sent.at // DAY), sent.address, item.get("user_agent") or sent.agent
        )

    def _time(self, given: str | float | None, now: int) -> int:
        at = now if given is None else read_time(given)
        oldest = YEAR_2000 if self._retention is None else max(YEAR_2000, now - self._retention * DAY)
        if not oldest <= at <= now + 5 * MINUTE:
            raise Refused("timestamp_out_of_range")
        return at


def read_time(given: str | float) -> int:
    """ISO 8601, UTC without an offset; or Unix seconds, or milliseconds if seconds would lie in the far future."""
    if isinstance(given, str):
        moment = datetime.fromisoformat(given)
        return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    number = Decimal(repr(given))
    return int(number * 1000 if abs(number) < 10**11 else number)


def read_id(text: str) -> int | None:
    """The 128 bits of a ULID or a UUID."""
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    try:
        if len(text) != 26:
            return UUID(text).int
        value = 0
        for char in text.upper():
            value = value * 32 + digits.index(char)
    except ValueError:
        return None
    return value if value < 1 << 128 else None


def show_id(value: int) -> str:
    """As a ULID."""
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "".join(digits[value >> shift & 31] for shift in range(125, -1, -5))


def holds_schema(body: Json) -> bool:
    """One event that violates the schema rejects the whole batch."""
    events = body["events"]
    return 1 <= len(events) <= 100 and len(body.get("client_id") or "") <= 128 and all(map(holds_event_schema, events))


def holds_event_schema(item: Json) -> bool:
    known = item.get("category", "user_action") in CATEGORIES
    identified = item.get("event_id") is None or read_id(item["event_id"]) is not None
    return known and identified and 1 <= len(item["event_name"]) <= 100


def check_properties(properties: Json) -> None:
    for value, depth in members(properties, 1):
        if isinstance(value, Mapping | list) and depth > 5:
            raise Refused("properties_too_deep")
        if isinstance(value, Mapping) and len(value) > 64:
            raise Refused("too_many_properties")
        if isinstance(value, str) and len(value.encode()) > 4096:
            raise Refused("text_too_long")
        if isinstance(value, int) and not -(2**63) <= value < 2**64:
            raise Refused("number_out_of_range")


def members(value: Any, depth: int) -> Iterable[tuple[Any, int]]:
    """A value and everything nested in it, with its depth."""
    yield value, depth
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield key, depth + 1
            yield from members(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from members(item, depth + 1)
