"""Flask: `init_app(app, client)`."""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from footfall_client._observer import Sink
from footfall_client._templates import angles
from footfall_client.wsgi import Environ, FootfallMiddleware

_KEY = "footfall.route"


def init_app(app: Flask, client: Sink, **options: Any) -> None:
    """Report the application's requests to `client`. `options` are those of `FootfallMiddleware`."""

    def note() -> None:
        try:
            request.environ[_KEY] = _rule(app, request)
        except Exception as error:  # noqa: BLE001 - an error here must not reach the application
            client.fault("flask", error)

    # First in the list: a function that returns a response ends it.
    app.before_request_funcs.setdefault(None, []).insert(0, note)
    app.wsgi_app = FootfallMiddleware(app.wsgi_app, client, route=_found, **options)  # type: ignore[method-assign]


def _found(environ: Environ) -> str | None:
    rule = environ.get(_KEY)
    return environ.get("SCRIPT_NAME", "") + angles(rule) if rule else None


def _rule(app: Flask, asked: Request) -> str | None:
    if asked.url_rule is not None:
        return asked.url_rule.rule
    wrong = asked.routing_exception
    if not isinstance(wrong, MethodNotAllowed) or not wrong.valid_methods:
        return None
    adapter = app.create_url_adapter(asked)
    try:
        found = adapter.match(method=next(iter(wrong.valid_methods)), return_rule=True) if adapter else None
    except HTTPException:
        return None
    return found[0].rule if found else None
