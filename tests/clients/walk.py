"""A first hour with a client that openapi-python-client generates: it must type-check, and answers be as typed."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from footfall_api_client import AuthenticatedClient
from footfall_api_client.api.event_collection import events_store
from footfall_api_client.api.projects import projects_create, projects_delete, projects_show
from footfall_api_client.api.web_analytics import web_events, web_kpis, web_top_pages
from footfall_api_client.models import ErrorObject, EventItem, EventModel, Kpis, NewProject, ProjectDetails


def walk(url: str, token: str) -> None:
    client = AuthenticatedClient(base_url=url, token=token)
    new = NewProject(slug="python", domains=["py.example"], timezone="Europe/Berlin")
    made = projects_create.sync(client=client, body=new)
    assert isinstance(made, ProjectDetails), made
    assert abs((datetime.now(UTC) - made.created_at).total_seconds()) < 60
    sent = EventModel(event_name="page_view", category="page_view", page_url="https://py.example/a")
    assert events_store.sync_detailed(client=client, body=sent, project="python", x_project="python").status_code == 200
    assert _one_pageview(client)
    pages = web_top_pages.sync("python", client=client, range_="24h", compare=True)
    assert pages is not None
    assert not isinstance(pages, ErrorObject)
    assert [item.path for item in pages.items] == ["/a"]
    events = web_events.sync("python", client=client, range_="24h")
    assert events is not None
    assert not isinstance(events, ErrorObject)
    first: EventItem = events.items[0]
    assert first.timestamp.tzinfo is not None
    projects_delete.sync_detailed("python", client=client)
    refused = projects_show.sync("python", client=client)
    assert isinstance(refused, ErrorObject)
    assert refused.error.code == "not_found"


def _one_pageview(client: AuthenticatedClient) -> bool:
    """Whether it is counted within ten seconds."""
    for _ in range(100):
        found = web_kpis.sync("python", client=client, range_="24h")
        if isinstance(found, Kpis) and found.current.pageviews == 1:
            return True
        time.sleep(0.1)
    return False


if __name__ == "__main__":
    walk(sys.argv[1], sys.argv[2])
