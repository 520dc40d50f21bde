"""The same events as `POST /api/collect/bulk` takes them, and the way that they go from there, for comparison."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from bench.data.calendar import months, shares
from bench.data.facts import EventBlock
from bench.data.filling import UNTIL, event_blocks
from footfall.collect.formats.bulk import BulkEvent, raw_event
from footfall.collect.intake import Intake, Sender
from footfall.model.raw import EventRows
from footfall.runtime.offline import offline
from footfall.settings import Settings
from footfall.spool.protocol import Submission

_RECORD = 1_000  # events of one group commit
_SENT = ("title", "referrer", "visitor_id", "user_agent", "language", "timezone", "screen", "region", "city")


def collect(settings: Settings, events: int) -> None:
    """Collect the events of `bench data --events` into a store of their own."""
    with offline(settings) as tools:
        intake = Intake(ids=tools.ids, identity=tools.identity, locator=tools.locator)
        for project, sent in bodies(events):
            sender = Sender(project, UNTIL, "203.0.113.1", "bench")
            rows = [raw_event(msgspec.json.decode(body, type=BulkEvent), sender, intake) for body in sent]
            for first in range(0, len(rows), _RECORD):
                tools.spool.append([Submission(EventRows(project, UNTIL, rows[first : first + _RECORD]))])
        tools.wait_drained()


def bodies(events: int) -> Iterator[tuple[int, list[bytes]]]:
    """By month and project, the JSON of every event, in the order of time."""
    parts = months(UNTIL)
    blocks = event_blocks(events)
    encode = msgspec.json.Encoder().encode
    for month, count in zip(parts, shares(events, parts), strict=True):
        for block, _ in blocks(month, count):
            found = [encode(event) for event in _sent(block)]
            projects, starts = np.unique(block.projects[block.order], return_index=True)
            for project, first, last in zip(projects.tolist(), starts, [*starts[1:], len(found)], strict=True):
                yield project, found[first:last]


def _sent(block: EventBlock) -> Iterator[dict[str, Any]]:
    """What a server would send of each event. Visitors without a name are told apart by their address."""
    order = block.order
    wanted = (*_SENT, "country", "url_base", "path", "url_rest", "name", "properties", "revenue", "currency", "passive")
    columns = {name: block.column(name, order).to_pylist() for name in wanted}
    bits = (block.drawn.sessions.visitor >> np.uint64(20)).astype(np.uint32)[block.drawn.session[order]]
    columns["ip"] = [f"11.{key >> 16 & 255}.{key >> 8 & 255}.{key & 255}" for key in bits.tolist()]
    columns["timestamp"] = block.drawn.times[order].tolist()
    custom = (~block.viewed[order]).tolist()
    for is_custom, values in zip(custom, pa.table(columns).to_pylist(), strict=True):
        event = {name: values[name] for name in (*_SENT, "ip", "timestamp")}
        event |= {"country_code": values["country"], "type": "custom" if is_custom else "pageview"}
        event["url"] = values["url_base"] + values["path"] + values["url_rest"]
        if is_custom:
            event |= {"name": values["name"], "interactive": not values["passive"]}
        if values["properties"]:
            event["properties"] = msgspec.Raw(values["properties"].encode())
        if values["currency"]:
            event["revenue"] = {"amount": str(values["revenue"]), "currency": values["currency"]}
        yield event
