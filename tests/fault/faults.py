"""Faults in what a server writes below its data directory, by a library that is loaded before its others."""

from __future__ import annotations

import mmap
import random
import struct
import subprocess
from pathlib import Path

from tests.support.nginx import installed
from tests.support.server import Server

GCC = Path("/usr/bin/gcc")
_SOURCE = Path(__file__).with_suffix(".c")
_CONTROL = struct.Struct("=IIQQQ")
"""As in the source: odds of 2^32, kinds, seed, calls, faults."""

FULL, TORN, SYNC, KILL = 1, 2, 4, 8
"""No room is left; half is written; a sync fails; half is written, or nothing synchronised, and the process killed."""


class Faults:
    """For every start of a server from now on. None happen until `begin`."""

    def __init__(self, server: Server, root: Path) -> None:
        installed(GCC)
        library, control = root / "faults.so", root / "faults.control"
        command = [GCC, "-O2", "-Wall", "-shared", "-fPIC", "-o", library, _SOURCE, "-ldl"]
        subprocess.run(command, check=True)  # noqa: S603 - the tests' own source
        control.write_bytes(bytes(_CONTROL.size))
        with control.open("r+b") as file:
            self._control = mmap.mmap(file.fileno(), _CONTROL.size)
        server.environment |= {
            "LD_PRELOAD": str(library),
            "FAULTS_CONTROL": str(control),
            "FAULTS_BELOW": f"{server.data}/",
        }

    @property
    def count(self) -> int:
        """Of all faults so far."""
        found: int = _CONTROL.unpack(self._control[:])[-1]
        return found

    def begin(self, dice: random.Random, kinds: int = FULL | TORN | SYNC | KILL) -> None:
        """From one of three calls to one of three hundred fails, in some of these ways."""
        some = kinds & dice.randrange(1, 16) or kinds
        odds = int(2**32 / 3 / 10 ** dice.uniform(0, 2))
        self._write(struct.pack("=IQ", some, dice.getrandbits(64)), 4)
        self._write(struct.pack("=I", odds), 0)

    def end(self) -> None:
        self._write(bytes(4), 0)

    def _write(self, content: bytes, at: int) -> None:
        self._control[at : at + len(content)] = content
