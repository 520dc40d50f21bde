"""Access logs of any size, sent in pieces and then imported.

`POST` says which file comes, `PATCH` appends bytes, and the last byte starts the import (`runtime.upload_work`).
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Request, Response
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from footfall.api.bodies import GRACE_SECONDS
from footfall.api.callers import Caller, require
from footfall.api.projects import examples
from footfall.api.projects.schema import StrictBody
from footfall.api.state import collecting, querying
from footfall.api.wire_types import Instant
from footfall.errors import TransientError, UserError
from footfall.importers.formats.operator import format_of
from footfall.importers.inbox import Arriving, Inbox
from footfall.importers.times import zone_named
from footfall.meta.uploads import NAME_CHARS
from footfall.model.period import iso_seconds
from footfall.model.project import Project, Scope
from footfall.model.upload import NewUpload, Upload, UploadState

PIECE_BYTES = 1 << 20
"""What is kept in memory of a body before it is written."""

MAX_SHOWN = 100
"""Rejected lines that are shown."""

Admin = Annotated[Caller, Depends(require(Scope.ADMIN))]
Slug = Annotated[str, Path(description="The project's slug or id.", examples=["shop"])]
Id = Annotated[str, Path(description="As the list names it.", examples=["upl_m5m54jeucvftczhx"])]
Offset = Annotated[str, Header(alias="Upload-Offset", description="How many bytes have come before.", examples=["0"])]


class UploadRequest(StrictBody):
    name: str = Field(max_length=NAME_CHARS, description="The file's name, for people.")
    size: int = Field(ge=1, lt=1 << 50, description="Its bytes, as they are sent.")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Of the file, in hex.")
    format: str | None = Field(
        None, min_length=1, max_length=2_000, description="As `footfall import --format`; null: it is recognised."
    )
    timezone: str = Field("UTC", max_length=100, description="The zone of times that name none.")


class UploadDetails(BaseModel):
    id: str
    name: str
    size: int
    sha256: str
    format: str | None
    timezone: str
    state: UploadState = Field(
        description="`receiving` bytes, `waiting` for the import, `importing`, `finished`, `known` (its content was "
        "imported before) or `failed`."
    )
    offset: int = Field(description="Bytes that have come.")
    text: str = Field(description="How it is, for people.")
    accepted: int = Field(description="Lines taken so far.")
    rejected: int = Field(description="Lines refused so far.")
    read_bytes: int = Field(description="Of the unpacked content: what the import has read.")
    content_bytes: int = Field(description="The unpacked content; 0 before the import has begun.")
    created_at: Instant
    finished_at: Instant | None


class UploadList(BaseModel):
    items: list[UploadDetails] = Field(description="Newest first.")


class RejectedLine(BaseModel):
    line: int = Field(description="Its number, from 1.")
    reason: str
    text: str = Field(description="Its beginning, where the installation keeps addresses whole; else empty.")


class RejectedLines(BaseModel):
    items: list[RejectedLine] = Field(description=f"The first {MAX_SHOWN}.")
    total: int


def add_to(router: APIRouter) -> None:
    path, one = "/{slug}/uploads", "/{slug}/uploads/{upload_id}"
    row = router.add_api_route
    row(
        path,
        listed,
        summary="A project's uploads of access logs",
        response_model=UploadList,
        responses=examples.UPLOADS,
        operation_id="projects_uploads",
    )
    row(
        path,
        begin,
        methods=["POST"],
        status_code=201,
        summary="Begin to upload an access log",
        response_model=UploadDetails,
        responses=examples.upload_begun(UploadDetails),
        operation_id="projects_uploads_create",
    )
    row(
        one,
        shown,
        summary="How far an upload has come",
        response_model=UploadDetails,
        responses=examples.UPLOAD,
        operation_id="projects_uploads_show",
    )
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    row(
        one,
        append,
        methods=["PATCH"],
        summary="Send bytes of an access log",
        response_model=UploadDetails,
        responses=examples.UPLOAD_WENT_ON,
        operation_id="projects_uploads_append",
        openapi_extra={"requestBody": {"required": True, "content": content}},
    )
    row(
        one,
        removed,
        methods=["DELETE"],
        status_code=204,
        summary="Give an upload up",
        responses=examples.DELETED,
        operation_id="projects_uploads_delete",
    )
    row(
        f"{one}/rejected",
        rejected,
        summary="Lines of an upload that were rejected",
        response_model=RejectedLines,
        responses=examples.REJECTED_LINES,
        operation_id="projects_uploads_rejected",
    )


async def listed(request: Request, caller: Admin, slug: Slug) -> dict[str, Any]:
    """Those under way, and the last hundred that have ended."""
    part = querying(request)
    project = part.auth.project_in_path(caller.principal, slug)
    found = await asyncio.to_thread(part.auth.meta.uploads.all, project)
    return {"items": [_shown(one, _inbox(request)) for one in found]}


async def begin(
    request: Request,
    response: Response,
    caller: Admin,
    slug: Slug,
    body: Annotated[UploadRequest, Body(openapi_examples=examples.NEW_UPLOAD)],
) -> dict[str, Any]:
    """A file that was begun before, or is imported already, answers 200 with what is known of it.

    Go on at its `offset`. One that failed begins anew.
    """
    part, inbox = querying(request), _inbox(request)
    project = part.auth.project_in_path(caller.principal, slug)
    _check_imports(request)
    uploads = part.auth.meta.uploads
    said = await asyncio.to_thread(_checked, request, body)

    def begun() -> tuple[Upload, bool]:
        known = next((one for one in uploads.all(project) if (one.said.sha256, one.said.size) == _file(said)), None)
        if known is None or known.state is UploadState.FAILED:
            inbox.check_room(said.size, uploads.under_way())
        made = uploads.begin(project, said, by=caller.by)
        if made[1]:
            inbox.create(made[0].id)
        return made

    upload, is_new = await asyncio.to_thread(begun)
    response.status_code = 201 if is_new else 200
    return _shown(upload, inbox)


async def shown(request: Request, caller: Admin, slug: Slug, upload_id: Id) -> dict[str, Any]:
    """Its bytes, and how far its import has come."""
    _, upload = await _found(request, caller, slug, upload_id)
    return _shown(upload, _inbox(request))


async def append(
    request: Request, caller: Admin, slug: Slug, upload_id: Id, upload_offset: Offset = ""
) -> dict[str, Any]:
    """Any number of bytes, as they are in the file. With the last one, the import begins.

    `Upload-Offset` is how many have come before: else 409, and the message says how many. What has come stays.
    """
    _, upload = await _found(request, caller, slug, upload_id)
    if not (upload_offset.isascii() and upload_offset.isdigit() and len(upload_offset) < 19):
        raise UserError("bad_parameter", f"Upload-Offset: {upload_offset[:100]!r} is no number of bytes")
    _check_imports(request)
    if upload.state is not UploadState.RECEIVING:
        raise UserError("conflict", "all bytes of the upload have come")
    inbox, uploads = _inbox(request), querying(request).auth.meta.uploads
    with inbox.arriving(upload, int(upload_offset)) as file:
        came = await _received(request, file, inbox)
        await asyncio.to_thread(file.sync)
    if came == upload.said.size:
        await asyncio.to_thread(uploads.note, upload.id, state=UploadState.WAITING)
    return _shown(await asyncio.to_thread(uploads.find, _project(request, caller, slug), upload.id), inbox)


async def removed(request: Request, caller: Admin, slug: Slug, upload_id: Id) -> Response:
    """Its bytes go. Lines that are imported already stay; an import under way ends with its block."""
    project, upload = await _found(request, caller, slug, upload_id)
    await asyncio.to_thread(querying(request).auth.meta.uploads.remove, project, upload.id, by=caller.by)
    await asyncio.to_thread(_inbox(request).remove, upload.id)
    return Response(status_code=204)


async def rejected(request: Request, caller: Admin, slug: Slug, upload_id: Id) -> dict[str, Any]:
    """With the number and the reason of each."""
    _, upload = await _found(request, caller, slug, upload_id)
    found = await asyncio.to_thread(_inbox(request).rejected, upload.id, MAX_SHOWN)
    items = [{"line": line, "reason": reason, "text": text} for line, reason, text in found]
    return {"items": items, "total": upload.rejected}


async def _received(request: Request, file: Arriving, inbox: Inbox) -> int:
    """Writes the body as it comes; the file's length then. It ends early where the server stops or nothing comes."""
    at, piece = file.here, bytearray()

    async def write() -> None:
        nonlocal at
        content = bytes(piece)
        await asyncio.to_thread(_check_disk, inbox)
        await asyncio.to_thread(file.append, content, at)
        at += len(content)
        piece.clear()

    lifecycle, stream = collecting(request).lifecycle, request.stream()
    try:
        while not lifecycle.stopping:
            async with asyncio.timeout(GRACE_SECONDS):
                content = await anext(stream, None)
            if content is None:
                break
            piece += content
            if len(piece) >= PIECE_BYTES:
                await write()
    except (ClientDisconnect, TimeoutError):  # what has come counts
        pass
    await write()
    return at


