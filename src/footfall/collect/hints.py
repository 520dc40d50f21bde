"""What browsers say in their default client hints and not in their user agent.

`Sec-CH-UA` is a list of brands with their major versions (https://wicg.github.io/ua-client-hints/#sec-ch-ua).
"""

from __future__ import annotations

import re

BROWSERS = ("Brave", "DuckDuckGo", "Vivaldi")
"""Brands whose browsers send Chrome's user agent. The user agent definitions use the same names."""

PROGRAMS = ("HeadlessChrome",)
"""Brands of headless browsers, which may send the user agent of an ordinary one."""

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
