"""`POST /api/tracking/visits`."""

from __future__ import annotations

from footfall.api.ingest.calls import Call, idempotency_key
from footfall.api.ingest.rows import Taken, receipt, store_rows
from footfall.api.problem import Reply
from footfall.api.state import Collecting
from footfall.collect import rows
from footfall.collect.formats import visits
from footfall.collect.intake import Sender
from footfall.collect.requests import raw_request
from footfall.model.raw import RequestRows
from footfall.spool.protocol import Submission


async def store_visits(collecting: Collecting, call: Call, sender: Sender) -> Reply:
    """A repeated `Idempotency-Key` stores nothing and gets the first answer."""
    key = idempotency_key(call, sender, "visits")

    def take() -> Taken:
        found, beside = rows.split(call.body, call.header(b"content-type"), "visits")
        accepted, refusals = rows.convert(
            found,
            visits.decode,
            lambda visit: raw_request(visit, sender, collecting.intake),
            beside,
        )
        record = RequestRows(sender.project_id, sender.received_at, accepted)
        answer = receipt(len(accepted), refusals)
        return [Submission(record, key, answer)] if accepted else [], len(accepted), refusals

    return await store_rows(collecting, "tracking", call, sender, take)
