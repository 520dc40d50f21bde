"""Projects, `/api/projects`, as a surface: what `footfall project` does, over HTTP."""

from __future__ import annotations

from footfall.api.surface import Surface

PROJECTS = Surface("projects", "/api/projects", streams=("/api/projects/{slug}/uploads/{upload_id}",))
