"""Writing endpoints are raw ASGI, since they are called tens of thousands of times a second.

`calls` reads a request and answers it; `fast_paths` goes in front of FastAPI; `rows` is for bodies of many rows.
Each surface's handler is one coroutine `(Collecting, Call, Sender) -> Reply`.
"""
