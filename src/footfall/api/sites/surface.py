"""All sites, `/api/sites`, as a surface."""

from __future__ import annotations

from footfall.api.surface import Surface

SITES = Surface("sites", "/api/sites")
