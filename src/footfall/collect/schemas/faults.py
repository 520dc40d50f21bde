"""Errors of a body that breaks its schema, in the form of FastAPI with Pydantic 2."""

from __future__ import annotations

import json
from datetime import datetime
from functools import reduce
from operator import getitem
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import PydanticKnownError

from footfall.collect.surrogates import HALF_A_PAIR
from footfall.collect.unknown import Ignored
from footfall.errors import UserError
from footfall.nearest import suggestion

INPUT_CHARS = 10_000
"""Longest input that an answer quotes, as JSON: a list with one item too many would come back whole."""

MAX_FAULTS = 1_000
"""Most faults that an answer lists."""

_Model = TypeVar("_Model", bound=BaseModel)


class SchemaError(UserError):
    """A body that breaks the schema. `faults` is the documented `detail` list, ready for JSON."""

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        first = faults[0]
        super().__init__("invalid", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        self.faults = faults


def _unicode(text: str) -> str:
    """Neither the spool nor the store can keep half a surrogate pair."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise PydanticKnownError("string_unicode") from None
    return text


Text = Annotated[str, AfterValidator(_unicode)]


def parsed(body: bytes) -> Any:
    """The JSON of a body; SchemaError where it has none."""
    if not body:
        raise SchemaError([{"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}])
    try:
        return json.loads(body, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _not_json(error.pos, error.msg) from error
    except UnicodeDecodeError as error:
        raise _not_json(error.start, "not UTF-8") from error
    except RecursionError as error:
        raise _not_json(0, "nested too deeply") from error
    except ValueError as error:
        raise _not_json(0, str(error)) from error


def validated(kind: type[_Model], sent: Any) -> _Model:
    """A parsed body as a model; SchemaError lists what is wrong with it."""
    try:
        return kind.model_validate(sent, from_attributes=True)  # as FastAPI does: it affects the message
    except ValidationError as error:
        faults = error.errors(include_url=False)[:MAX_FAULTS]
        raise SchemaError([_fault(found) for found in faults]) from error


def unknown_fields(ignored: Ignored, body: bytes) -> SchemaError:
    """The refusal of names that are unknown, each with what the body has there."""
    sent = parsed(body)
    return SchemaError(
        [
            {
                "type": "extra_forbidden",
                "loc": ["body", *one.loc],
                "msg": f"Extra inputs are not permitted{suggestion(str(one.loc[-1]), one.known)}",
                **quoted(reduce(getitem, one.loc, sent)),
            }
            for one in ignored
        ]
    )


def quoted(value: Any) -> dict[str, Any]:
    """The offending input, unless it is long or has no form in JSON: 1e999 is read as infinity."""
    if isinstance(value, datetime):
        value = value.isoformat()
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError:
        return {}
    return {"input": value} if len(text) <= INPUT_CHARS else {}


def _fault(found: Any) -> dict[str, Any]:
    kind, message = found["type"], found["msg"]
    if kind == "string_unicode":
        kind, message = "bad_text", HALF_A_PAIR
    fault = {"type": kind, "loc": ["body", *found["loc"]], "msg": message, **quoted(found["input"])}
    if "ctx" in found:
        fault["ctx"] = {
            name: value if isinstance(value, int | float | str) else str(value) for name, value in found["ctx"].items()
        }
    return fault


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _not_json(position: int, reason: str) -> SchemaError:
    fault = {"type": "json_invalid", "loc": ["body", position], "msg": "JSON decode error", "input": {}}
    return SchemaError([fault | {"ctx": {"error": reason}}])
