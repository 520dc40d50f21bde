"""Browsers that name themselves only in the client hints that they send by default, not in their user agent.

`Sec-CH-UA` is a list of brands with their major versions (https://wicg.github.io/ua-client-hints/#sec-ch-ua).
"""

from __future__ import annotations

import re

NAMES = ("Brave", "DuckDuckGo", "Vivaldi")
"""Brands whose browsers send Chrome's user agent. The user agent definitions use the same names."""

_CHARS = 300
_VERSION = r'"\s*;\s*v="([0-9]{1,5})'
_BRANDS = {name: re.compile(f'"{name}{_VERSION}') for name in NAMES}


def hinted_agent(agent: str, brands: str) -> str:
    """The user agent; a brand that only `Sec-CH-UA` names is added at its end."""
    looked_at = brands[:_CHARS]
    for name in NAMES:
        if name in looked_at and name not in agent and (found := _BRANDS[name].search(looked_at)):
            return f"{agent} {name}/{found[1]}"
    return agent
