"""The host names that projects list, as browsers name hosts: lower case, ASCII, without `www.`, scheme and port."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from footfall.errors import UserError
from footfall.idn import HOST_CHARS, ascii_host
from footfall.meta.tables import DomainRow, ProjectRow

_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*")
_WITHIN_URL = re.compile(r"(?:[a-z]+://)?([^/:?#]+)(?::\d*)?(?:[/?#].*)?")


def listed_domain(text: str) -> str:
    """`xn--bcher-kva.example` for `www.Bücher.example`; UserError `bad_parameter` where it is no host name."""
    domain = ascii_host(text.strip().lower()).removeprefix("www.")
    if _is_host(domain):
        return domain
    inner = _WITHIN_URL.fullmatch(text.strip().lower())
    meant = ascii_host(inner[1]).removeprefix("www.") if inner else ""
    hint = f": type {meant!r}, without scheme, port and path" if _is_host(meant) else ""
    raise UserError("bad_parameter", f"domain {text!r} is not a host name such as example.com or *.example.com{hint}")


class DomainListedError(UserError):
    """Another project, `slug`, lists the domain. The message does not name it: not every caller may know of it."""

    def __init__(self, domain: str, slug: str) -> None:
        super().__init__("conflict", f"domain {domain!r} is listed by another project")
        self.slug = slug


def check_hosts_free(session: Session, domains: Collection[str]) -> None:
    """DomainListedError where a project lists one of these.

    An event that names nothing but its host could belong to either of two projects that list it.
    """
    listed = (
        select(DomainRow.domain, ProjectRow.slug)
        .join(ProjectRow, ProjectRow.number == DomainRow.project)
        .where(DomainRow.domain.in_(domains))
        .order_by(DomainRow.domain, ProjectRow.number)
    )
    found = session.execute(listed).first()
    if found is not None:
        raise DomainListedError(*found)


def _is_host(domain: str) -> bool:
    return len(domain) <= HOST_CHARS and _DOMAIN.fullmatch(domain) is not None
