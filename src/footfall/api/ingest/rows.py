"""Endpoints that take many rows and refuse them one by one: 202 with what was accepted and what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from pydantic import BaseModel, Field

from footfall.api.ignored import HINTS, IGNORED, count, told
from footfall.api.ingest.calls import JSON, Call
from footfall.api.problem import Reply
from footfall.api.state import Collecting
from footfall.collect.intake import Sender
from footfall.collect.rows import MAX_LISTED, Refusals
from footfall.collect.unknown import refuse
from footfall.spool.protocol import Submission

THREAD_BYTES = 256 << 10
"""Larger bodies are processed on a thread, so that the event loop can serve other requests."""

_encode = msgspec.json.Encoder().encode
_T = TypeVar("_T")

Taken = tuple[list[Submission], int, Refusals]
"""What is to be stored, its number of rows, and the rows that are refused."""


class RejectedRow(BaseModel):
    index: int = Field(description="Place in the body, counted from 0.")
    code: str
    message: str


class RowsAccepted(BaseModel):
    accepted: int
    rejected: list[RejectedRow] = Field(max_length=MAX_LISTED, description="The first 1,000 rows that were refused.")
    rejected_total: int = Field(description="All rows that were refused.")
    ignored: list[str] | None = IGNORED
    hints: list[str] | None = HINTS


async def store_rows(
    collecting: Collecting, surface: str, call: Call, sender: Sender, take: Callable[[], Taken]
) -> Reply:
    submissions, accepted, refusals = await apart(collecting, call, take)
    if call.strict:
        refuse(refusals.ignored)
    answers = await collecting.committer.submit(submissions) if submissions else []
    count_rows(collecting, surface, sender.project_id, accepted, refusals)
    # A body of visits has one key and one answer, which may be an earlier one; events have keys and no answers.
    return 202, JSON, next(filter(None, answers), b"") or receipt(accepted, refusals)


def count_rows(collecting: Collecting, surface: str, project: int, accepted: int, refusals: Refusals) -> None:
    collecting.metrics.accepted(surface, accepted)
    count(collecting, project, refusals.ignored)
    for code, rows in refusals.codes.items():
        collecting.metrics.refused(surface, code, rows)


def receipt(accepted: int, refusals: Refusals) -> bytes:
    content = {"accepted": accepted, "rejected": refusals.listed, "rejected_total": refusals.total}
    return _encode(content | told(refusals.ignored))


async def apart(collecting: Collecting, call: Call, work: Callable[[], _T]) -> _T:
    """The result of the work, which is done on a thread for a large body."""
    intake = collecting.intake
    return await (intake.on_thread(work) if len(call.body) > THREAD_BYTES else intake.run(work))
