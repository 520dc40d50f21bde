"""What browsers say in the client hints that they send by default and not in their user agent.

`Sec-CH-UA` is a list of brands with their major versions (https://wicg.github.io/ua-client-hints/#sec-ch-ua).
"""

from __future__ import annotations

import re

BROWSERS = ("Brave", "DuckDuckGo", "Vivaldi")
"""Brands whose browsers send Chrome's user agent. The user agent definitions use the same names."""

PROGRAMS = ("HeadlessChrome",)
"""Brands of browsers without a window, whose agent can be set to that of a person's browser."""

_NAMES = (*PROGRAMS, *BROWSERS)
_CHARS = 300
_VERSION = r'"\s*;\s*v="([0-9]{1,5})'
_BRANDS = {name: re.compile(f'"{name}{_VERSION}') for name in _NAMES}


def hinted_agent(agent: str, brands: str) -> str:
    """The user agent; a brand that only `Sec-CH-UA` names is added at its end.

    No user agent stays none, whatever the brands: every browser sends one.
    """
    looked_at = brands[:_CHARS] if agent.strip() else ""
    for name in _NAMES:
        if name in looked_at and name not in agent and (found := _BRANDS[name].search(looked_at)):
            return f"{agent} {name}/{found[1]}"
    return agent
