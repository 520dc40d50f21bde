"""/openapi.json: FastAPI's description, and what FastAPI can't know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

REQUIRED = "x-required"
"""Marks a parameter as required in its schema, where the surface itself answers a request without it."""

TEXT = """Self-hosted traffic analytics. Send a token as `Authorization: Bearer <token>`, as
`Authorization: <token>` or as `X-API-Key: <token>`; never in the query string. All instants are UTC."""


def describe(api: FastAPI, routers: Sequence[APIRouter]) -> dict[str, Any]:
    """The API's description, made once, and how a token is sent: every operation needs one unless it says otherwise."""
    if api.openapi_schema is None:
        made = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
        made["components"]["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        made["security"] = [{"bearer": []}, {"header": []}]
        for operations in made["paths"].values():
            for operation in operations.values():
                _correct(operation)
        _restore_nulls(made, routers)
        api.openapi_schema = made
    return api.openapi_schema


def _correct(operation: dict[str, Any]) -> None:
    """Marks `REQUIRED` parameters; a bad parameter is 400 in the surface's shape; guessed tokens are 429."""
    answers = operation["responses"]
    for parameter in operation.get("parameters", ()):
        if parameter["schema"].pop(REQUIRED, False):
            parameter["required"] = True
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    if "401" in answers:
        answers.setdefault("429", answers["401"] | {"description": "Too many bad tokens from this address."})


def _restore_nulls(made: dict[str, Any], routers: Sequence[APIRouter]) -> None:
    """Puts the examples back as they were written: FastAPI drops every null from a description, examples' too."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    for route in routes:
        for method in (route.methods or ()) if route.include_in_schema else ():
            answers = made["paths"][route.path_format][method.lower()]["responses"]
            for status, answer in route.responses.items():
                for kind, content in answer.get("content", {}).items():
                    if "example" in content:
                        answers[str(status)]["content"][kind]["example"] = content["example"]
