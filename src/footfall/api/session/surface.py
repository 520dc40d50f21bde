"""Sign-ins, `/api/session`, as a surface."""

from __future__ import annotations

from footfall.api.surface import Surface

SESSION = Surface("session", "/api/session")
