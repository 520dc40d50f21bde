"""Names in a body that its wire format does not know: they change nothing, and the sender is told.

A body is decoded by a type that forbids unknown names. Only where that fails is it decoded by the format's own type,
and looked through for the names: what has none costs nothing.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import msgspec

from footfall.errors import UserError
from footfall.nearest import nearest, suggestion

MAX_NAMES = 20
"""Most distinct names of a body that are told and counted."""

NAME_CHARS = 64
"""Characters of a name that are told and counted."""

_T = TypeVar("_T")
_Shape = Any
"""What may hold names: `{name: shape}` of an object, `[shape]` of a list, else None."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name, where it stands in the body, and the names that are known there."""

    loc: tuple[str | int, ...]
    known: tuple[str, ...]

    @property
    def name(self) -> str:
        """`visitorId` in a row of a list, `payload.tille` in an object of the body."""
        rows = [place for place, part in enumerate(self.loc) if isinstance(part, int)]
        name = ".".join(str(part) for part in self.loc[rows[-1] + 1 if rows else 0 :])[:NAME_CHARS]
        return name.encode("utf-8", "replace").decode()

    @property
    def hint(self) -> str:
        """`visitorId: did you mean visitor_id?`, or `""` where no known name is similar."""
        found = nearest(str(self.loc[-1]), self.known)
        return f"{self.name}: did you mean {found}?" if found else ""

    @property
    def refusal(self) -> str:
        """`visitorId is not known; did you mean visitor_id?`."""
        return f"{self.name} is not known{suggestion(str(self.loc[-1]), self.known)}"


Ignored = tuple[Unknown, ...]
"""Unknown names of one body, each once, at most `MAX_NAMES`."""


class Reader(Generic[_T]):
    """Decodes bodies of one type. `also` are names that clients send and that nothing reads: they are known."""

    def __init__(self, kind: type[_T], *, also: Collection[str] = ()) -> None:
        self.closed: Callable[[bytes | msgspec.Raw], _T] = msgspec.json.Decoder(_closed(kind, also)).decode
        self._open = msgspec.json.Decoder(kind).decode
        self._shape = _shape(kind)
        for name in also:
            self._shape[name] = None

    def __call__(self, body: bytes | msgspec.Raw) -> _T:
        return self.read(body)[0]

    def read(self, body: bytes | msgspec.Raw) -> tuple[_T, Ignored]:
        """The body, and its unknown names. Raises what msgspec does where the body is not of the type."""
        try:
            return self.closed(body), ()
        except msgspec.ValidationError:
            return self.open(body)

    def open(self, body: bytes | msgspec.Raw) -> tuple[_T, Ignored]:
        """The same for a body that `closed` has refused."""
        return self._open(body), self.unknown(body)

    def unknown(self, body: bytes | msgspec.Raw) -> Ignored:
        """The unknown names of a body that is JSON, whatever its values are."""
        found: dict[str, Unknown] = {}
        _look(_parsed(body), self._shape, (), found)
        return tuple(found.values())


def of_names(names: Iterable[str], known: Collection[str]) -> Ignored:
    """Those of an object's names that are not known."""
    found = (Unknown((name,), tuple(known)) for name in names if name not in known)
    return tuple({one.name: one for one in islice(found, MAX_NAMES)}.values())


def refuse(ignored: Ignored) -> None:
    """Raises UserError `unknown_field` where there is an unknown name."""
    if ignored:
        raise UserError("unknown_field", "; ".join(one.refusal for one in ignored))


def _look(value: Any, shape: _Shape, loc: tuple[str | int, ...], found: dict[str, Unknown]) -> None:
    """Adds the unknown names of the value, the first of each name, up to `MAX_NAMES`."""
    if isinstance(shape, list) and isinstance(value, list):
        for index, item in enumerate(value):
            _look(item, shape[0], (*loc, index), found)
    elif isinstance(shape, dict) and isinstance(value, dict):
        for name in () if value.keys() <= shape.keys() else value:
            if name not in shape and len(found) < MAX_NAMES:
                one = Unknown((*loc, name), tuple(shape))
                found.setdefault(one.name, one)
        for name, inner in shape.items():
            if inner and name in value:
                _look(value[name], inner, (*loc, name), found)


def _parsed(body: bytes | msgspec.Raw) -> Any:
    """The body's values; None where what nobody reads in it can't be read."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        with suppress(ValueError, RecursionError):
            return json.loads(bytes(body))  # it allows half a surrogate pair
    return None


def _shape(kind: Any) -> _Shape:
    if _is_struct(kind):
        return {field.encode_name: _shape(field.type) for field in msgspec.structs.fields(kind)}
    if get_origin(kind) is list:
        inner = _shape(get_args(kind)[0])
        return inner and [inner]
    if get_origin(kind) in {Annotated, Union, types.UnionType}:
        return next(filter(None, map(_shape, get_args(kind))), None)
    return None


def _closed(kind: Any, also: Collection[str] = ()) -> Any:
    """The type with structs that forbid unknown names; the outermost one allows those of `also`."""
    if _is_struct(kind):
        fields: list[Any] = [
            (field.name, _closed(field.type), msgspec.field(name=field.encode_name, **_default(field)))
            for field in msgspec.structs.fields(kind)
        ]
        fields += [(f"also_{name}", Any, msgspec.field(name=name, default=None)) for name in also]
        return msgspec.defstruct(kind.__name__, fields, bases=(kind,), forbid_unknown_fields=True, module=__name__)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Annotated[(_closed(inner[0]), *inner[1:])]
    if origin in {Union, types.UnionType}:
        return reduce(or_, map(_closed, inner))
    return list[_closed(inner[0])] if origin is list else kind  # type: ignore[misc]  # a type made at run time


def _default(field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    if field.default is not msgspec.NODEFAULT:
        return {"default": field.default}
    return {"default_factory": field.default_factory} if field.default_factory is not msgspec.NODEFAULT else {}


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
