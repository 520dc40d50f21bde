"""What is printed at the start, and where the first token goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from footfall.meta import Meta
from footfall.meta.sign_ins import OPERATOR
from footfall.runtime.address import reachable
from footfall.runtime.parts import Parts
from footfall.settings import Settings

FIRST_TOKEN = "first-token"  # noqa: S105 - the name of a file
"""The file in the data directory that holds the first token, where no person sees what is printed."""


def greeting(parts: Parts, page: str = "/") -> str:
    """Where it serves, and a link that signs in and shows `page`.

    The first start makes a token for the projects that exist, else for a new one, `default`. A terminal shows it, this
    once. Anything else keeps what it is given (a journal, a container's log), so there the token goes into a file that
    only its owner can read.
    """
    meta, settings = parts.meta, parts.settings
    url = reachable(settings)
    served = f"Footfall serves on {url}\n\n{sign_in_line(url, settings, meta, page)}\n"
    slugs = [project.slug for project in meta.projects()]
    if slugs and any(token.label != OPERATOR for token in meta.tokens()):
        return served
    slugs = slugs or [meta.create_project("default").slug]
    token, _ = meta.create_token("first start", ["read", "ingest"], slugs, None)
    if sys.stdout.isatty():
        return served + _told(url, slugs, f"{token}    (read and ingest; it is not shown again)", token)
    path = (settings.data / FIRST_TOKEN).resolve()
    _write(path, token)
    where = f"in {path}    (read and ingest; remove the file once you have it)"
    return served + _told(url, slugs, where, f"$(cat {path})")


def _told(url: str, slugs: Sequence[str], where: str, token: str) -> str:
    named = f"?project={slugs[0]}" if slugs[1:] else ""  # a token for several projects does not say which
    event = '{"event_name": "hello", "category": "page_view", "page_url": "https://example.org/"}'
    return f"""
Project:  {", ".join(slugs)}
Token:    {where}

Send an event, read the key figures, open the documentation:

  curl -X POST "{url}/api/v1/analytics{named}" -H "Authorization: Bearer {token}" -d '{event}'
  curl "{url}/api/web-events/{slugs[0]}/kpis?range=24h" -H "Authorization: Bearer {token}"
  curl {url}/docs
"""


def _write(path: Path, token: str) -> None:
    """Readable by the owner alone from the first moment on, whatever was there before."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token + "\n")


def sign_in_line(url: str, settings: Settings, meta: Meta, page: str = "/") -> str:
    """A link to the dashboard of the server at `url`: with a code, unless nobody needs to sign in."""
    if settings.auth == "off":
        return f"Open:     {url}{page}"
    to = "" if page == "/" else f"?to={settings.base_path}{page}"
    return f"Sign in:  {url}/sign-in{to}#code={meta.sign_ins.new_code()}    (works once, within ten minutes)"
