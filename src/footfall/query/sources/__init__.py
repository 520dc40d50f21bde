"""Where the answer to a query is read: the cheapest source that gives the documented figure (docs/adr/0020)."""

from footfall.query.sources.choose import Source, choose, slices

__all__ = ["Source", "choose", "slices"]
