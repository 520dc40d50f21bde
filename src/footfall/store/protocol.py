"""The contract of a store. `tests/contract/test_store.py` tests every implementation against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from footfall.catalog.tables import Table
from footfall.model.changes import Change

if TYPE_CHECKING:
    import polars as pl

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """A finished answer: column names and tuples in the engine's Python types (datetimes are aware, UTC)."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    @property
    def scalar(self) -> Any:
        return self.rows[0][0]


class Reader(Protocol):
    """Answers SELECTs. May be called from any thread.

    Values reach SQL only as bound parameters, written `{name:Type}` in the text.
    """

    def query(self, sql: str, params: Params | None = None) -> Rows:
        """One SELECT."""

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        """One SELECT as an Arrow IPC file, for callers that work on columns."""


class Reading(Reader, Protocol):
    """A reader for one caller, who may leave before the answer.

    Each query has a limit of time and of memory (`query_seconds`, `query_memory`): UserError(`query_limit`) past it.
    """

    def cancel(self) -> None:
        """End the queries that run and start no other: each raises QueryCancelledError. Returns at once."""


class SessionVersion(NamedTuple):
    """One version of a session: the row that added it, and any row that cancels it."""

    project_id: int
    source_table: Table
    session: int
    version: int


class Piece(NamedTuple):
    """Rows of one partition of one table, and the hours that they lie in (Unix milliseconds of their starts).

    `sources` are those whose roll-ups may hold them; without hours, as of a whole project, none matter.
    """

    table: str
    partition: str
    sources: Sequence[str] = ()
    hours: Sequence[int] = ()


