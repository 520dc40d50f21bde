"""/openapi.json: FastAPI's description, and what FastAPI can't know."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

Schema = dict[str, Any]

_REFERENCE = "#/components/schemas/"

REQUIRED = "x-required"
"""Marks a parameter as required in its schema, where the surface itself answers a request without it."""

TEXT = """Self-hosted traffic analytics. Send a token as `Authorization: Bearer <token>`, as
`Authorization: <token>` or as `X-API-Key: <token>`; never in the query string. All instants are UTC."""


def describe(api: FastAPI, routers: Sequence[APIRouter]) -> dict[str, Any]:
    """The API's description, made once, and how a token is sent: every operation needs one unless it says otherwise."""
    if api.openapi_schema is None:
        made = get_openapi(
            title=api.title,
            version=api.version,
            description=api.description,
            routes=api.routes,
            servers=api.servers or None,
        )
        made = _with_names(made)
        made["components"]["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        made["security"] = [{"bearer": []}, {"header": []}]
        for operations in made["paths"].values():
            for operation in operations.values():
                _correct(operation)
        _restore_nulls(made, routers)
        _remove_unused(made)
        api.openapi_schema = made
    return api.openapi_schema


def _correct(operation: dict[str, Any]) -> None:
    """Marks `REQUIRED` parameters; a bad parameter is 400 in the surface's shape; guessed tokens are 429.

    A parameter may be absent, but never null. Errors are JSON, whatever the route answers otherwise.
    """
    answers = operation["responses"]
    for parameter in operation.get("parameters", ()):
        if parameter["schema"].pop(REQUIRED, False):
            parameter["required"] = True
        parameter["schema"] = _without_null(parameter["schema"])
    for status, answer in answers.items():
        if status >= "400" and "text/plain" in answer.get("content", {}):
            answer["content"] = {"application/json": answer["content"]["text/plain"]}
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    if "401" in answers:
        answers.setdefault("429", answers["401"] | {"description": "Too many bad tokens from this address."})


def _without_null(schema: Schema) -> Schema:
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    only: Schema = kinds[0]
    return only | {name: value for name, value in schema.items() if name != "anyOf"}


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


def _with_names(made: dict[str, Any]) -> dict[str, Any]:
    """Every schema of an object under a name of its own, which is its title: generators name types by it.

    Models of several surfaces may have the same name: FastAPI then names them by their modules. Bodies come with their
    schemas inline.
    """
    schemas: dict[str, Schema] = made["components"]["schemas"]
    for operations in made["paths"].values():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["schema"] = _named(content["schema"], schemas)
    text = json.dumps(made)
    for name, schema in schemas.items():
        text = text.replace(f'"{_REFERENCE}{name}"', f'"{_REFERENCE}{_short(name, schema)}"')
    found: dict[str, Any] = json.loads(text)
    renamed = {_short(name, schema): schema for name, schema in found["components"]["schemas"].items()}
    found["components"]["schemas"] = {name: schema | {"title": name} for name, schema in sorted(renamed.items())}
    return found


def _short(name: str, schema: Schema) -> str:
    """`TrackingStats` for `footfall__api__tracking__schema__Stats`.

    `ErrorObject` for an `Error` that has a property `error`: generated code can't tell them apart.
    """
    *modules, model = name.split("__")
    short = (modules[2].capitalize() if modules else "") + model
    return f"{short}Object" if short.lower() in schema.get("properties", {}) else short


def _named(node: Any, schemas: dict[str, Schema]) -> Any:
    """What a body's schema says, with references in place of the titled objects, which become components."""
    if isinstance(node, list):
        return [_named(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: _named(value, schemas) for name, value in node.items()}
    title = found.get("title")
    if not isinstance(title, str) or "properties" not in found:
        return found
    if schemas.setdefault(title, found) != found:
        raise ValueError(f"two different schemas have the name {title!r}")
    return {"$ref": f"{_REFERENCE}{title}"}


def _remove_unused(made: dict[str, Any]) -> None:
    """Components that nothing refers to: FastAPI's own error, which no surface answers with."""
    schemas = made["components"]["schemas"]
    while unused := schemas.keys() - set(re.findall(f'"{_REFERENCE}([^"]+)"', json.dumps(made))):
        for name in unused:
            del schemas[name]
