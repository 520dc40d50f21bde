"""What a retention would remove, where no server runs that could be asked."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from footfall.api.projects.schema import previewed
from footfall.clock import system_clock
from footfall.model.project import Project
from footfall.rollups.expiry import preview as preview_in
from footfall.settings import Settings
from footfall.store.clickhouse import open_store


def preview(settings: Settings, project: Project, days: int) -> dict[str, Any]:
    """As `GET /api/projects/{slug}/retention` answers."""
    with closing(open_store(settings)) as store:
        store.migrate()
        return previewed(preview_in(store, project, days, system_clock())).model_dump(mode="json")
