"""What is printed at the start, and where the first token goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from footfall.runtime.address import reachable
from footfall.runtime.parts import Parts

FIRST_TOKEN = "first-token"  # noqa: S105 - the name of a file
"""The file in the data directory that holds the first token, where no person sees what is printed."""


def greeting(parts: Parts) -> str:
    """The first start makes a token for the projects that exist, else for a new one, `default`.

    A terminal shows it, this once. Anything else keeps what it is given (a journal, a container's log), so there the
    token goes into a file that only its owner can read.
    """
    meta, settings = parts.meta, parts.settings
    url = reachable(settings.host, settings.port)
    slugs = [project.slug for project in meta.projects()]
    if slugs and meta.tokens():
        return f"Footfall serves on {url}"
    slugs = slugs or [meta.create_project("default").slug]
    token, _ = meta.create_token("first start", ["read", "ingest"], slugs, None)
    if sys.stdout.isatty():
        return _told(url, slugs, f"{token}    (read and ingest; it is not shown again)", token)
    path = (settings.data / FIRST_TOKEN).resolve()
    _write(path, token)
    return _told(url, slugs, f"in {path}    (read and ingest; remove the file once you have it)", f"$(cat {path})")


def _told(url: str, slugs: Sequence[str], where: str, token: str) -> str:
    named = f"?project={slugs[0]}" if slugs[1:] else ""  # a token for several projects does not say which
    event = '{"event_name": "hello", "category": "page_view", "page_url": "https://example.org/"}'
    return f"""
Footfall serves on {url}

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
