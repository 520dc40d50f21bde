"""What is printed at the start."""

from __future__ import annotations

from footfall.runtime.address import reachable
from footfall.runtime.parts import Parts


def greeting(parts: Parts) -> str:
    """The first start makes the project `default` and a token, which is shown this once."""
    settings = parts.settings
    url = reachable(settings.host, settings.port)
    if parts.meta.projects():
        return f"Footfall serves on {url}"
    parts.meta.create_project("default")
    token, _ = parts.meta.create_token("first start", ["read", "ingest"], ["default"], None)
    event = '{"event_name": "hello", "category": "page_view", "page_url": "https://example.org/"}'
    return f"""
Footfall serves on {url}

Project:  default
Token:    {token}    (read and ingest; it is not shown again)

Send an event, read the key figures, open the documentation:

  curl -X POST {url}/api/v1/analytics -H "Authorization: Bearer {token}" -d '{event}'
  curl "{url}/api/web-events/default/kpis?range=24h" -H "Authorization: Bearer {token}"
  curl {url}/docs
"""
