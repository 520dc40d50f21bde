"""From a report to the spool: it is screened, evaluated and stored, or dropped and counted."""

from __future__ import annotations

from functools import partial

from footfall.api.ingest.public import PublicCall
from footfall.api.state import Collecting
from footfall.collect.browser import DroppedError, Rows, rows
from footfall.collect.hit import Hit
from footfall.collect.hosts import host_of
from footfall.errors import UserError
from footfall.model.drops import DropReason, NameKind
from footfall.model.project import Project
from footfall.spool.protocol import Submission

_SITE_KEY = "ff_site_"
_KEY_CHARS = 100
_HOST_CHARS = 253
_PURPOSES = (b"sec-purpose", b"purpose", b"x-moz")


def project_of_key(collecting: Collecting, site_key: str) -> Project:
    """UserError `unknown_site_key` where no project has it."""
    known = site_key.startswith(_SITE_KEY) and len(site_key) <= _KEY_CHARS
    found = collecting.auth.directory.of_site_key(site_key) if known else None
    if found is None:
        raise UserError("unknown_site_key", f"k: {site_key[:_KEY_CHARS]!r} is not the site key of a project")
    return found


def evaluate(
    collecting: Collecting, call: PublicCall, project: Project, hit: Hit, *, image: bool = False
) -> Rows | DropReason:
    """The rows to store, or why there are none. RefusedError where the report is not valid.

    `image`: no script could honour the visitor's opt-out, and no `Origin` names the page that embeds the image.
    """
    reason = _screened(call.headers, collecting.settings.opt_out, ask_gpc=image)
    if reason is None:
        try:
            return rows(hit, project, call.sender(project), collecting.intake, _origin(call, image=image))
        except DroppedError as error:
            reason = error.reason
            if error.host:
                collecting.drops.count_name(project.number, NameKind.HOST, error.host[:_HOST_CHARS])
    collecting.drops.count(project.number, reason)
    collecting.metrics.dropped(reason)
    return reason


async def store(collecting: Collecting, found: list[Rows]) -> None:
    if found:
        await collecting.committer.submit([Submission(record) for record in found])
        collecting.metrics.accepted("collect", len(found))


async def take(
    collecting: Collecting, call: PublicCall, project: Project, hit: Hit, *, image: bool = False
) -> DropReason | None:
    """Store one report, or say why it is dropped. `image`: see `evaluate`."""
    found = await collecting.intake.run(partial(evaluate, collecting, call, project, hit, image=image))
    if isinstance(found, DropReason):
        return found
    await collecting.committer.submit((Submission(found),))
    collecting.metrics.accepted("collect", 1)
    return None


def _origin(call: PublicCall, *, image: bool) -> str:
    """The page that sends this, where its browser names it; for an image, by a `Referer` that has a host."""
    origin = call.header(b"origin")
    if origin or not image:
        return origin
    page = call.header(b"referer")
    return page if host_of(page) else ""


def _screened(headers: dict[bytes, bytes], opt_out: tuple[str, ...], *, ask_gpc: bool) -> DropReason | None:
    """Why the headers forbid storing this: the page is not shown yet, or its visitor has opted out."""
    if not headers.keys().isdisjoint(_PURPOSES) and any(b"prefetch" in headers.get(name, b"") for name in _PURPOSES):
        return DropReason.PREFETCH
    wished = headers.get(b"sec-gpc") == b"1" and (ask_gpc or "gpc" in opt_out)
    return DropReason.OPT_OUT if wished or ("dnt" in opt_out and headers.get(b"dnt") == b"1") else None