class FactStore(Protocol):
    """Stored facts and their sessions, as the drain reads and changes them; rows are added by `Store.insert`.

    Frames have columns of the catalogue by name: instants in Unix milliseconds, texts as strings, no row twice, in any
    order. Integers may be narrower or wider than the catalogue's. Keys are frames of the columns named, of any
    length. Every call sees all rows inserted before it.
    """

    def overlapping_sessions(self, table: Table, visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        """Live sessions of these (project_id, visitor) that overlap [start, end]: versions that no row cancels."""

    def sessions(self, table: Table, keys: pl.DataFrame) -> pl.DataFrame:
        """Live sessions of these (project_id, visitor, session), at any time."""

    def last_session_end(self, table: Table) -> int:
        """When the last session ends; it may be one that a later row cancels. 0 where there are none."""

    def read(self, table: Table, names: Sequence[str], visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        """The columns `names` of the facts of these (project_id, visitor) in [start, end]."""

    def apply(self, change: Change) -> None:
        """Change stored facts. Applying it twice has the effect of once; after a failure, part of it may be applied.

        TransientError where rows are being removed for longer than a moment.
        """

    def months_of_batch(self, table: Table, batch: int, projects: Sequence[int]) -> set[int]:
        """Months (yyyymm) in which these projects have facts of the batch."""

    def rows_of_batch(self, table: Table, batch: int) -> dict[int, int]:
        """How many facts of the batch the table holds, by month (yyyymm). It reads the number of each fact."""

    def months_of_version(self, version: int) -> set[int]:
        """Months (yyyymm) in which the batch of this number added sessions."""

    def is_live(self, session: SessionVersion) -> bool:
        """Whether the version is stored and no row cancels it."""

    def first_referrers(self, project: int, sessions: Sequence[int], start: int, end: int) -> dict[int, str]:
        """By session, the referrer of its first event in [start, end]; sessions without an event there are left out."""

    def rolled_up_until(self) -> tuple[dict[tuple[str, int], int], int]:
        """By source and project, the end of the last cell; and the newest stamp of a cell or mark, 0 without one."""

    def longest_sessions(self) -> dict[int, int]:
        """By project with sessions of events of more than a day, how many days they last at most."""

    def forget_cells(self, grains: Sequence[str], before: int) -> None:
        """Cells of these grains that begin before an instant are not there any more; their rows may be."""

    def remove_cells(self, grain: str, before: int) -> None:
        """Remove the rows of forgotten cells of a grain of the table `rollups`."""

    def sessions_without_facts(self) -> dict[int, int]:
        """Rows of sessions that an earlier version began, without their facts, by month (yyyymm) of their start.

        The facts are those that queries need to know of a session's events (`catalog/columns.py`: VARIES, FLOW_STEPS).
        """

    def fill_session_facts(self, month: int, limit: int) -> None:
        """Give the facts to some `limit` of a month's sessions without them, from their stored events.

        No batch may be planned or written meanwhile. What an interruption leaves is done by the next call.
        """

    def sessions_without_earnings(self) -> dict[int, int]:
        """The same of sessions of which it is not known what they earned."""

    def fill_session_earnings(self, month: int, limit: int) -> None:
        """The same: what some `limit` of a month's sessions earned, from their stored events."""

    def to_erase(self, project: int, visitors: Sequence[int] | None) -> Piece | None:
        """Some of the rows of these visitors of a project, or of the whole project; None where no table has any."""

    def erase(self, project: int, visitors: Sequence[int] | None, piece: Piece) -> None:
        """Remove them, and the roll-ups of their hours, which must not be valid any more.

        The rows are gone from the files at return, the roll-ups before them. Nothing may write rows of these visitors,
        or of the project, or make roll-ups meanwhile; others may be inserted, and `apply` waits. After an interruption
        the engine may go on (`is_removing`), and the same call completes it.
        """

    def count_before(self, project: int, before: Mapping[Table, int]) -> dict[Table, tuple[int, int]]:
        """By table, the facts and sessions of a project that end before an instant (Unix milliseconds), and all.

        `before` has an instant for each of events, requests and proxy logs; sessions go with their facts, engagements
        with events.
        """

    def to_expire(self, project: int, before: Mapping[Table, int]) -> Piece | None:
        """Some of them; None where there are none, in files neither."""

    def expire(self, project: int, before: Mapping[Table, int], piece: Piece) -> None:
        """Remove them, from every answer at return, as `erase` does. Roll-ups stay as they are."""

    def is_removing(self) -> bool:
        """Whether the engine removes facts or sessions: nothing that is counted of them now will hold."""

    def months_without_sessions(self) -> set[int]:
        """Months (yyyymm) in which a part of the sessions is set aside."""

    def drop_sessions(self, month: int) -> None:
        """Remove all sessions that start in a month."""

    def forget_sessions_set_aside(self, month: int) -> None:
        """Remove the parts of sessions that are set aside: all of the month's sessions are made again."""

    def visitors_of(self, table: Table, month: int, after: tuple[int, int], limit: int) -> pl.DataFrame:
        """project_id, visitor, start and end of the next visitors with facts in a month, in order of the first two.

        The end is that of their last fact that may belong to a session of the month: such a session may go on later.
        """

    @property
    def is_tallied(self) -> bool:
        """Whether `tallies` tells anything."""

    def tallies(self) -> dict[tuple[Table, int], int] | None:
        """By table and month (yyyymm), the sum of `TableRow.tally` over the rows, as a wrapping 64-bit integer.

        None where there are replicas: one that lags behind has fewer rows for a while.
        """

    def batches_in(self, table: Table, month: int, batches: Sequence[int]) -> set[int]:
        """Those of the batches that have facts in a month, on every shard."""

    def set_referrers(self, project: int, referrers: Mapping[int, str]) -> None:
        """Set the referrer in all rows of these sessions of events, those that are cancelled included."""


class BackupFolder(Protocol):
    """Where the engine writes a backup to, or reads one from."""

    @property
    def address(self) -> str:
        """The path of a directory, or the http or https URL of a folder in an S3 bucket."""

    def is_begun(self) -> bool:
        """Whether it holds anything but the engine's lock."""


class Store(Reader, Protocol):
    """A ClickHouse, embedded or remote, or a cluster of them. Every method may be called from any thread.

    Statements of the server itself have no time limit and share one client, but for those in the `background`. Queries
    on behalf of others go through a `reading`. Errors: TransientError where the engine can't be reached or is
    overloaded (the call may be repeated), FatalError where it refuses the data directory or the schema.
    """

    @property
    def facts(self) -> FactStore:
        """The store's facts, for the drain."""

    @property
    def shards(self) -> Sequence[Store]:
        """The stores that hold its rows, each row in one of them: itself, unless it is a cluster."""

    @property
    def keeps_tokens(self) -> bool:
        """Whether tokens are remembered together with the rows: no interruption can leave one without the other."""

    def background(self) -> AbstractContextManager[None]:
        """Statements of this thread within the block may take long: they hold up others of such blocks only.

        Not to be used while a lock is held that the drain needs.
        """

    def interrupt_background(self) -> None:
        """End what runs in the `background` of any thread: QueryCancelledError there, perhaps written in part."""

    def split(self, table: str, arrow: bytes) -> Sequence[tuple[Store, bytes]]:
        """The rows of an insert, by the shard that they belong to. The same rows always go to the same shard."""

    def migrate(self) -> None:
        """Apply the numbered migrations that are missing.

        FatalError where the store is newer than the code, or where a table is not there any more.
        """

    def missing_tables(self) -> set[str]:
        """Tables of the schema that are not there."""

    def remake_tables(self) -> set[str]:
        """Make the tables that are missing, with their rows where those are still there; returns the empty ones."""

    def set_retention(self, days: int | None) -> None:
        """From now on, rows older than this many days are removed when their parts are merged; None keeps all rows."""

    def expiring(self, days: int) -> dict[Table, tuple[int, int]]:
        """By table of facts, the rows that this retention removes, and all rows; only tables that keep more now."""

    def row_bytes(self) -> Mapping[str, float]:
        """By table, the bytes on disk of a row, on the average of all; empty tables are left out."""

    def set_damage_aside(self) -> bool:
        """Detach the parts that queries found damaged since the last call; whether there were any.

        Their rows are missing from every answer afterwards, in place of an error.
        """

    def settle_updates(self) -> None:
        """Merge the changes of stored facts into their parts: a backup would lack them."""

    def begin_backup(self, to: BackupFolder, base: BackupFolder | None) -> Callable[[], None]:
        """Back up all tables into a folder that does not exist; of what `base` holds, nothing is written again.

        Returns once it is fixed what the backup holds: everything written before, nothing written later. The result
        waits until it is complete; StoreError where it fails. No change of stored facts may be made meanwhile.
        """

    def restore(self, source: BackupFolder, base: BackupFolder | None) -> None:
        """Fill a store that has no tables yet."""

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        """Insert one Arrow IPC file whose columns are the table's by name; durable at return.

        Repeating it with the same `token` and table changes nothing, whether the first attempt succeeded or not.
        """

    def drop_days_before(self, table: Table, instant: int) -> None:
        """Remove the UTC days that lie wholly before an instant (Unix milliseconds) from a table stored by days."""

    def command(self, sql: str, params: Params | None = None) -> None:
        """One statement without an answer (DDL, UPDATE, OPTIMIZE)."""

    def reading(self, project: int) -> Reading:
        """A reader for a query about a project. One project never has all of the clients."""

    def ping(self) -> bool: ...

    def close(self) -> None:
        """Cancels readings and waits for writes. Idempotent."""
