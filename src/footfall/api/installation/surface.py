"""The installation, `/api/installation`, as a surface."""

from __future__ import annotations

from footfall.api.surface import Surface

INSTALLATION = Surface("installation", "/api/installation")
