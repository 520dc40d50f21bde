"""The address that the server listens on, and how other processes learn of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from footfall.errors import FatalError
from footfall.settings import Settings
from footfall.store.lock import holder

_FILE = "server.url"


def check_address(settings: Settings) -> None:
    """FatalError where nothing can listen there. The HTTP server itself would share a port with another process."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, number) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise FatalError(
            f"can't listen on {settings.host} port {settings.port}: {error.strerror}; "
            "choose others with FOOTFALL_HOST and FOOTFALL_PORT"
        ) from error


def reachable(settings: Settings) -> str:
    """A URL that works on this machine, also where the server listens on every address; no slash at its end."""
    host, port = settings.host, settings.port
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104 - as above
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.base_path}"


@contextmanager
def published_address(settings: Settings) -> Iterator[None]:
    """The address, readable in the data directory while the server has it."""
    path = settings.data / _FILE
    path.touch(mode=0o600)
    path.write_text(reachable(settings) + "\n", encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def address_of_server(data: Path) -> str | None:
    """The URL of the server that uses the data directory; None where none does."""
    try:
        return (data / _FILE).read_text(encoding="utf-8").strip() if holder(data) is not None else None
    except FileNotFoundError:
        return None
