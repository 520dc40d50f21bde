"""What a surface is: a part of the API that its clients know as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter

from footfall.api.ingest.calls import Public, Route
from footfall.api.problem import CODED, ErrorShape


@dataclass(frozen=True, slots=True)
class Surface:
    """Its paths begin with `prefix`, its errors are worded by `errors`.

    `writing` are its endpoints that take a token and store something, `public` those that need no token. `router`
    documents both and holds the surface's probes: everything that a process which only collects can answer. Endpoints
    that query are in the folder's `routes`, since they need the query package. `streams` are paths whose endpoints read
    their bodies piece by piece, and so may take any size. With `shares`, clients that ask the same at once share an
    answer, unless its endpoint streams (`shared_answers`).
    """

    name: str
    prefix: str
    errors: ErrorShape = CODED
    writing: Sequence[Route] = ()
    public: Sequence[Public] = ()
    streams: Sequence[str] = ()
    shares: bool = False
    router: APIRouter = field(default_factory=APIRouter)
