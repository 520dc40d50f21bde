"""Sends events, pageviews and HTTP requests to a Footfall server, in the background.

`Footfall` is the client; the middlewares live in modules of their own (`asgi`, `wsgi`, `fastapi`, `starlette`,
`litestar`, `flask`, `django`), of which only the last two import their framework.
"""

from footfall_client.client import Footfall

__all__ = ["Footfall"]
__version__ = "0.1.0"