def _check_disk(inbox: Inbox) -> None:
    if inbox.is_full():
        raise TransientError("the disk is nearly full: try again once there is room", retry_after=600)


async def _found(request: Request, caller: Caller, slug: str, upload_id: str) -> tuple[Project, Upload]:
    project = _project(request, caller, slug)
    return project, await asyncio.to_thread(querying(request).auth.meta.uploads.find, project, upload_id)


def _project(request: Request, caller: Caller, slug: str) -> Project:
    return querying(request).auth.project_in_path(caller.principal, slug)


def _check_imports(request: Request) -> None:
    """UserError(`conflict`) where nothing would ever import what is sent."""
    if querying(request).settings.role != "all":
        raise UserError(
            "conflict",
            "a server of the role `query` imports nothing: run `footfall import access-log` on the drain's machine",
        )


def _inbox(request: Request) -> Inbox:
    return Inbox(querying(request).settings.data)


def _checked(request: Request, body: UploadRequest) -> NewUpload:
    """UserError `bad_parameter` for a format or a zone that means nothing."""
    if body.format is not None:
        format_of(body.format, data=querying(request).settings.data)
    return NewUpload(body.name, body.size, body.sha256, body.format or "", zone_named(body.timezone))


def _file(said: NewUpload) -> tuple[str, int]:
    return said.sha256, said.size


