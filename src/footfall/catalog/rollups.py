"""Roll-ups: which figures are computed ahead for closed days and months. Pure data; a new one is a row here.

The table `rollups` has their rows. How a query finds them: docs/adr/0020.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from footfall.catalog.tables import Table
from footfall.model.period import Bucket

EVERY = 1 << 32

GRAINS = (Bucket.MONTH, Bucket.DAY)
"""Lengths of cells, longest first."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """Figures of people by one dimension, over the rows that the dimension's list counts; `""` is all rows in total.

    `metrics` are columns of the table. `counted` says, by grain, of how many labels visitors are counted too, those
    with most rows: states of visitors take more room than all else. Stored cells hold the name.
    """

    name: str
    table: Table
    metrics: tuple[str, ...]
    counted: Mapping[Bucket, int]
    dimension: str = ""


_LISTED = ("events", "visitors")

ROLLUPS: tuple[Rollup, ...] = (
    Rollup("events", Table.EVENTS, ("events", "pageviews", "visitors"), {Bucket.DAY: EVERY, Bucket.MONTH: EVERY}),
    Rollup("sessions", Table.SESSIONS, ("sessions", "bounces", "duration_ms"), {}),
    Rollup("pages", Table.EVENTS, _LISTED, {Bucket.DAY: 40, Bucket.MONTH: 300}, "path"),
    Rollup("titles", Table.EVENTS, _LISTED, {Bucket.MONTH: 100}, "title"),
    Rollup("hostnames", Table.EVENTS, _LISTED, {Bucket.DAY: 20, Bucket.MONTH: 100}, "hostname"),
    Rollup("custom_events", Table.EVENTS, _LISTED, {Bucket.DAY: 20, Bucket.MONTH: 100}, "custom_event_name"),
    Rollup("properties", Table.EVENTS, _LISTED, {Bucket.DAY: 20, Bucket.MONTH: 100}, "property"),
)
"""All of web events: cells of one project, day or month are made together."""
