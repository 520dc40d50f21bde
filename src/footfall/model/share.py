"""Links that show a project to people without a token."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.model.period import Period


@dataclass(frozen=True, slots=True)
class ShareLimits:
    """What a link shows at most: the events of a filter string, in a named range or a period; `""` and None: all."""

    filter: str = ""
    range: str | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A link. `project` is a number; `embed` are the origins whose pages may show it in a frame; `created_at` in ms.

    `badge` says whether its live count is open to everybody who knows the id.
    """

    id: str
    project: int
    name: str
    has_password: bool
    limits: ShareLimits
    embed: tuple[str, ...]
    badge: bool
    created_at: int
