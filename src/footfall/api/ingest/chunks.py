"""Where other machines forward what their spools hold. Not part of the public API: both ends are Footfall's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from footfall.api.bodies import Receive
from footfall.api.ingest.calls import Scope_, admit
from footfall.api.problem import CODED, Reply, problem
from footfall.api.state import Collecting
from footfall.spool.chunk import BODY_BYTES, PATH, announced, records_of
from footfall.spool.receiving import Receiving


@dataclass(frozen=True, slots=True)
class ChunkRoute:
    """Answers 204 once the chunk is durable here, and 204 again where it was before."""

    receiving: Receiving
    path: str = PATH
    methods: tuple[str, ...] = ("POST",)

    async def answer(self, collecting: Collecting, scope: Scope_, receive: Receive) -> Reply:
        try:
            address = admit(collecting, scope)
            headers = dict(scope["headers"])
            chunk = announced(headers, self.receiving.secret)  # before the body is read
            body = await collecting.bodies.read(headers, receive, BODY_BYTES, address)
            try:
                await asyncio.to_thread(
                    lambda: self.receiving.store(chunk, records_of(headers, body.content)),
                )
            finally:
                collecting.bodies.release(address, body.held)
        except Exception as error:  # noqa: BLE001 - the boundary: every error becomes an answer
            return problem(error, CODED, self.path)
        return 204, [], b""
