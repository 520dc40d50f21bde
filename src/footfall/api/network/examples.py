"""The answer that /openapi.json shows."""

from __future__ import annotations

from footfall.api.documented import Responses, refusals
from footfall.api.network.surface import NETWORK

_FIGURES = {"visits": 1, "requests": 4, "bytes": 9677, "date": "2025-05-31T18:45:00Z"}

ANALYTICS: Responses = refusals(NETWORK.errors, 400, 401, 403, 404, 429, 503) | {
    200: {
        "content": {
            "application/json": {
                "example": {
                    "status": "success",
                    "response": {
                        "visits": [_FIGURES],
                        "countries": [{"type": "BR", **_FIGURES}],
                        "devices": [{"type": "desktop", **_FIGURES}],
                        "os": [{"type": "Windows", **_FIGURES}],
                        "browsers": [{"type": "Chrome", **_FIGURES}],
                        "protocols": [{"type": "https", **_FIGURES}],
                        "methods": [{"type": "GET", **_FIGURES}],
                        "paths": [{"type": "/pricing", **_FIGURES}],
                        "referers": [{"type": "direct", **_FIGURES}],
                        "providers": [{"type": "Cloudflare", **_FIGURES}],
                    },
                }
            }
        }
    }
}
