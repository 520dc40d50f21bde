"""The badge of a link: how many visitors are there, as a number and as an image."""

from __future__ import annotations

import msgspec

from footfall.api.state import Querying
from footfall.api.web.limits import Limits
from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.model.project import Principal, Project
from footfall.model.share import Share
from footfall.query import run
from footfall.query.ast import Query
from footfall.query.live import THERE
from footfall.store.protocol import Reader

_IMAGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{text}">'
    '<rect width="{width}" height="20" rx="4" fill="#1f2430"/><circle cx="11" cy="10" r="3.5" fill="#3ecf8e"/>'
    '<text x="20" y="14" fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{text}</text></svg>'
)
_LEFT, _CHAR = 28, 7
"""Pixels of the dot and the margins, and at most of a character."""


class LiveCount(msgspec.Struct, frozen=True):
    """Visitors of the last 5 minutes; `at` in Unix milliseconds."""

    visitors: int
    at: int


async def count(part: Querying, share: Share, project: Project) -> LiveCount:
    """Under the link's filter; TransientError where the project has too many queries under way."""
    now = part.clock()
    limits = Limits(Principal(0, frozenset(), frozenset({project.number}), limits=share.limits), project, now)

    def read(store: Reader) -> int:
        every = Query(project=project.number, table=Table.EVENTS, period=Period(now - THERE, now))
        return run.visitors(store, limits.narrow(every, part.saved.of(project).find))

    return LiveCount(await part.limiter.run(project.number, read, request=None), now)


def image(visitors: int) -> bytes:
    """SVG; it holds nothing but the number."""
    text = f"{visitors:,} online"
    return _IMAGE.format(width=_LEFT + _CHAR * len(text), text=text).encode()
