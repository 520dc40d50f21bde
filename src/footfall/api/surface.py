"""What a surface is: a part of the API that its clients know as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter

from footfall.api.ingest.calls import Public, Route
from footfall.api.problem import CODED, ErrorShape


@dataclass(frozen=True, slots=True)
class Surface:
    """`prefix` begins its paths, `errors` words its errors.

    `writing` are its endpoints that take a token and store something, `public` those that need none. `router` documents
    both and holds its probes: all that a process which only collects answers. What queries stands in the folder's
    `routes`, since it needs the query package.
    """

    name: str
    prefix: str
    errors: ErrorShape = CODED
    writing: Sequence[Route] = ()
    public: Sequence[Public] = ()
    router: APIRouter = field(default_factory=APIRouter)
