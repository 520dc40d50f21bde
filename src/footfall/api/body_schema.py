"""JSON schemas of request bodies for /openapi.json, made from what reads the bodies."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import BaseModel

Schema = dict[str, Any]

_REFERENCE = "#/$defs/{name}"


def of_struct(kind: Any, **properties: Schema) -> Schema:
    """The schema of a msgspec type; `properties` adds what the struct can't say, such as what a `msgspec.Raw` holds."""
    (schema,), definitions = msgspec.json.schema_components([kind], ref_template=_REFERENCE)
    found = _inlined(schema, definitions)
    for name, said in properties.items():
        found["properties"][name] |= said
    return found


def of_model(kind: type[BaseModel]) -> Schema:
    """The schema of a Pydantic model, which reads bodies only to say why they fail."""
    schema = kind.model_json_schema(ref_template=_REFERENCE.format(name="{model}"))
    definitions = schema.pop("$defs", {})
    return _inlined(schema, definitions)


def list_of(item: Schema, most: int, least: int = 0) -> Schema:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


def wrapped(name: str, value: Schema) -> Schema:
    """The schema of `{"<name>": value}`."""
    return {"type": "object", "properties": {name: value}, "required": [name]}


def _inlined(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """The schema with its definitions where they are referred to, since a route's extra can't add components."""

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return walk(definitions[node["$ref"].rpartition("/")[2]])
            found = {name: walk(value) for name, value in node.items() if (name, value) != ("required", [])}
            return found | {"items": {}} if found.get("type") == "array" and "items" not in found else found
        return [walk(item) for item in node] if isinstance(node, list) else node

    found: Schema = walk(schema)
    return found
