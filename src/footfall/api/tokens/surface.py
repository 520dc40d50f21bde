"""Tokens, `/api/tokens`, as a surface: what `footfall token` does, over HTTP."""

from __future__ import annotations

from footfall.api.surface import Surface

TOKENS = Surface("tokens", "/api/tokens")
