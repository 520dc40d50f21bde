"""Web analytics, `/api/web-events/{slug}`, as a surface: it only reads."""

from __future__ import annotations

from footfall.api.surface import Surface

WEB = Surface("web", "/api/web-events", shares=True)
