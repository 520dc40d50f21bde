"""Writing endpoints: raw ASGI, since they are the ones that are called tens of thousands of times a second.

`calls` reads a request and answers it; each surface's handler is one coroutine `(Services, Call) -> Reply`.
"""
