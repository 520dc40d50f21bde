"""A long access log in the combined format: a real one, again and again.

Copy k follows copy k - 1 in time, and its addresses are others: the second byte is k higher, modulo 256.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from bench.harness import ROOT, Result

_LINE = re.compile(r"^(\d+)\.(\d+)(\.\d+\.\d+ \S+ \S+ \[)([^\]]+)(\].*)$")
_TIME = "%d/%b/%Y:%H:%M:%S %z"


def write_log(path: Path, lines: int) -> Result:
    """Write the log and say what it holds."""
    shape = _shape()
    length = shape[-1][2] - shape[0][2] + timedelta(minutes=1)
    addresses: set[str] = set()
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            copy, index = divmod(number, len(shape))
            (first, second, middle), rest, time = shape[index]
            address = f"{first}.{(int(second) + copy) % 256}{middle}"
            addresses.add(address.split(" ", 1)[0])
            file.write(f"{address}{(time + copy * length).strftime(_TIME)}{rest}\n")
    return {
        "lines": lines,
        "repeated_lines": len(shape),
        "bytes": path.stat().st_size,
        "addresses": len(addresses),
        "agents": len({rest.rsplit('"', 2)[1] for _, rest, _ in shape[:lines]}),
        "days": round(lines / len(shape) * length / timedelta(days=1)),
    }


def _shape() -> list[tuple[tuple[str, str, str], str, datetime]]:
    found = []
    for line in _source().read_text(encoding="utf-8", errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            raise RuntimeError(f"not a line of a combined log: {line[:200]!r}")
        first, second, middle, time, rest = match.groups()
        found.append(((first, second, middle), rest, datetime.strptime(time, _TIME)))  # noqa: DTZ007 - _TIME has %z
    return sorted(found, key=lambda line: line[2])


def _source() -> Path:
    """The whole sample where it lies beside the checkout, else its first 400 lines."""
    whole = ROOT.parent / "shared/data/access-2015-05.log"
    return whole if whole.exists() else ROOT / "tests/fixtures/access-2015-05-head.log"
