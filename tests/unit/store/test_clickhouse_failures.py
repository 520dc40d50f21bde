import pytest

from footfall.errors import (
    FatalError,
    FootfallError,
    QueryCancelledError,
    QueryMemoryError,
    StoreError,
    TransientError,
    UserError,
)
from footfall.store.clickhouse.failures import translate


@pytest.mark.parametrize(
    ("message", "reading", "writing"),
    [
        ("Code: 159. DB::Exception: Timeout exceeded", UserError, TransientError),
        ("Code: 241. DB::Exception: Query memory limit exceeded", QueryMemoryError, TransientError),
        ("Code: 241. DB::Exception: (total) memory limit exceeded", TransientError, TransientError),
        ("Code: 394. DB::Exception: Query was cancelled", QueryCancelledError, QueryCancelledError),
        ("Code: 202. DB::Exception: Too many simultaneous queries", TransientError, TransientError),
        ("Code: 242. DB::Exception: Table is in readonly mode", TransientError, TransientError),
        ("Code: 244. DB::Exception: Unexpected ZooKeeper error", TransientError, TransientError),
        ("Code: 279. DB::Exception: All connection tries failed", TransientError, TransientError),
        ("Code: 285. DB::Exception: Number of alive replicas is less than the quorum", TransientError, TransientError),
        ("Code: 341. DB::Exception: Mutation is not finished, replicas are inactive", TransientError, TransientError),
        ("Code: 252. DB::Exception: Too many parts", TransientError, TransientError),
        ("Code: 516. DB::Exception: Authentication failed", FatalError, FatalError),
        ("Code: 62. DB::Exception: Syntax error", StoreError, StoreError),
        ("anything else", StoreError, StoreError),
    ],
)
def test_translate(message: str, reading: type[FootfallError], writing: type[FootfallError]) -> None:
    assert type(translate(RuntimeError(message), reading=True)) is reading
    assert type(translate(RuntimeError(message), reading=False)) is writing


def test_a_connection_that_breaks_is_passing() -> None:
    assert type(translate(ConnectionResetError("gone"), reading=True)) is TransientError
