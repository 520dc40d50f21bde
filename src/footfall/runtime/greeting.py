"""What is printed at the start."""

from __future__ import annotations

from footfall.meta import Meta
from footfall.runtime.address import reachable
from footfall.runtime.parts import Parts
from footfall.settings import Settings


def greeting(parts: Parts, page: str = "/") -> str:
    """Where it serves, and a link that signs in and shows `page`.

    The first start makes a token, shown this once, for the projects that exist, else for a new one, `default`.
    """
    meta, settings = parts.meta, parts.settings
    url = reachable(settings.host, settings.port)
    slugs = [project.slug for project in meta.projects()]
    if slugs and meta.tokens():
        return f"Footfall serves on {url}\n\n{sign_in_line(url, settings, meta, page)}\n"
    slugs = slugs or [meta.create_project("default").slug]
    token, _ = meta.create_token("first start", ["read", "ingest"], slugs, None)
    named = f"?project={slugs[0]}" if slugs[1:] else ""  # a token for several projects does not say which
    event = '{"event_name": "hello", "category": "page_view", "page_url": "https://example.org/"}'
    return f"""
Footfall serves on {url}

{sign_in_line(url, settings, meta, page)}

Project:  {", ".join(slugs)}
Token:    {token}    (read and ingest; it is not shown again)

Send an event, read the key figures, open the documentation:

  curl -X POST "{url}/api/v1/analytics{named}" -H "Authorization: Bearer {token}" -d '{event}'
  curl "{url}/api/web-events/{slugs[0]}/kpis?range=24h" -H "Authorization: Bearer {token}"
  curl {url}/docs
"""


def sign_in_line(url: str, settings: Settings, meta: Meta, page: str = "/") -> str:
    """A link to the dashboard of the server at `url`: with a code, unless nobody needs to sign in."""
    if settings.auth == "off":
        return f"Open:     {url}{page}"
    to = "" if page == "/" else f"?to={page}"
    return f"Sign in:  {url}/sign-in{to}#code={meta.sign_ins.new_code()}    (works once, within ten minutes)"