def _shown(upload: Upload, inbox: Inbox) -> dict[str, Any]:
    said = upload.said
    return {
        "id": upload.id,
        "name": said.name,
        "size": said.size,
        "sha256": said.sha256,
        "format": said.format or None,
        "timezone": said.timezone,
        "state": upload.state,
        "offset": inbox.received(upload),
        "text": _told(upload),
        "accepted": upload.accepted,
        "rejected": upload.rejected,
        "read_bytes": upload.read_bytes,
        "content_bytes": upload.content_bytes,
        "created_at": iso_seconds(upload.created_at),
        "finished_at": None if upload.finished_at is None else iso_seconds(upload.finished_at),
    }


def _told(upload: Upload) -> str:
    reason = f": {upload.reason}" if upload.reason else ""
    share = f"at {upload.read_bytes / upload.content_bytes:.0%} of the content" if upload.content_bytes else "begun"
    told = {
        UploadState.RECEIVING: "Bytes are still to come",
        UploadState.WAITING: f"Waits for the import{reason}",
        UploadState.IMPORTING: f"Imported, {share}{reason}",
        UploadState.FINISHED: f"Lines imported: {upload.accepted:,}; rejected: {upload.rejected:,}",
        UploadState.KNOWN: "Imported before: nothing was added",
        UploadState.FAILED: f"Failed{reason}",
    }
    return f"{told[upload.state]}."
