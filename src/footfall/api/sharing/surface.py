"""Following a link, `/api/shares`, as a surface. Links are made and revoked below `/api/projects`."""

from __future__ import annotations

from footfall.api.surface import Surface

SHARING = Surface("sharing", "/api/shares")
