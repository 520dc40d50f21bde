"""Bodies of many independent rows: `{"<list>": [...]}` or NDJSON, where one bad row refuses only itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from footfall.collect.limits import RefusedError
from footfall.errors import UserError

BODY_BYTES = 10 << 20
LIST_ROWS = 1_000

NDJSON = "application/x-ndjson"

_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was refused: its place in the body, counted from 0, a stable code, and the reason."""

    index: int
    code: str
    message: str


def split(body: bytes, content_type: str, name: str) -> list[msgspec.Raw]:
    """The rows of a body, each still JSON. UserError `bad_body` where there is no list of 1 to 1,000 rows.

    NDJSON may hold as many lines as fit the size; blank lines are passed over.
    """
    if content_type.partition(";")[0].strip().lower() == NDJSON:
        rows = [msgspec.Raw(line) for line in body.splitlines() if line.strip()]
        if not rows:
            raise UserError("bad_body", "the body has no line")
        return rows
    try:
        lists = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        rows = msgspec.json.decode(lists[name], type=list[msgspec.Raw])
    except KeyError:
        raise UserError("bad_body", f"the body has no {name!r}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UserError("bad_body", f'the body is not JSON of the form {{"{name}": [...]}}: {error}') from error
    if not 1 <= len(rows) <= LIST_ROWS:
        raise UserError("bad_body", f"{name}: {len(rows)} rows; 1 to {LIST_ROWS} are allowed")
    return rows


def convert(
    rows: list[msgspec.Raw], decode: Callable[[msgspec.Raw], _In], accept: Callable[[_In], _Out]
) -> tuple[list[_Out], list[Rejected]]:
    """What each row becomes, and the rows that were refused."""
    accepted: list[_Out] = []
    rejected: list[Rejected] = []
    for index, row in enumerate(rows):
        try:
            accepted.append(accept(decode(row)))
        except RefusedError as error:
            rejected.append(Rejected(index, error.code, error.message))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            rejected.append(Rejected(index, "invalid", str(error)))
    return accepted, rejected
