"""Network analytics, `/v2/apps/{app_id}/network`, as a surface: it only reads."""

from __future__ import annotations

from footfall.api.problem import STATUS_CODED
from footfall.api.surface import Surface

NETWORK = Surface("network", "/v2/apps", STATUS_CODED)
