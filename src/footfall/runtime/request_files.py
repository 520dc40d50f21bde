"""How a command has the running server do something: by two files, since the server alone has the store.

`<name>-wanted.json` asks, `<name>-made.json` answers.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
import structlog

from footfall.errors import FatalError, TransientError, UserError
from footfall.store.lock import holder


class Identified(Protocol):
    """A request or its answer: a struct whose `id` tells it from others."""

    @property
    def id(self) -> str: ...


_READ_SECONDS = 5.0
"""Who asked has read the answer by then, or is gone. Until then, nobody else's takes its place."""

_Wanted = TypeVar("_Wanted", bound=Identified)
_Made = TypeVar("_Made", bound=Identified)


def ask(data: Path, name: str, wanted: Identified, kind: type[_Made]) -> _Made:
    """The answer of the server of a data directory, once it has those that were asked for before.

    FatalError where the server ends first.
    """
    answer = _made(data, name)
    waits = True
    while holder(data) is not None:
        if waits:
            waits = not _asked(data, name, wanted)
        made = None if waits else _read(answer, kind)
        if made is not None and made.id == wanted.id:
            answer.unlink()
            return made
        time.sleep(0.1)
    raise FatalError(f"the server has ended before the {name} was made: run the command again")


def attend(
    data: Path,
    name: str,
    kind: type[_Wanted],
    made: Callable[[_Wanted], Identified],
    failed: Callable[[str, str], Identified],
) -> bool:
    """Have `made` do what is asked for, once; whether anything was.

    Whatever it raises is answered, as `failed` makes it of the request's id and the error: who asks waits for that.
    """
    if _is_unread(_made(data, name)):
        return False
    log = structlog.get_logger(name)
    taken = _wanted(data, name).with_suffix(".taken")
    try:
        _wanted(data, name).rename(taken)
        content = taken.read_bytes()
        _overwrite(taken, b" " * len(content))  # a password may be in it
        wanted = msgspec.json.decode(content, type=kind)
    except FileNotFoundError:
        return False
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        log.warning("what a command asks for can't be read", reason=str(error))
        return False
    try:
        answer = made(wanted)
    except (UserError, FatalError, TransientError) as error:
        log.warning("what a command asks for is refused", reason=str(error))
        answer = failed(wanted.id, str(error))
    except Exception as error:
        log.exception("what a command asks for fails", error=str(error), details=getattr(error, "details", ""))
        answer = failed(wanted.id, f"the {name} fails: {str(error) or type(error).__name__}")
    _overwrite(taken, msgspec.json.encode(answer))  # in the place of the request, since the disk may be full now
    taken.rename(_made(data, name))
    return True


def _wanted(data: Path, name: str) -> Path:
    return data / f"{name}-wanted.json"


def _made(data: Path, name: str) -> Path:
    return data / f"{name}-made.json"


def _is_unread(answer: Path) -> bool:
    try:
        return 0 <= time.time() - answer.stat().st_mtime < _READ_SECONDS
    except FileNotFoundError:
        return False


def _asked(data: Path, name: str, wanted: Identified) -> bool:
    """Whether the request is written; not while another one, which the server has not seen yet, stands there."""
    there, writing = _wanted(data, name), data / f"{name}-wanted-{wanted.id}.writing"
    with os.fdopen(os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(wanted))
    try:
        os.link(writing, there)
    except FileExistsError:
        return False
    except OSError:  # a file system without links: two who ask in the same moment may be one too many there
        if there.exists():
            return False
        writing.rename(there)
    finally:
        writing.unlink(missing_ok=True)
    return True


def _overwrite(path: Path, content: bytes) -> None:
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()


_Kind = TypeVar("_Kind")


def _read(path: Path, kind: type[_Kind]) -> _Kind | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
