"""What B1 is held against: an ASGI handler that reads a body and sends it back, on the server that Footfall runs on.

`python -m bench.echo PORT`. The options of Granian and the loop are those of `footfall.runtime.server`.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any

import uvloop
from granian.server.embed import Server

_HEADERS = [(b"content-type", b"application/json")]


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": body})


async def main(port: int) -> None:
    server = Server(
        echo,
        address="127.0.0.1",
        port=port,
        interface="asgi",  # type: ignore[arg-type]  # an enum of strings
        backlog=4096,
        backpressure=4096,
        websockets=False,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    serving = loop.create_task(server.serve())
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    server.stop()  # type: ignore[no-untyped-call]  # Granian leaves it unannotated
    await serving


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
