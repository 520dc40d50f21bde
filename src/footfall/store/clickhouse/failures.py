"""The engine's errors as Footfall's, by what the caller should do next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from footfall.errors import (
    DamagedPartError,
    FatalError,
    FootfallError,
    QueryCancelledError,
    QueryMemoryError,
    StoreError,
    TransientError,
    UserError,
)

# Source of the numbers: src/Common/ErrorCodes.cpp in ClickHouse.
_LIMITS = {
    158: "rows",
    159: "time",
    160: "time",
    191: "memory",
    241: "memory",
    307: "bytes",
    396: "rows",
}
_TOTAL = "(total)"
"""How a message names the limit of the whole engine's memory; its code is that of a query's own limit."""
_CANCELLED = 394
_SHARD_AWAY = 279
_TRANSIENT = frozenset(
    {
        *(202, 203, 439),  # too many queries, no free connection, no free thread
        *(209, 210, 236, 279, 425),  # socket timeout, network, aborted, all connections failed, system error
        *(225, 242, 244, 999),  # no keeper, read-only table, keeper's errors
        *(285, 286, 319, 341),  # too few replicas, quorum, unknown insert, a replica that is down has not followed
        *(243, 252),  # no space left, too many parts
    }
)
_REFUSED = frozenset({192, 193, 194, 497, 516})  # unknown user, password, access denied, authentication
_DAMAGED = frozenset({32, 33, 40, 74, 76, 107, 226, 228, 246, 271, 432})
"""What reading a damaged file ends with: cut off, wrong checksum, missing, not decompressible, of no known codec."""
_PART = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/((?:patch-[0-9a-f]+-)?\d+_\d+_\d+_\d+(?:_\d+)?)/")
_CODE = re.compile(r"Code: (\d+)")


@contextmanager
def translated(*, reading: bool = False, damaged: set[tuple[str, str]] | None = None) -> Iterator[None]:
    """Raise what the client raises within the block as an error of Footfall's; note table and part of a damaged one."""
    try:
        yield
    except FootfallError:
        raise
    except Exception as error:
        raised = translate(error, reading=reading)
        if damaged is not None and isinstance(raised, DamagedPartError):
            damaged.add((raised.table, raised.part))
        raise raised from error


def translate(error: Exception, *, reading: bool) -> FootfallError:
    """What to raise instead of an exception of the client's.

    Reaching a limit is not the caller's fault while writing, nor where all queries share the limit.
    """
    code = _code(error)
    if code in _LIMITS and reading and _TOTAL not in str(error):
        kind = QueryMemoryError if _LIMITS[code] == "memory" else UserError
        return kind("query_limit", f"the query exceeds its limit of {_LIMITS[code]}; reduce range or filter")
    if code == _CANCELLED:
        return QueryCancelledError()
    if code in _LIMITS or code in _TRANSIENT or _is_network(error, code):
        return TransientError(_reason(code))
    if code in _REFUSED:
        return FatalError("the store refuses the user or password of its URL, or the rights it has")
    damaged = _PART.search(str(error)) if code in _DAMAGED else None
    if damaged:
        message = f"a part of a table is damaged ({damaged[2]})"
        return DamagedPartError(message, details=str(error), table=damaged[1], part=damaged[2])
    return StoreError(
        f"the store refused a statement (code {code})" if code else "the store refused a statement", details=str(error)
    )


def _is_network(error: Exception, code: int | None) -> bool:
    from clickhouse_connect.driver.exceptions import OperationalError  # noqa: PLC0415 -- already loaded when a call fails

    return code is None and isinstance(error, (OperationalError, OSError))


def _reason(code: int | None) -> str:
    if code == _SHARD_AWAY:
        return "a shard of the store can't be reached"
    if code is None:
        return "the store can't be reached, or gives no answer"
    return f"the store can't do this now (code {code})"


def _code(error: Exception) -> int | None:
    code = getattr(error, "code", None)
    if isinstance(code, int):
        return code
    found = _CODE.search(str(error))
    return int(found[1]) if found else None
