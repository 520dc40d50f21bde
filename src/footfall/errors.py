"""The kinds of failure. The type says what to do next; `api.problem` alone maps them to HTTP."""

from __future__ import annotations


class FootfallError(Exception):
    """Base of every error that Footfall raises on purpose."""


class UserError(FootfallError):
    """The caller can correct it: a bad value, an unknown name, a missing permission.

    `code` is a stable lower-case word for programs to compare (docs/api/errors.md lists them); `message` names the
    field and the value. Where the answer is 429, `retry_after` is when to try again, in seconds.
    """

    def __init__(self, code: str, message: str, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after


class QueryMemoryError(UserError):
    """A query takes more memory than it may; the same may be asked in a way that takes less."""


class TransientError(FootfallError):
    """Nothing is wrong with the request: try again after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class WouldBlockError(TransientError):
    """Something has to be read from disk, which an event loop must not wait for: run the same on a thread."""


class QueryCancelledError(TransientError):
    """The query was given up: its caller has disconnected, or the server is stopping."""

    def __init__(self) -> None:
        super().__init__("the query was cancelled")


class OvertakenError(FootfallError):
    """A batch was written in another process while an answer was computed: compute it again."""


class FatalError(FootfallError):
    """The process can't continue: the operator must act, and the message says how."""


class StoreError(FootfallError):
    """The store refused a statement: a defect of Footfall or of the installation, never of the caller's request.

    The message is safe to show; `details` is the engine's message, SQL included, and belongs in the log only.
    """

    def __init__(self, message: str, *, details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class DamagedPartError(StoreError):
    """A part of a table can't be read: its files are damaged. `table` is the engine's id of the table."""

    def __init__(self, message: str, *, details: str, table: str, part: str) -> None:
        super().__init__(message, details=details)
        self.table = table
        self.part = part
