"""Litestar: `Litestar(..., middleware=[DefineMiddleware(FootfallMiddleware, client=client)])`.

Litestar calls such middleware for requests that have a route. `FootfallMiddleware(Litestar(...), client)` sees all.
"""

from footfall_client.asgi import FootfallMiddleware

__all__ = ["FootfallMiddleware"]
