"""Bound parameters: the only way for a value to enter a statement."""

from __future__ import annotations

from typing import Any


class Binder:
    """Numbers the values of one statement."""

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}

    def _bind(self, value: Any, kind: str) -> str:
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"{{{name}:{kind}}}"

    def text(self, value: str) -> str:
        return self._bind(value, "String")

    def texts(self, values: tuple[str, ...]) -> str:
        return self._bind(list(values), "Array(String)")

    def number(self, value: int) -> str:
        return self._bind(value, "UInt64")

    def numbers(self, values: tuple[int, ...]) -> str:
        return self._bind(list(values), "Array(UInt64)")

    def instants(self, millis: tuple[int, ...]) -> str:
        """Unix milliseconds, which may lie before 1970."""
        return self._bind(list(millis), "Array(Int64)")

    def lists(self, values: tuple[tuple[str, ...], ...]) -> str:
        return self._bind([list(value) for value in values], "Array(Array(String))")

    def instant(self, millis: int) -> str:
        """A `DateTime64(3)` from Unix milliseconds."""
        return f"fromUnixTimestamp64Milli({self._bind(millis, 'Int64')}, 'UTC')"
