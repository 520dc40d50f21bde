"""Starlette: `app.add_middleware(FootfallMiddleware, client=client)`."""

from footfall_client.asgi import FootfallMiddleware

__all__ = ["FootfallMiddleware"]
