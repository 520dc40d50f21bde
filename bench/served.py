"""The server that reading bars measure: `footfall serve` over a directory of `bench data`, with three differences.

Its clock starts where the rows end, so that ranges which end now cover them; answers are computed each time; and
statements run on the same engine, so that both sides of a ratio can be asked in turn: any by `POST /bench/sql`, those
of an answer by `POST /bench/alone`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any, cast

from bench.noted import NotedStore, Statement
from footfall.api.application import create_application
from footfall.api.state import Collecting, Querying
from footfall.clock import system_clock
from footfall.runtime import querying, serving
from footfall.runtime.parts import Parts
from footfall.settings import Settings
from footfall.store.protocol import Store

PATH = "/bench/sql"
"""A statement in the body: its `rows`, and `millis` within the server."""

KEEP = "/bench/keep"
"""Keeps the statements of the answer before: the `number` and `sql` of each."""

ALONE = "/bench/alone"
"""The number of a statement that was kept: what it takes by itself (`Statement.alone`)."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.served", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--now", type=int, required=True, help="Unix milliseconds that the clock starts at")
    options = parser.parse_args()
    behind = system_clock() - options.now
    serving.system_clock = lambda: system_clock() - behind  # type: ignore[attr-defined]  # imported there by name
    serving.create_application = _application  # type: ignore[attr-defined,assignment]  # as above
    serving.make_querying = _querying  # type: ignore[attr-defined,assignment]  # as above
    querying.ANSWER_SECONDS = 0
    serving.serve(Settings(data=options.data, port=options.port, store_url="", log_level="warning"))


class _WithStatements:
    """The application, and statements beside it."""

    def __init__(self, app: Any, noted: NotedStore) -> None:
        self._app = app
        self._noted = noted
        self._kept: list[Statement] = []
        self._own = {PATH: self._run, KEEP: self._keep, ALONE: self._alone}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        own = self._own.get(scope["path"]) if scope["type"] == "http" else None
        if own is None:
            self._noted.begin()
            await self._app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status = 200
        try:
            answer = await asyncio.to_thread(own, body.decode())
        except Exception as error:  # noqa: BLE001 - whatever it is, who asked is told
            status, answer = 500, {"error": str(error)}
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer, default=str).encode()})

    def _run(self, sql: str) -> dict[str, Any]:
        started = time.perf_counter()
        found = self._noted.store.reading(1).query(sql)
        return {"millis": 1000 * (time.perf_counter() - started), "rows": [list(row) for row in found.rows]}

    def _keep(self, _: str) -> dict[str, Any]:
        first = len(self._kept)
        self._kept += self._noted.asked
        return {"statements": [{"number": first + n, "sql": one.sql} for n, one in enumerate(self._noted.asked)]}

    def _alone(self, number: str) -> dict[str, Any]:
        return self._kept[int(number)].alone(self._noted.store.reading(1))


def _querying(parts: Parts, store: Store, *others: Any) -> Querying:
    return querying.make_querying(parts, cast("Store", NotedStore(store)), *others)


def _application(collecting: Collecting, part: Querying) -> Any:
    return _WithStatements(create_application(collecting, part), cast("NotedStore", part.store))


if __name__ == "__main__":
    main()
