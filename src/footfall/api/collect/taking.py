"""From a report to the spool: screened, evaluated, and stored, or dropped and counted."""

from __future__ import annotations

from functools import partial

from footfall.api.collect.public import Visit
from footfall.api.services import Services
from footfall.collect.browser import DroppedError, Rows, rows
from footfall.collect.hit import Hit
from footfall.collect.hosts import host_of
from footfall.errors import UserError
from footfall.model.drops import DropReason
from footfall.model.project import Project
from footfall.spool.protocol import Submission

_SITE_KEY = "ff_site_"
_KEY_CHARS = 100
_PURPOSES = (b"sec-purpose", b"purpose", b"x-moz")


def project_of_key(services: Services, site_key: str) -> Project:
    """UserError `unknown_site_key` where no project has it."""
    known = site_key.startswith(_SITE_KEY) and len(site_key) <= _KEY_CHARS
    found = services.auth.directory.of_site_key(site_key) if known else None
    if found is None:
        raise UserError("unknown_site_key", f"k: {site_key[:_KEY_CHARS]!r} is no project's site key")
    return found


def evaluate(services: Services, visit: Visit, project: Project, hit: Hit, *, image: bool = False) -> Rows | DropReason:
    """The rows to store, or why there are none. RefusedError where the report does not hold.

    Of an `image`, no script has asked for the visitor's wish, and no `Origin` says which page embeds it.
    """
    reason = _screened(visit.call.headers, services.settings.opt_out, ask_gpc=image)
    if reason is None:
        try:
            return rows(hit, project, visit.sender(project), services.intake, _origin(visit, image=image))
        except DroppedError as error:
            reason = error.reason
    services.drops.count(project.number, reason)
    services.metrics.dropped(reason)
    return reason


async def store(services: Services, found: list[Rows]) -> None:
    if found:
        await services.committer.submit([Submission(record) for record in found])
        services.metrics.accepted("collect", len(found))


async def take(
    services: Services, visit: Visit, project: Project, hit: Hit, *, image: bool = False
) -> DropReason | None:
    """Store one report, or say why it is dropped. `image`: see `evaluate`."""
    found = await services.intake.run(partial(evaluate, services, visit, project, hit, image=image))
    if isinstance(found, DropReason):
        return found
    await services.committer.submit((Submission(found),))
    services.metrics.accepted("collect", 1)
    return None


def _origin(visit: Visit, *, image: bool) -> str:
    """The page that sends this, as far as its browser says; an image's, by `Referer` where that names a host."""
    origin = visit.header(b"origin")
    if origin or not image:
        return origin
    page = visit.header(b"referer")
    return page if host_of(page) else ""


def _screened(headers: dict[bytes, bytes], opt_out: tuple[str, ...], *, ask_gpc: bool) -> DropReason | None:
    """What the headers say against keeping this report, if anything."""
    if not headers.keys().isdisjoint(_PURPOSES) and any(b"prefetch" in headers.get(name, b"") for name in _PURPOSES):
        return DropReason.PREFETCH
    wished = headers.get(b"sec-gpc") == b"1" and (ask_gpc or "gpc" in opt_out)
    return DropReason.OPT_OUT if wished or ("dnt" in opt_out and headers.get(b"dnt") == b"1") else None
