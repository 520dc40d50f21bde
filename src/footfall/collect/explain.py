"""Why a body of the events surface is refused, as FastAPI with Pydantic 2 says it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_core import PydanticCustomError, PydanticKnownError

from footfall import ids
from footfall.collect.events import BATCH_EVENTS, BatchIn, Category, EventIn, Priority
from footfall.collect.limits import RefusedError
from footfall.errors import UserError

INPUT_CHARS = 10_000
"""Longest input that an answer quotes, as JSON: a list with one item too many would come back whole."""

MOST_FAULTS = 1_000
"""Most faults that an answer lists."""

_Model = TypeVar("_Model", bound=BaseModel)


class SchemaError(UserError):
    """A body that breaks the schema. `faults` is the documented `detail` list, ready for JSON."""

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        first = faults[0]
        super().__init__("invalid", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        self.faults = faults


def _unicode(text: str) -> str:
    """Half a surrogate pair is no text: neither the spool nor the store could keep it."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise PydanticKnownError("string_unicode") from None
    return text


Text = Annotated[str, AfterValidator(_unicode)]


def _known_id(text: str) -> str:
    if ids.parse(text) is None:
        raise PydanticCustomError("event_id_parsing", "Input should be a ULID or a UUID")
    return text


class EventModel(BaseModel):
    """One event. Also the schema in /openapi.json."""

    event_name: str = Field(min_length=1, max_length=100, description="What happened.")
    category: Category = "user_action"
    priority: Priority = "medium"
    properties: dict[str, Any] | None = Field(
        None, description="Any JSON object: at most 32 KiB, 64 keys, 5 levels, texts of 4 KiB, numbers of 64 bits."
    )
    timestamp: datetime | None = Field(None, description="When it happened; the time of receipt where absent.")
    session_id: Text | None = None
    page_url: Text | None = None
    referrer: Text | None = None
    user_agent: Text | None = None
    event_id: Annotated[str, AfterValidator(_known_id)] | None = Field(
        None, description="ULID or UUID of the sender's, in a batch: the same id within 24 hours is stored once."
    )


class BatchModel(BaseModel):
    """1 to 100 events. Also the schema in /openapi.json."""

    events: list[EventModel] = Field(min_length=1, max_length=BATCH_EVENTS)
    client_id: Text | None = Field(None, description="The visitor of all these events.")


def refused(error: RefusedError, value: Any) -> SchemaError:
    """A single event's refusal in the shape of a schema fault."""
    fault = {"type": error.code, "loc": ["body", error.field], "msg": error.message}
    return SchemaError([fault | carried(value)])


def event(body: bytes) -> EventIn:
    """The event, where Pydantic is more lenient; else SchemaError."""
    return _event_in(validated(EventModel, body))


def batch(body: bytes) -> BatchIn:
    """As `event`, for a batch."""
    model = validated(BatchModel, body)
    return BatchIn([_event_in(one) for one in model.events], model.client_id)


def _event_in(model: EventModel) -> EventIn:
    return EventIn(**{name: getattr(model, name) for name in EventModel.model_fields})


def validated(kind: type[_Model], body: bytes) -> _Model:
    if not body:
        raise SchemaError([{"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}])
    try:
        return kind.model_validate(_parsed(body), from_attributes=True)  # as FastAPI: it decides the message
    except ValidationError as error:
        faults = error.errors(include_url=False)[:MOST_FAULTS]
        raise SchemaError([_fault(found) for found in faults]) from error


def _fault(found: Any) -> dict[str, Any]:
    fault = {"type": found["type"], "loc": ["body", *found["loc"]], "msg": found["msg"], **carried(found["input"])}
    if "ctx" in found:
        fault["ctx"] = {
            name: value if isinstance(value, int | float | str) else str(value) for name, value in found["ctx"].items()
        }
    return fault


def carried(value: Any) -> dict[str, Any]:
    """The offending input, unless it is long, or JSON can't carry it back: 1e999 is read as infinity."""
    if isinstance(value, datetime):
        value = value.isoformat()
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError:
        return {}
    return {"input": value} if len(text) <= INPUT_CHARS else {}


def _parsed(body: bytes) -> Any:
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


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _not_json(position: int, reason: str) -> SchemaError:
    fault = {"type": "json_invalid", "loc": ["body", position], "msg": "JSON decode error", "input": {}}
    return SchemaError([fault | {"ctx": {"error": reason}}])
