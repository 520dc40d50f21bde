"""The server that reading bars measure: `footfall serve` over a directory of `bench data`, with three differences.

Its clock starts where the rows end, so that ranges which end now cover them; answers are computed each time; and
`POST /bench/sql` runs a statement on the same engine, so that both sides of a ratio can be asked in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any

from footfall.api.application import create_application
from footfall.api.state import Collecting, Querying
from footfall.clock import system_clock
from footfall.runtime import querying, serving
from footfall.settings import Settings

PATH = "/bench/sql"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.served", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--now", type=int, required=True, help="Unix milliseconds that the clock starts at")
    options = parser.parse_args()
    behind = system_clock() - options.now
    serving.system_clock = lambda: system_clock() - behind  # type: ignore[attr-defined]  # imported there by name
    serving.create_application = _application  # type: ignore[attr-defined,assignment]  # as above
    querying.ANSWER_SECONDS = 0
    serving.serve(Settings(data=options.data, port=options.port, store_url="", log_level="warning"))


class _WithStatements:
    """The application, and statements beside it."""

    def __init__(self, app: Any, part: Querying) -> None:
        self._app = app
        self._part = part

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, answer = await asyncio.to_thread(self._run, body.decode())
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer, default=str).encode()})

    def _run(self, sql: str) -> tuple[int, dict[str, Any]]:
        started = time.perf_counter()
        try:
            found = self._part.store.reading(1).query(sql)
        except Exception as error:  # noqa: BLE001 - whatever it is, who asked is told
            return 500, {"error": str(error)}
        return 200, {"millis": 1000 * (time.perf_counter() - started), "rows": [list(row) for row in found.rows]}


def _application(collecting: Collecting, part: Querying) -> Any:
    return _WithStatements(create_application(collecting, part), part)


if __name__ == "__main__":
    main()
