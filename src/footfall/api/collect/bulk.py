"""`POST /api/collect/bulk`."""

from __future__ import annotations

from footfall.api.ingest.calls import Call
from footfall.api.ingest.rows import Taken, store_rows
from footfall.api.problem import Reply
from footfall.api.state import Collecting
from footfall.collect import rows
from footfall.collect.fields import submissions
from footfall.collect.formats import bulk
from footfall.collect.intake import Sender


async def store_bulk(collecting: Collecting, call: Call, sender: Sender) -> Reply:
    def take() -> Taken:
        found, beside = rows.split(call.body, call.header(b"content-type"), "events")
        accepted, refusals = rows.convert(
            found,
            bulk.decode,
            lambda event: bulk.raw_event(event, sender, collecting.intake),
            beside,
        )
        return submissions(accepted, sender), len(accepted), refusals

    return await store_rows(collecting, "collect", call, sender, take)
