"""`POST /analytics/ingest`: answered once all of its logs are durable."""

from __future__ import annotations

import asyncio

from footfall.api.ingest.calls import Call, idempotency_key
from footfall.api.ingest.rows import THREAD_BYTES
from footfall.api.problem import Answer
from footfall.api.services import Services
from footfall.collect.intake import Sender
from footfall.collect.schemas.proxy import read_logs
from footfall.model.raw import ProxyLogs
from footfall.spool.protocol import Submission

SURFACE = "proxy"


async def ingest(services: Services, call: Call, sender: Sender) -> Answer:
    """All of the body's logs, or none. A repeated `Idempotency-Key` stores nothing."""

    def take() -> ProxyLogs:
        return read_logs(call.body, sender, services.intake)

    key = idempotency_key(call, sender, SURFACE)
    logs = await asyncio.to_thread(take) if len(call.body) > THREAD_BYTES else take()
    await services.committer.submit([Submission(logs, key)])
    services.metrics.accepted(SURFACE, logs.count)
    return 204, [], b""
