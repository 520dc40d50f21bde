"""Every surface, once. The order is that of /openapi.json."""

from __future__ import annotations

from footfall.api.collect.surface import COLLECT
from footfall.api.events.surface import EVENTS
from footfall.api.installation.surface import INSTALLATION
from footfall.api.network.surface import NETWORK
from footfall.api.problem import CODED, ErrorShape
from footfall.api.projects.surface import PROJECTS
from footfall.api.proxy.surface import PROXY
from footfall.api.session.surface import SESSION
from footfall.api.sharing.surface import SHARING
from footfall.api.site.surface import SITE
from footfall.api.sites.surface import SITES
from footfall.api.surface import Surface
from footfall.api.tokens.surface import TOKENS
from footfall.api.tracking.surface import TRACKING
from footfall.api.web.surface import WEB

SURFACES: tuple[Surface, ...] = (
    EVENTS,
    WEB,
    TRACKING,
    NETWORK,
    PROXY,
    COLLECT,
    PROJECTS,
    SHARING,
    TOKENS,
    INSTALLATION,
    SESSION,
    SITES,
    SITE,
)


def errors_of(path: str) -> ErrorShape:
    """How errors at a path are worded, whether or not anything is there."""
    for surface in SURFACES:
        if path == surface.prefix or path.startswith(surface.prefix + "/"):
            return surface.errors
    return CODED
