"""`POST /analytics/ingest`: answered once all of its logs are durable."""

from __future__ import annotations

from footfall.api.ignored import count, headers_of
from footfall.api.ingest.calls import Call, idempotency_key
from footfall.api.ingest.rows import apart
from footfall.api.problem import Reply
from footfall.api.state import Collecting
from footfall.collect.intake import Sender
from footfall.collect.schemas.faults import unknown_fields
from footfall.collect.schemas.proxy import read_logs
from footfall.collect.unknown import Ignored
from footfall.model.raw import ProxyLogs
from footfall.spool.protocol import Submission

SURFACE = "proxy"


async def ingest(collecting: Collecting, call: Call, sender: Sender) -> Reply:
    """All of the body's logs, or none. A repeated `Idempotency-Key` stores nothing."""

    def take() -> tuple[ProxyLogs, Ignored]:
        logs, ignored = read_logs(call.body, sender, collecting.intake)
        if ignored and call.strict:
            raise unknown_fields(ignored, call.body)
        return logs, ignored

    key = idempotency_key(call, sender, SURFACE)
    logs, ignored = await apart(collecting, call, take)
    await collecting.committer.submit([Submission(logs, key)])
    collecting.metrics.accepted(SURFACE, logs.count)
    count(collecting, sender.project_id, ignored)
    return 204, headers_of(ignored), b""
