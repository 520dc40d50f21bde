"""Bodies of many independent rows: `{"<list>": [...]}` or NDJSON, where a bad row does not affect the others."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from footfall.collect.explaining import explained
from footfall.collect.limits import RefusedError
from footfall.collect.surrogates import HALF_A_PAIR, find_half
from footfall.collect.unknown import MAX_NAMES, Ignored, Reader, Unknown, of_names
from footfall.errors import UserError

BODY_BYTES = 10 << 20
MAX_ROWS = 1_000
MAX_LISTED = 1_000
"""Most refused rows that an answer lists: a body of very short lines has millions."""

NDJSON = "application/x-ndjson"

_BOM = b"\xef\xbb\xbf"

_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A refused row: its index in the body, counted from 0, a stable code, and the reason."""

    index: int
    code: str
    message: str


@dataclass(slots=True)
class Refusals:
    """What is not stored of one body: refused rows (the first 1,000 one by one, all by code) and unknown names."""

    listed: list[Rejected] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, Unknown] = field(default_factory=dict)

    @property
    def ignored(self) -> Ignored:
        """The unknown names of the body and its rows."""
        return tuple(self.unknown.values())

    @property
    def total(self) -> int:
        return self.codes.total()

    def add(self, index: int, code: str, error: Exception) -> None:
        self.codes[code] += 1
        if len(self.listed) < MAX_LISTED:
            self.listed.append(Rejected(index, code, str(error)))

    def ignore(self, found: Ignored, *place: str | int) -> None:
        """Notes unknown names of what stands at `place` in the body."""
        for one in found:
            if len(self.unknown) < MAX_NAMES:
                self.unknown.setdefault(one.name, replace(one, loc=(*place, *one.loc)))


def split(body: bytes, content_type: str, name: str) -> tuple[Iterable[msgspec.Raw], Ignored]:
    """The rows of a body, each still JSON, and the names that stand unknown beside the list.

    UserError `bad_body` where there is no list of 1 to 1,000 rows. NDJSON may hold as many lines as the size of the
    body allows, read one at a time; blank lines are skipped, and so is the byte order mark that some editors put before
    the first.
    """
    body = body.removeprefix(_BOM)
    if content_type.partition(";")[0].strip().lower() == NDJSON:
        if not body.strip():
            raise UserError("bad_body", "the body has no line")
        return (msgspec.Raw(line) for line in io.BytesIO(body) if line.strip()), ()
    try:
        rows, beside = _listed(body, name)
    except KeyError:
        raise UserError("bad_body", f"the body has no {name!r}") from None
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise UserError("bad_body", f'the body is not JSON of the form {{"{name}": [...]}}: {error}') from error
    if not 1 <= len(rows) <= MAX_ROWS:
        raise UserError("bad_body", f"{name}: {len(rows)} rows; 1 to {MAX_ROWS} are allowed")
    return rows, of_names(beside, (name,))


def _listed(body: bytes, name: str) -> tuple[list[msgspec.Raw], Iterable[str]]:
    """The rows, and all names of the body."""
    try:
        lists = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        return items_of(lists[name]), lists
    except msgspec.DecodeError as error:
        # JSON allows half a surrogate pair, and msgspec does not: only the row with such a text is refused.
        whole = json.loads(body)
        if not isinstance(whole, dict):
            raise TypeError(str(error)) from error
        return items_of(json.dumps(whole[name]).encode()), whole


def items_of(array: bytes | msgspec.Raw) -> list[msgspec.Raw]:
    """The items of a JSON array, each still JSON. MsgspecError, ValueError, TypeError or RecursionError."""
    try:
        return _items(array)
    except msgspec.DecodeError as error:
        items = json.loads(bytes(array))
        if not isinstance(items, list):
            raise TypeError(str(error)) from error
        return [msgspec.Raw(json.dumps(item).encode()) for item in items]


def convert(
    rows: Iterable[msgspec.Raw], reader: Reader[_In], accept: Callable[[_In], _Out], beside: Ignored = ()
) -> tuple[list[_Out], Refusals]:
    """The records of the accepted rows, and what is not stored; `beside` are unknown names beside the rows."""
    accepted: list[_Out] = []
    refusals = Refusals()
    refusals.ignore(beside)
    decode = reader.read
    for index, row in enumerate(rows):
        try:
            found, unknown = decode(row)
            if unknown:
                refusals.ignore(unknown, index)
            accepted.append(accept(found))
        except RefusedError as error:
            refusals.add(index, error.code, error)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            refusals.add(index, *_explained(error, row))
    return accepted, refusals


def _explained(error: Exception, row: msgspec.Raw) -> tuple[str, Exception]:
    """A code, and the error with the field and its value, where the row can be read."""
    try:
        value = json.loads(bytes(row))
    except (ValueError, RecursionError) as fault:
        return "invalid", ValueError(f"not JSON: {fault}")
    if not isinstance(error, msgspec.ValidationError):
        half = find_half(value)
        if half is None:
            return "invalid", error
        return "bad_text", ValueError(f"{half[:60] or 'the row'}: {HALF_A_PAIR}")
    return "invalid", ValueError(explained(error, value))
