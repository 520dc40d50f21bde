"""A reader whose sources and times are told in the answer to a request."""

from __future__ import annotations

from fastapi import Request

from footfall.api.server_timing import tell_timing
from footfall.query.remembering import RememberingReader
from footfall.store.protocol import Reader


def timed(reader: Reader, request: Request) -> Reader:
    found = RememberingReader(reader)
    tell_timing(request.scope, found.timing)
    return found
