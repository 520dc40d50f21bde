"""Backups of the tables, by the engine's BACKUP and RESTORE."""

from __future__ import annotations

import time
from collections.abc import Callable

from footfall.errors import StoreError
from footfall.store.clickhouse.statements import Statements
from footfall.store.protocol import BackupFolder

_PATCHED = """
    SELECT DISTINCT table FROM system.parts
    WHERE database = currentDatabase() AND active AND startsWith(name, 'patch-') ORDER BY table"""
_TABLES = (
    "SELECT name FROM system.tables WHERE database = {database:String} AND endsWith(engine, 'MergeTree') ORDER BY name"
)
_STATE = "SELECT toString(status), error FROM system.backups WHERE id = {id:String}"
_UNDER_WAY = "CREATING_BACKUP"
_PAUSE = 0.01
_FEW_ATTEMPTS = "backup_restore_s3_retry_attempts = 8"
"""With growing pauses, under a minute: by default the engine tries for more than an hour."""
_RESTORED = "restored"
"""The database that a backup is unpacked into."""


def settle_updates(store: Statements) -> None:
    """Merge lightweight updates into the parts that they change: BACKUP leaves them out."""
    for (table,) in store.query(_PATCHED).rows:
        store.command(f"ALTER TABLE {table} APPLY PATCHES")


def begin(store: Statements, database: str, to: BackupFolder, base: BackupFolder | None) -> Callable[[], None]:
    """Returns once what the backup holds is fixed, which is long before it is written; the result waits for its end."""
    settings = ", ".join([_FEW_ATTEMPTS, *([f"base_backup = {_folder(base)}"] if base else [])])
    sql = (
        f"BACKUP DATABASE {database} EXCEPT TABLES {database}.session_facts TO {_folder(to)} SETTINGS {settings} ASYNC"
    )
    number = str(store.query(sql).rows[0][0])

    def ended() -> bool:
        ((state, error),) = store.query(_STATE, {"id": number}).rows
        if state not in {_UNDER_WAY, "BACKUP_CREATED"}:
            raise StoreError(f"the backup failed ({state})", details=str(error))
        return bool(state != _UNDER_WAY)

    # The engine holds on to every part before it writes the first file but its lock.
    while not ended() and not to.is_begun():
        time.sleep(_PAUSE)

    def wait() -> None:
        while not ended():
            time.sleep(_PAUSE)

    return wait


def restore(store: Statements, database: str, source: BackupFolder, base: BackupFolder | None) -> None:
    """Fill a database that does not exist yet.

    Restored parts keep the numbers of their mutations, which are ahead of a new table's: the engine would take later
    updates and deletions for done. Attached to another table they get new numbers.
    """
    options = [_FEW_ATTEMPTS, *([f"base_backup = {_folder(base)}"] if base else [])]
    for name, more in ((_RESTORED, []), (database, ["structure_only = 1"])):
        settings = ", ".join(options + more)
        store.command(f"RESTORE DATABASE {database} AS {name} FROM {_folder(source)} SETTINGS {settings}")
    for (table,) in store.query(_TABLES, {"database": _RESTORED}).rows:
        store.command(f"ALTER TABLE {database}.{table} ATTACH PARTITION ALL FROM {_RESTORED}.{table}")
    store.command(f"DROP DATABASE {_RESTORED} SYNC")


def _folder(folder: BackupFolder) -> str:
    """A bucket's credentials are in the environment, where the engine looks for them."""
    address = folder.address
    escaped = address.replace("\\", "\\\\").replace("'", "\\'")
    return f"{'S3' if address.startswith(('http://', 'https://')) else 'File'}('{escaped}')"
